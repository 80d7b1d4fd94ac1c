// Desk: the journeys that a terminal has in hand, open ones and those closed a short while ago, as
// the recorded events have made them. Apply is the only way it changes, live and after a restart
// alike, so the state is the same whichever way it came about. Pure; owned by the engine.
#ifndef TRAYLINE_AGENT_ENGINE_DESK_H_
#define TRAYLINE_AGENT_ENGINE_DESK_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/event/event.h"
#include "agent/journey/journey.h"
#include "agent/journey/policy.h"

namespace trayline::engine {

inline constexpr std::size_t kOpenJourneysMax = 1024;   // beyond it the engine closes the oldest
inline constexpr std::size_t kClosedJourneysMax = 256;  // kept for revisions; the oldest goes first

class Desk {
 public:
  explicit Desk(const journey::Policy& policy) : policy_(policy) {}

  // Folds a recorded event. Events of journeys that are not here (closed long ago) change nothing.
  void Apply(const event::Event& event);

  // Null when it is not here.
  [[nodiscard]] const journey::Journey* Find(JourneyId id) const;
  // The journey, open or closed, that this host calls ref.
  [[nodiscard]] const journey::Journey* FindByRef(std::string_view host,
                                                  std::string_view ref) const;
  // This host's latest open journey that goes on with an event of this type without a reference.
  [[nodiscard]] const journey::Journey* Current(std::string_view host, event::EventType type) const;
  // This host's latest closed journey.
  [[nodiscard]] const journey::Journey* LastClosed(std::string_view host) const;

  // Open journeys by identity, oldest first.
  [[nodiscard]] const std::map<JourneyId, journey::Journey>& open() const { return open_; }
  [[nodiscard]] std::size_t closed_count() const { return closed_.size(); }
  [[nodiscard]] bool training() const { return training_; }
  // Number of the newest journey that was ever started here.
  [[nodiscard]] std::uint64_t last_number() const { return last_number_; }
  // A journey with this number is known from elsewhere: new ones get higher numbers.
  void RaiseNumber(std::uint64_t number) { last_number_ = std::max(last_number_, number); }

  // The checkpoint's form: varint version, then what stands below it in the .cc.
  [[nodiscard]] std::string Encode() const;
  static Result<Desk> Decode(std::string_view bytes, const journey::Policy& policy);

  friend bool operator==(const Desk& a, const Desk& b) {
    return a.open_ == b.open_ && a.closed_ == b.closed_ && a.training_ == b.training_ &&
           a.last_number_ == b.last_number_;
  }

 private:
  void ApplyToJourney(const event::Event& event);
  void Started(const event::Event& event);
  void Remember(const journey::Journey& journey);
  void Forget(const journey::Journey& journey);
  void PruneClosed(const event::Event& event);

  journey::Policy policy_;
  std::map<JourneyId, journey::Journey> open_;
  std::map<JourneyId, journey::Journey> closed_;
  std::map<std::pair<std::string, std::string>, JourneyId, std::less<>> by_ref_;  // derived
  bool training_ = false;
  std::uint64_t last_number_ = 0;
};

}  // namespace trayline::engine

#endif  // TRAYLINE_AGENT_ENGINE_DESK_H_
