// Idempotency: what hosts have recorded already, so that a repeated request gets the first answer
// and a contradicting one is refused. Rising ids keep the last ports::kStreamWindow of a stream;
// foreign ids (texts) keep ports::kForeignKeysMax, ports::kForeignKeyDays. Pure; owned by the
// engine.
#ifndef TRAYLINE_AGENT_ENGINE_IDEMPOTENCY_H_
#define TRAYLINE_AGENT_ENGINE_IDEMPOTENCY_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/time.h"
#include "agent/ports/event_store.h"

namespace trayline::engine {

inline constexpr std::size_t kStreamsMax = 64;  // hosts that a terminal knows

// What was recorded under an id.
struct Recorded {
  std::uint64_t digest = 0;
  Sequence first;
  Sequence last;
  JourneyId journey;
  Epoch epoch;  // that first and last count in; 0: the journal's present one
};

enum class Known { kNew, kSame, kOtherBody, kTooOld };

struct Verdict {
  Known known = Known::kNew;
  Recorded recorded;  // for kSame
};

class Idempotency {
 public:
  Idempotency() = default;
  explicit Idempotency(const ports::CommittedState& state);

  // The number of this host's stream, if it has one.
  [[nodiscard]] std::optional<std::uint32_t> Stream(std::string_view host) const;
  // Gives the host a stream; nullopt when kStreamsMax hosts have one already.
  std::optional<std::uint32_t> OpenStream(std::string_view host);

  [[nodiscard]] Verdict Check(std::uint32_t stream, std::uint64_t number,
                              std::uint64_t digest) const;
  [[nodiscard]] Verdict CheckForeign(std::uint32_t stream, std::string_view id,
                                     std::uint64_t digest) const;

  void Note(std::uint32_t stream, std::uint64_t number, const Recorded& recorded);
  // Drops what is too old or too many.
  void NoteForeign(std::uint32_t stream, std::string_view id, const Recorded& recorded,
                   WallTime now);

 private:
  struct Window {
    std::map<std::uint64_t, Recorded> entries;  // the newest kStreamWindow
  };
  struct Foreign {
    Recorded recorded;
    WallTime noted;
  };

  std::map<std::string, std::uint32_t, std::less<>> streams_;
  std::unordered_map<std::uint32_t, Window> windows_;
  // By a 64-bit hash of stream and id: texts of 16,384 ids would take megabytes, and two of a
  // week's ids with one hash are not to be expected before the sun goes out.
  std::unordered_map<std::uint64_t, Foreign> foreign_;
  std::deque<std::uint64_t> foreign_order_;
};

}  // namespace trayline::engine

#endif  // TRAYLINE_AGENT_ENGINE_IDEMPOTENCY_H_
