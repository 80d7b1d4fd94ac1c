// Deadline: until when a socket may be waited for. Sockets live in the machine's own time, also
// where a demonstration runs its clock faster, so this reads the kernel's monotonic clock (through
// Poco) and not the Clock port. Value type.
#ifndef TRAYLINE_AGENT_HTTP_DEADLINE_H_
#define TRAYLINE_AGENT_HTTP_DEADLINE_H_

#include <compare>
#include <cstdint>

#include "agent/base/time.h"

namespace trayline::http {

class Deadline {
 public:
  static Deadline In(Millis time);

  // Time that is left, rounded up to a millisecond, 0 when it has passed.
  [[nodiscard]] Millis Left() const;
  [[nodiscard]] bool Passed() const { return Left().count() == 0; }
  friend auto operator<=>(const Deadline&, const Deadline&) = default;

 private:
  explicit Deadline(std::int64_t at_us) : at_us_(at_us) {}
  std::int64_t at_us_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_DEADLINE_H_
