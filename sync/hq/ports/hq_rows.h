// Rows of HQ's store as values: what the receiver hands over to be kept, what the projection makes
// of it, what the pages read. No behaviour. Value types, any thread.
#ifndef TRAYLINE_SYNC_HQ_PORTS_HQ_ROWS_H_
#define TRAYLINE_SYNC_HQ_PORTS_HQ_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/ids.h"
#include "agent/base/time.h"
#include "agent/event/event_type.h"
#include "agent/event/vocabulary.h"

namespace trayline::hq {

// HQ's own small number of a terminal, given by the store when it is enrolled, from 1; 0 none.
using TerminalKey = Number<struct TerminalKeyTag>;

// Largest epoch, sequence or journey number that HQ takes: columns are signed 64 bit, and sums of
// two must not overflow. A frame beyond it is damaged.
inline constexpr std::uint64_t kHqNumberMax = std::uint64_t{1} << 62;

// One terminal as HQ last knew it. Everything but key and id comes from its births and frames.
struct TerminalRow {
  TerminalKey key{};
  TerminalId id{};

  Epoch epoch{};             // current: the highest that a birth has brought; 0 before the first
  std::string journal_id{};  // of that birth
  std::uint64_t opens = 0;
  std::uint64_t birth_number = 0;
  std::uint64_t nonce = 0;            // what acknowledgements repeat
  std::uint64_t seen_generation = 0;  // highest HQ generation that this terminal has seen
  Sequence known_last{};              // highest committed there, as far as we have heard
  std::string agent_version{};
  std::string device_class{};
  std::string clock{};  // "synced", "holdover", "unsynced"
  std::int64_t clock_speed = 1;
  std::uint32_t boot = 0;  // number of its boot, 0 not told
  std::string storage{};   // "ok", "low", "full", "broken"; empty not told

  std::uint64_t death_number = 0;  // the birth number of the last death heard of
  WallTime last_seen{};            // by HQ's clock; 1970 when never

  // Counted since enrolment.
  std::uint64_t gaps = 0;        // frames refused because something before them is missing
  std::uint64_t duplicates = 0;  // frames that held nothing new
  std::uint64_t bad_frames = 0;  // frames that could not be read
  // Births that were refused because of their epoch or journal. One: a disk was restored or
  // replaced. Rising: two terminals have one identity.
  std::uint64_t identity_conflicts = 0;

  // A will may overtake the birth that follows it: numbers are compared, never arrivals.
  [[nodiscard]] bool IsOnline() const { return birth_number > death_number; }
  friend bool operator==(const TerminalRow&, const TerminalRow&) = default;
};

// One boot of a terminal's machine within one epoch, for correcting the times of its events.
struct BootRow {
  TerminalKey terminal{};
  Epoch epoch{};
  std::uint32_t boot = 0;
  // HQ's time when the machine's CLOCK_BOOTTIME stood at 0: the earliest that a birth told, since
  // every way takes time. None for a clock that does not run at the speed of real time: its own
  // time stands.
  std::optional<WallTime> began{};

  friend bool operator==(const BootRow&, const BootRow&) = default;
};

// How far HQ has one epoch of one terminal. received + voided + quarantined = watermark, always.
struct LogRow {
  TerminalKey terminal{};
  Epoch epoch{};
  Sequence watermark{};  // all up to here is stored, void or in quarantine
  std::uint64_t received = 0;
  std::uint64_t voided = 0;
  std::uint64_t quarantined = 0;
  std::int64_t last_event_utc_ms = 0;  // device time of the newest event; 0 none

  friend bool operator==(const LogRow&, const LogRow&) = default;
};

// One stored event. body is event::EncodeBody's form without local fields.
struct EventRow {
  TerminalKey terminal{};
  Epoch epoch{};
  Sequence sequence{};
  event::EventType type = event::EventType::kIrregular;
  std::uint64_t journey = 0;  // number, 0 none; its epoch stands in the body when it is another
  WallTime arrived{};
  std::string body{};

  friend bool operator==(const EventRow&, const EventRow&) = default;
};

// Why positions of a sequence hold no event.
enum class VoidReason : std::uint8_t {
  kQuota = 0,     // given up on the terminal, its disk was full
  kDamaged = 1,   // unreadable on the terminal
  kLostAtHq = 2,  // HQ lost them and the terminal no longer keeps them
  kRepeated = 3,  // the event is here already, under the number it had before its journal took
                  // another epoch
};

struct VoidRow {
  TerminalKey terminal{};
  Epoch epoch{};
  Sequence first{};
  std::uint64_t count = 0;
  std::uint8_t quota = 0;   // event::QuotaClass
  std::uint8_t reason = 0;  // VoidReason, or a newer terminal's number

  friend bool operator==(const VoidRow&, const VoidRow&) = default;
};

enum class QuarantineKind : std::uint8_t { kUnreadable = 0, kNewer = 1 };

// A frame that could not be read, kept as it came. The watermark has passed over it.
struct QuarantineRow {
  TerminalKey terminal{};
  Epoch epoch{};
  Sequence first{};
  std::uint64_t count = 0;
  QuarantineKind kind = QuarantineKind::kUnreadable;
  std::string reason{};
  WallTime arrived{};
  std::string bytes{};

  friend bool operator==(const QuarantineRow&, const QuarantineRow&) = default;
};

// A place in a terminal's history; orders across epochs.
struct Position {
  Epoch epoch{};
  Sequence sequence{};
  friend constexpr auto operator<=>(const Position&, const Position&) = default;
};

// A stored event that stood elsewhere before its journal took another epoch.
struct OriginRow {
  TerminalKey terminal{};
  Position origin{};  // its first place
  Position place{};   // where it is stored

  friend bool operator==(const OriginRow&, const OriginRow&) = default;
};

// How far one epoch of one terminal has been folded into journeys.
struct ProjectionRow {
  TerminalKey terminal{};
  Epoch epoch{};
  Sequence cursor{};  // every stored event up to here has been looked at
  std::uint64_t in_journeys = 0;
  std::uint64_t outside_journeys = 0;  // events that belong to no journey

  friend bool operator==(const ProjectionRow&, const ProjectionRow&) = default;
};

// Whether a journey with this outcome counts as lost: cancelled, or abandoned at whatever depth.
constexpr bool IsLost(event::Outcome outcome) {
  return outcome >= event::Outcome::kCancelled && outcome <= event::Outcome::kAbandonedUnpaid;
}

// A journey as lists and sums need it, beside its whole state. Made by analysis from events alone.
struct JourneyRow {
  TerminalKey terminal{};
  JourneyId id{};

  std::optional<event::Outcome> outcome{};
  event::Evidence evidence = event::Evidence::kHostReport;
  // An open journey's stage now; of a closed one "completed" or the stage in which it was lost.
  event::Stage stage = event::Stage::kIdle;
  // Last stage that a guest stood in before the journey was closed.
  event::Stage resting = event::Stage::kIdle;
  event::Stage deepest = event::Stage::kIdle;
  std::uint32_t revision = 0;
  bool training = false;
  bool at_risk = false;

  std::int64_t value_minor = 0;  // sold or lost when closed; of the cart while open
  std::int64_t currency = 0;     // ISO 4217 number, 0 not known
  std::int64_t lines = 0;
  std::uint32_t adds = 0;
  std::uint32_t removes = 0;
  std::uint32_t cycles = 0;
  std::uint32_t payment_failures = 0;
  std::uint32_t events = 0;

  WallTime started{};
  WallTime updated{};
  std::optional<WallTime> closed{};
  // What decides its business day: closed when it is, else updated.
  WallTime day_time{};

  Position first{};  // its events lie between these, among others of the same terminal
  Position last{};
  std::string state{};  // journey::EncodeJourney

  friend bool operator==(const JourneyRow&, const JourneyRow&) = default;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_PORTS_HQ_ROWS_H_
