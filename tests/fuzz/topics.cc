// The topic of whatever a client publishes to headquarters' broker, and identities as people write
// them. What is accepted is exactly what we would have written.
#include "sync/wire/topics.h"

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kForbidden("+#\0", 3);
  const std::string_view text = trayline::fuzz::AsText(data, size);
  if (const auto address = trayline::wire::ParseUpTopic(text); address.ok()) {
    TRAYLINE_CHECK(trayline::wire::UpTopic(address->terminal, address->kind) == text);
    TRAYLINE_CHECK(trayline::wire::AckTopic(address->terminal).find_first_of(kForbidden) ==
                   std::string::npos);
  }
  if (const auto terminal = trayline::ParseTerminalId(text); terminal.ok()) {
    TRAYLINE_CHECK(trayline::ToText(*terminal) == text);
  }
  if (const auto journey = trayline::ParseJourneyId(text); journey.ok()) {
    const auto again = trayline::ParseJourneyId(trayline::ToText(*journey));
    TRAYLINE_CHECK(again.ok() && *again == *journey);
  }
  return 0;
}
