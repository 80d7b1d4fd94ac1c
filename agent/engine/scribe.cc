#include "agent/engine/scribe.h"

#include <optional>
#include <utility>

namespace trayline::engine {

using event::EventType;
using journey::Draft;
using journey::Journey;

Scribe::Scribe(Pen& pen, Desk& desk, const journey::Policy& policy, ports::Clock& clock)
    : pen_(pen),
      desk_(desk),
      policy_(policy),
      wall_(clock.Wall()),
      mono_(clock.Mono()),
      offset_minutes_(clock.OffsetMinutes()),
      clock_state_(clock.State()) {}

const event::Event& Scribe::Write(JourneyId journey, Draft draft) {
  const Journey* known = journey.IsNone() ? nullptr : desk_.Find(journey);
  pen_.last = pen_.last.Next();
  written_ = event::Event{
      .sequence = pen_.last,
      .journey = journey,
      .type = draft.type,
      .time = wall_,
      .offset_minutes = offset_minutes_,
      .boot = pen_.boot,
      .mono = mono_,
      .clock = clock_state_,
      .training = known != nullptr ? known->training : desk_.training(),
      .bundle = 0,
      .data = std::move(draft.data),
  };
  desk_.Apply(written_);
  if (written_.type == EventType::kIrregular) ++irregular_;
  rows_.push_back(ports::StoredEvent{
      .sequence = written_.sequence,
      .type = written_.type,
      .journey = journey.number,
      .body = event::EncodeBody(written_, pen_.epoch),
      .stream = cause_.stream,
      .number = cause_.number,
      .digest = cause_.digest,
  });
  cause_.digest = 0;  // only the first row of a record carries it
  return written_;
}

void Scribe::WriteAll(JourneyId journey, std::vector<Draft> drafts) {
  for (Draft& draft : drafts) Write(journey, std::move(draft));
}

void Scribe::WriteHostEvent(JourneyId journey, EventType type, event::Record data) {
  const Journey* now = desk_.Find(journey);
  TRAYLINE_CHECK(now != nullptr);
  for (Draft& draft : journey::Normalise(*now, type, std::move(data))) {
    const Journey* known = desk_.Find(journey);
    const std::optional<Journey> before = known != nullptr ? std::optional(*known) : std::nullopt;
    const event::Event& event = Write(journey, std::move(draft));
    const Journey* after = desk_.Find(journey);
    if (!before || after == nullptr) continue;  // closed long ago: the fact stands, nothing follows
    WriteAll(journey, journey::React(*before, *after, event, policy_));
  }
}

}  // namespace trayline::engine
