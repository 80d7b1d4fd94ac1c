// The body of an event as it lies in a journal or at headquarters, under any type: two bytes type,
// one byte journey number, the rest the body. What decodes is written again to the same event, can
// be shown, and can be folded.
#include "agent/api/views.h"
#include "agent/event/event.h"
#include "agent/journey/journey.h"
#include "tests/fuzz/fuzz.h"

namespace trayline::fuzz {
namespace {

void TryBody(event::EventType type, std::uint64_t journey, std::string_view body) {
  const Sequence sequence{7};
  const ports::StoredEvent row{sequence, type, journey, std::string(body), 0, 0, 0};
  // Shown whether it can be read or not.
  const auto shown = api::EventsJson(std::span(&row, 1), Terminal(), kEpoch, Sequence{6});
  TRAYLINE_CHECK(!shown.empty());
  const auto event = event::DecodeBody(body, kEpoch, sequence, type, journey);
  if (!event.ok()) return;
  const auto again =
      event::DecodeBody(event::EncodeBody(*event, kEpoch), kEpoch, sequence, type, journey);
  TRAYLINE_CHECK(again.ok());
  TRAYLINE_CHECK(*again == *event);
  journey::Journey folded;
  folded.id = event->journey;
  journey::Fold(folded, *event);
  const auto kept = journey::DecodeJourney(journey::EncodeJourney(folded));
  TRAYLINE_CHECK(kept.ok());
  TRAYLINE_CHECK(*kept == folded);
}

}  // namespace
}  // namespace trayline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 3;
  if (size < kHead) return 0;
  const auto type = static_cast<trayline::event::EventType>(data[0] | data[1] << 8);
  trayline::fuzz::TryBody(type, data[2], trayline::fuzz::AsText(data + kHead, size - kHead));
  return 0;
}
