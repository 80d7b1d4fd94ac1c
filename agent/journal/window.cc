#include "agent/journal/window.h"

#include <algorithm>
#include <iterator>

namespace trayline::journal {

void WindowBuilder::Add(std::uint32_t stream, std::uint64_t number, std::uint64_t digest,
                        Sequence sequence, event::EventType type, JourneyId journey) {
  std::vector<ports::WindowEntry>& records = newest_first_[stream];
  if (records.empty() || records.back().number != number) {
    if (records.size() == ports::kStreamWindow) return;
    records.push_back({stream, number, digest, sequence, sequence, journey, {}});
    return;
  }
  ports::WindowEntry& record = records.back();
  record.first = sequence;
  if (digest != 0) record.digest = digest;
  const bool is_own = record.journey.IsNone() || !ports::MayEndAnotherJourney(type);
  if (is_own && !journey.IsNone()) record.journey = journey;
}

std::vector<ports::WindowEntry> WindowBuilder::Build() const {
  std::vector<ports::WindowEntry> window;
  for (const auto& [stream, records] : newest_first_) {
    std::copy_if(records.rbegin(), records.rend(), std::back_inserter(window),
                 [](const ports::WindowEntry& record) { return record.digest != 0; });
  }
  return window;
}

}  // namespace trayline::journal
