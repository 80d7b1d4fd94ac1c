// Driver: one journey driven as the engine drives it (Normalise, Fold, React, Fold; deadlines by a
// clock that is turned by hand), with every recorded event kept. For tests; one thread.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_JOURNEY_DRIVER_H_
#define TRAYLINE_TESTS_UNIT_AGENT_JOURNEY_DRIVER_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "agent/event/event.h"
#include "agent/event/record.h"
#include "agent/event/vocabulary.h"
#include "agent/journey/journey.h"
#include "agent/journey/machine.h"
#include "agent/journey/policy.h"

namespace trayline::journey {

using event::Event;
using event::EventType;
using event::Key;
using event::Record;
using event::RecordList;
using event::Risk;

inline Record Line(const std::string& item, std::int64_t price, std::int64_t quantity = 1,
                   const std::string& line_id = "") {
  Record line;
  line.Set(Key::kItemId, item).Set(Key::kUnitPriceMinor, price).Set(Key::kQuantity, quantity);
  if (!line_id.empty()) line.Set(Key::kLineId, line_id);
  return line;
}

inline Record Lines(RecordList lines) {
  Record data;
  data.Set(Key::kLines, std::move(lines));
  return data;
}

template <typename V>
Record With(Key key, V value) {
  Record data;
  data.Set(key, value);
  return data;
}

class Driver {
 public:
  explicit Driver(Policy policy = DefaultPolicy(event::DeviceClass::kKiosk)) : policy_(policy) {}

  // A journey that has begun, as the engine begins it.
  static Driver Started(Policy policy = DefaultPolicy(event::DeviceClass::kKiosk),
                        Record data = {}) {
    Driver driver(policy);
    data.Set(Key::kHost, std::string("till")).Set(Key::kJourneyRef, std::string("visit-1"));
    data.Set(Key::kCurrency, std::int64_t{840});
    driver.Send(EventType::kJourneyStarted, std::move(data));
    return driver;
  }

  // A journey that reached stage by the usual way.
  static Driver At(Stage stage, Policy policy = DefaultPolicy(event::DeviceClass::kKiosk)) {
    Driver driver = Started(policy);
    driver.GoTo(stage);
    return driver;
  }

  // Records a host's event with all that follows; gives what was recorded because of it.
  std::vector<Event> Send(EventType type, Record data = {}) {
    const std::size_t from = events_.size();
    for (Draft& draft : Normalise(journey_, type, std::move(data))) {
      const Journey before = journey_;
      const Event event = Write(std::move(draft));
      WriteAll(React(before, journey_, event, policy_));
    }
    return {events_.begin() + static_cast<std::ptrdiff_t>(from), events_.end()};
  }

  // Turns the clock on, stopping at each deadline on the way; gives what was recorded.
  std::vector<Event> Wait(Millis time) {
    const std::size_t from = events_.size();
    const MonoTime until = now_ + time;
    for (auto due = Deadline(journey_, policy_); due && *due <= until;
         due = Deadline(journey_, policy_)) {
      now_ = std::max(now_, *due);
      const std::size_t before = events_.size();
      WriteAll(OnDeadline(journey_, now_, policy_));
      // A deadline that leads to nothing, or comes again at once, would come for ever.
      if (events_.size() == before || events_.size() - from > kWaitEventsMax) break;
    }
    now_ = until;
    return {events_.begin() + static_cast<std::ptrdiff_t>(from), events_.end()};
  }

  void WriteAll(std::vector<Draft> drafts) {
    for (Draft& draft : drafts) Write(std::move(draft));
  }

  [[nodiscard]] const Journey& journey() const { return journey_; }
  [[nodiscard]] Journey& mutable_journey() { return journey_; }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  [[nodiscard]] MonoTime now() const { return now_; }
  [[nodiscard]] const Policy& policy() const { return policy_; }

 private:
  // More than a warning, its risk, an abandonment and a close is a timer gone wild.
  static constexpr std::size_t kWaitEventsMax = 8;

  // The usual way there, a step for each stage on it.
  void GoTo(Stage stage) {
    if (stage == Stage::kIdle || stage == Stage::kStarted) return;
    Send(EventType::kViewItemList);
    if (stage == Stage::kBrowsing) return;
    Send(EventType::kAddToCart, Lines({Line("burger", 500)}));
    if (stage == Stage::kCarting) return;
    if (stage == Stage::kClosed) return static_cast<void>(Wait(Millis(3'600'000)));
    if (stage == Stage::kSuspended) return static_cast<void>(Send(EventType::kOrderSuspended));
    Send(EventType::kViewCart);
    if (stage == Stage::kReviewing) return;
    if (stage == Stage::kUnpaidSubmitted) {
      return static_cast<void>(Send(EventType::kOrderSubmitted, With(Key::kPayAtCounter, true)));
    }
    Send(EventType::kBeginCheckout);
    if (stage == Stage::kPaying) return;
    Send(EventType::kPaymentStarted);
    const bool unknown = stage == Stage::kPaymentUnknown;
    Send(unknown ? EventType::kPaymentUnknown : EventType::kPaymentApproved);
  }

  const Event& Write(Draft draft) {
    Event event;
    event.sequence = Sequence{events_.size() + 1};
    event.journey = JourneyId{Epoch{1'700'000'000}, 1};
    event.type = draft.type;
    event.time = WallFromMs(1'790'000'000'000 + ToMs(now_));
    event.boot = 1;
    event.mono = now_;
    event.data = std::move(draft.data);
    Fold(journey_, event);
    return events_.emplace_back(std::move(event));
  }

  Policy policy_;
  Journey journey_;
  std::vector<Event> events_;
  MonoTime now_ = MonoFromMs(1'000'000);
};

inline std::vector<EventType> Types(const std::vector<Event>& events) {
  std::vector<EventType> types;
  types.reserve(events.size());
  for (const Event& event : events) types.push_back(event.type);
  return types;
}

inline std::size_t Count(const std::vector<Event>& events, EventType type) {
  std::size_t count = 0;
  for (const Event& event : events) count += event.type == type ? 1 : 0;
  return count;
}

// The risks that events raise, in order.
inline std::vector<Risk> Risks(const std::vector<Event>& events) {
  std::vector<Risk> risks;
  for (const Event& event : events) {
    const auto risk = event.data.Enum<Risk>(Key::kRisk, event::kRiskNames.size());
    if (event.type == EventType::kJourneyAtRisk && risk) risks.push_back(*risk);
  }
  return risks;
}

}  // namespace trayline::journey

#endif  // TRAYLINE_TESTS_UNIT_AGENT_JOURNEY_DRIVER_H_
