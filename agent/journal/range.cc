#include "agent/journal/range.h"

#include <algorithm>
#include <utility>

namespace trayline::journal {
namespace {

using ports::VoidReason;
using ports::VoidRun;

// Lays runs down from left to right.
class Layer {
 public:
  explicit Layer(Sequence after) : covered_(after) {}

  // Nothing was found between the last position and first: damage.
  void FillUpTo(Sequence first) {
    if (first.value <= covered_.value + 1) return;
    voids_.push_back({covered_.Next(), first.value - covered_.value - 1,
                      event::QuotaClass::kBrowsing, VoidReason::kDamaged});
    covered_ = Sequence{first.value - 1};
  }
  void Row(Sequence at) {
    FillUpTo(at);
    covered_ = std::max(covered_, at);
  }
  // The part of run above what is covered and not above most.
  void Run(const VoidRun& run, Sequence most) {
    const Sequence last{std::min(run.first.value + run.count - 1, most.value)};
    if (last <= covered_) return;
    FillUpTo(run.first);
    const Sequence first = covered_.Next();
    voids_.push_back({first, last.value - covered_.value, run.quota, run.reason});
    covered_ = last;
  }
  [[nodiscard]] Sequence covered() const { return covered_; }
  std::vector<VoidRun> TakeVoids() { return std::move(voids_); }

 private:
  Sequence covered_;
  std::vector<VoidRun> voids_;
};

}  // namespace

ports::JournalRange MergeRange(Sequence after, std::vector<ports::StoredEvent> events,
                               const std::vector<VoidRun>& voids, bool more) {
  Layer layer(after);
  auto run = voids.begin();
  for (const ports::StoredEvent& event : events) {
    const Sequence before{event.sequence.value - 1};
    while (run != voids.end() && run->first < event.sequence) layer.Run(*run++, before);
    layer.Row(event.sequence);
  }
  if (!more) {
    for (; run != voids.end(); ++run) layer.Run(*run, Sequence{UINT64_MAX});
  }
  ports::JournalRange range;
  range.events = std::move(events);
  range.covered = layer.covered();
  range.voids = layer.TakeVoids();
  return range;
}

}  // namespace trayline::journal
