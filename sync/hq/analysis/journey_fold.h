// A journey as HQ folds it: the state machine's journey (agent/journey) and what lists need beside
// it. It depends on the order of the journey's own events alone. Value type, pure.
#ifndef TRAYLINE_SYNC_HQ_ANALYSIS_JOURNEY_FOLD_H_
#define TRAYLINE_SYNC_HQ_ANALYSIS_JOURNEY_FOLD_H_

#include "agent/base/result.h"
#include "agent/event/event.h"
#include "agent/journey/journey.h"
#include "sync/hq/ports/hq_rows.h"

namespace trayline::hq {

// Sums of a day stay inside 64 bits below 9 million journeys of this value.
inline constexpr std::int64_t kRowValueMaxMinor = 1'000'000'000'000;

class FoldedJourney {
 public:
  FoldedJourney(TerminalKey terminal, JourneyId id);

  // As row says it. kCorrupt when row.state is damaged.
  static Result<FoldedJourney> FromRow(const JourneyRow& row);

  // event belongs to this journey and stands at place, above all that were taken before.
  void Take(const event::Event& event, Position place);

  [[nodiscard]] JourneyRow ToRow() const;
  [[nodiscard]] const journey::Journey& journey() const { return journey_; }
  // Of the events that were taken; zero before the first.
  [[nodiscard]] Position first() const { return first_; }
  [[nodiscard]] Position last() const { return last_; }

 private:
  TerminalKey terminal_;
  journey::Journey journey_;
  event::Stage resting_ = event::Stage::kIdle;  // last stage that a guest stood in while open
  WallTime began_;  // of the first event that HQ has: journey.started may have been given up
  Position first_;
  Position last_;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_ANALYSIS_JOURNEY_FOLD_H_
