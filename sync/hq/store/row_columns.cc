#include "sync/hq/store/row_columns.h"

#include <optional>

namespace trayline::hq {
namespace {

using sqlite::Bind;

// Reads columns one after the other.
class Reader {
 public:
  Reader(const sqlite::Row& row, int at) : row_(row), next_(at) {}

  std::int64_t Int() { return row_.Int(next_++); }
  std::uint64_t Unsigned() { return row_.Unsigned(next_++); }
  std::uint32_t Unsigned32() { return static_cast<std::uint32_t>(Unsigned()); }
  std::string Text() { return std::string(row_.Text(next_++)); }
  bool Bool() { return Int() != 0; }
  bool IsNull() const { return row_.IsNull(next_); }
  void Skip() { ++next_; }
  template <typename E>
  E Enum() {
    return static_cast<E>(Int());
  }

 private:
  const sqlite::Row& row_;
  int next_;
};

}  // namespace

TerminalRow ReadTerminal(const sqlite::Row& row, int at) {
  Reader read(row, at);
  TerminalRow out;
  out.key = TerminalKey{read.Unsigned()};
  out.id.tenant = read.Text();
  out.id.store = read.Text();
  out.id.terminal = read.Text();
  out.epoch = Epoch{read.Unsigned()};
  out.journal_id = read.Text();
  out.opens = read.Unsigned();
  out.birth_number = read.Unsigned();
  out.nonce = read.Unsigned();
  out.seen_generation = read.Unsigned();
  out.known_last = Sequence{read.Unsigned()};
  out.agent_version = read.Text();
  out.device_class = read.Text();
  out.clock = read.Text();
  out.clock_speed = read.Int();
  out.death_number = read.Unsigned();
  out.last_seen = WallFromMs(read.Int());
  out.gaps = read.Unsigned();
  out.duplicates = read.Unsigned();
  out.bad_frames = read.Unsigned();
  out.boot = read.Unsigned32();
  out.storage = read.Text();
  out.identity_conflicts = read.Unsigned();
  return out;
}

Status WriteTerminal(sqlite::Statement& statement, const TerminalRow& row) {
  return statement.Run({row.epoch.value,
                        row.journal_id,
                        row.opens,
                        row.birth_number,
                        row.nonce,
                        row.seen_generation,
                        row.known_last.value,
                        row.agent_version,
                        row.device_class,
                        row.clock,
                        row.clock_speed,
                        row.death_number,
                        ToMs(row.last_seen),
                        row.gaps,
                        row.duplicates,
                        row.bad_frames,
                        row.boot,
                        row.storage,
                        row.identity_conflicts,
                        row.key.value});
}

LogRow ReadLog(const sqlite::Row& row, int at) {
  Reader read(row, at);
  LogRow out;
  out.terminal = TerminalKey{read.Unsigned()};
  out.epoch = Epoch{read.Unsigned()};
  out.watermark = Sequence{read.Unsigned()};
  out.received = read.Unsigned();
  out.voided = read.Unsigned();
  out.quarantined = read.Unsigned();
  out.last_event_utc_ms = read.Int();
  return out;
}

EventRow ReadEvent(const sqlite::Row& row) {
  Reader read(row, 0);
  EventRow out;
  out.terminal = TerminalKey{read.Unsigned()};
  out.epoch = Epoch{read.Unsigned()};
  out.sequence = Sequence{read.Unsigned()};
  out.type = read.Enum<event::EventType>();
  out.journey = read.Unsigned();
  out.arrived = WallFromMs(read.Int());
  out.body = std::string(row.Blob(6));
  return out;
}

JourneyRow ReadJourney(const sqlite::Row& row, int at) {
  Reader read(row, at);
  JourneyRow out;
  out.terminal = TerminalKey{read.Unsigned()};
  out.id.epoch = Epoch{read.Unsigned()};
  out.id.number = read.Unsigned();
  if (read.IsNull()) {
    read.Skip();
  } else {
    out.outcome = read.Enum<event::Outcome>();
  }
  out.evidence = read.Enum<event::Evidence>();
  out.stage = read.Enum<event::Stage>();
  out.resting = read.Enum<event::Stage>();
  out.deepest = read.Enum<event::Stage>();
  out.revision = read.Unsigned32();
  out.training = read.Bool();
  out.at_risk = read.Bool();
  out.value_minor = read.Int();
  out.currency = read.Int();
  out.lines = read.Int();
  out.adds = read.Unsigned32();
  out.removes = read.Unsigned32();
  out.cycles = read.Unsigned32();
  out.payment_failures = read.Unsigned32();
  out.events = read.Unsigned32();
  out.started = WallFromMs(read.Int());
  out.updated = WallFromMs(read.Int());
  if (read.IsNull()) {
    read.Skip();
  } else {
    out.closed = WallFromMs(read.Int());
  }
  out.day_time = WallFromMs(read.Int());
  out.first.epoch = Epoch{read.Unsigned()};
  out.first.sequence = Sequence{read.Unsigned()};
  out.last.epoch = Epoch{read.Unsigned()};
  out.last.sequence = Sequence{read.Unsigned()};
  return out;
}

Status WriteJourney(sqlite::Statement& statement, const JourneyRow& row) {
  const Bind outcome = row.outcome ? Bind(static_cast<std::int64_t>(*row.outcome)) : std::nullopt;
  const Bind closed = row.closed ? Bind(ToMs(*row.closed)) : std::nullopt;
  return statement.Run({row.terminal.value,
                        row.id.epoch.value,
                        row.id.number,
                        outcome,
                        static_cast<int>(row.evidence),
                        static_cast<int>(row.stage),
                        static_cast<int>(row.resting),
                        static_cast<int>(row.deepest),
                        row.revision,
                        row.training,
                        row.at_risk,
                        row.value_minor,
                        row.currency,
                        row.lines,
                        row.adds,
                        row.removes,
                        row.cycles,
                        row.payment_failures,
                        row.events,
                        ToMs(row.started),
                        ToMs(row.updated),
                        closed,
                        ToMs(row.day_time),
                        row.first.epoch.value,
                        row.first.sequence.value,
                        row.last.epoch.value,
                        row.last.sequence.value,
                        Bind::Blob(row.state)});
}

}  // namespace trayline::hq
