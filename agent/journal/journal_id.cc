#include "agent/journal/journal_id.h"

#include <array>
#include <cstdio>

namespace trayline::journal {

std::string MakeJournalId(ports::Random& random) {
  std::array<char, 33> text{};
  const auto high = static_cast<unsigned long long>(random.Next());
  const auto low = static_cast<unsigned long long>(random.Next());
  std::snprintf(text.data(), text.size(), "%016llx%016llx", high, low);
  return text.data();
}

bool IsJournalId(std::string_view text) {
  return text.size() == kUnknownJournalId.size() &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace trayline::journal
