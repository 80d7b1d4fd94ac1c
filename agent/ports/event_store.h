// The journal as the rest of the agent sees it, in three small ports over one store: EventStore
// (the engine writes), EventReader (anybody reads what is committed), Outbox (the uplink moves the
// acknowledged cursor). Real one: agent/journal. Fake: tests/fakes/memory_event_store.h. One suite,
// tests/ports/event_store_suite.h, passes on both.
//
// What is promised: a transaction is committed whole or not at all; done(ok) comes only after it is
// durable (it survives a power cut); transactions are committed in the order of Submit. After a
// failed commit every transaction already submitted is refused too, until Load() is called: memory
// never runs ahead of the disk.
#ifndef TRAYLINE_AGENT_PORTS_EVENT_STORE_H_
#define TRAYLINE_AGENT_PORTS_EVENT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/event/event_type.h"
#include "agent/event/spec.h"
#include "agent/event/vocabulary.h"

namespace trayline::ports {

// One row of the journal. body is event::EncodeBody's form. The three fields of the request that
// caused it are there when the host gave a rising id: stream and number on every row of that
// record, digest on its first row (0 otherwise). stream 0: no id, or a foreign one.
struct StoredEvent {
  Sequence sequence;
  event::EventType type = event::EventType::kIrregular;
  std::uint64_t journey = 0;
  std::string body;
  std::uint32_t stream = 0;
  std::uint64_t number = 0;
  std::uint64_t digest = 0;

  friend bool operator==(const StoredEvent&, const StoredEvent&) = default;
};

// Positions that hold no event any more. They stand in the sequence, so that HQ's watermark can
// pass over them.
enum class VoidReason : std::uint8_t {
  kQuota = 0,    // given up unsent, because there was no room
  kDamaged = 1,  // could not be read any more
};
struct VoidRun {
  Sequence first;
  std::uint64_t count = 0;
  event::QuotaClass quota = event::QuotaClass::kBrowsing;
  VoidReason reason = VoidReason::kQuota;
  friend bool operator==(const VoidRun&, const VoidRun&) = default;
};

// A host's stream gets a small number, from 1, the first time it is seen.
struct StreamName {
  std::uint32_t stream = 0;
  std::string name;
  friend bool operator==(const StreamName&, const StreamName&) = default;
};

// Idempotency of ids that do not rise (texts): kept kForeignKeyDays, at most kForeignKeysMax. epoch
// is the one that first and last count in; 0: the journal's own.
struct ForeignKey {
  std::uint32_t stream = 0;
  std::string id;
  std::uint64_t digest = 0;
  Sequence first;
  Sequence last;
  JourneyId journey;
  WallTime recorded;
  Epoch epoch;
  friend bool operator==(const ForeignKey&, const ForeignKey&) = default;
};

inline constexpr std::size_t kForeignKeysMax = 16384;  // about 2 MB in memory; the oldest go first
inline constexpr std::int64_t kForeignKeyDays = 7;
// The newest keys are kept whatever their age: a clock that is set ahead by years must not make a
// host's repetition of a minute ago look new.
inline constexpr std::size_t kForeignKeysKept = 1024;
inline constexpr std::size_t kStreamWindow = 1024;  // ids of a stream whose answers are kept

// The engine's state after the event at, in the engine's own form.
struct Checkpoint {
  Sequence at;
  std::string state;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

struct Transaction {
  std::vector<StoredEvent> events;  // sequences follow on without a gap
  std::vector<StreamName> streams;
  std::vector<ForeignKey> foreign_keys;
  std::optional<Checkpoint> checkpoint;
};

// Rows of these types may come before a host's own event in its record, and then belong to another
// journey: that of the guest before, which the event has ended.
constexpr bool MayEndAnotherJourney(event::EventType type) {
  return type == event::EventType::kJourneyAbandoned || type == event::EventType::kJourneyClosed ||
         type == event::EventType::kPaymentUnknown;
}

// One of the last kStreamWindow records of a stream. epoch is the one that first and last count in;
// 0: the journal's own. journey is that of the oldest row that does not MayEndAnotherJourney, where
// there is one; its epoch may be an older one too; 0: the journal's own.
struct WindowEntry {
  std::uint32_t stream = 0;
  std::uint64_t number = 0;
  std::uint64_t digest = 0;
  Sequence first;
  Sequence last;
  JourneyId journey;
  Epoch epoch;
  friend bool operator==(const WindowEntry&, const WindowEntry&) = default;
};

// An event of a closed epoch of this terminal.
struct CarriedEvent {
  Epoch epoch;
  StoredEvent event;
  friend bool operator==(const CarriedEvent&, const CarriedEvent&) = default;
};

// What happened to the journal before it was opened, told until a first event is committed in the
// new epoch; the engine records it in that very transaction.
struct Incident {
  enum class Kind : std::uint8_t {
    kSalvaged,   // the database was damaged; what could be read of it goes on
    kRefused,    // HQ refused the epoch: a clone, a restored disk, an epoch used before
    kOlderFile,  // an older database was put back: the epoch file knew a higher epoch
  };
  Kind kind = Kind::kSalvaged;
  Epoch old_epoch;            // 0 when it could not be read
  std::uint64_t carried = 0;  // unsent events that go on
  std::uint64_t lost = 0;     // positions known to have held events that could not be read
  std::string text;           // for people, one line
  friend bool operator==(const Incident&, const Incident&) = default;
};

// All that is committed and that the engine needs to go on.
struct CommittedState {
  Epoch epoch;
  std::string journal_id;   // 32 hex digits: 128 random bits of this database
  std::uint64_t opens = 0;  // how often the database has been opened for writing, from 1
  std::uint32_t boot = 0;   // number of the machine's current boot, from 1
  bool new_boot = true;     // the machine has been started since the last open
  bool clean_stop = true;   // the last writer closed in order (also true for a new database)
  Sequence last;            // 0 when empty
  std::optional<Checkpoint> checkpoint;
  // Events of closed epochs that the checkpoint does not cover, in order; they come before tail.
  std::vector<CarriedEvent> carried;
  std::vector<StoredEvent> tail;  // events above the checkpoint (or all), in order
  std::uint64_t journeys = 0;     // highest journey number known to be given, 0 when none is known
  std::optional<Incident> incident;
  std::vector<StreamName> streams;
  std::vector<WindowEntry> window;  // by stream, then number
  std::vector<ForeignKey> foreign_keys;
};

class EventStore {
 public:
  virtual ~EventStore() = default;

  // Core thread; does not block. done is called once, on the store's thread (or, when the queue is
  // full, at once with kRetryLater). kFull: the quota is reached and nothing may be shed.
  virtual void Submit(Transaction transaction, std::function<void(Status)> done) = 0;

  // Core thread; reads the disk. What is committed. Ends the refusal after a failed commit; what
  // was submitted before is refused. kCorrupt when the database cannot be read.
  virtual Result<CommittedState> Load() = 0;
};

// A piece of a journal: every position above the one that was asked for, up to covered, is an event
// or lies in a void run.
struct JournalRange {
  std::vector<StoredEvent> events;  // in order
  std::vector<VoidRun> voids;       // in order, within the piece
  Sequence covered;                 // the position asked for when there is nothing above it
};

class EventReader {
 public:
  virtual ~EventReader() = default;

  // Any thread; reads the disk. What stands above after in the journal of epoch, which is the
  // present one or a closed one that has an unsent tail: at most limit events, limit void runs (and
  // those of damage) and, but for the first, max_bytes of bodies. Positions whose row is missing
  // without a void run are damage and are given as one. kNotFound: no such epoch here.
  virtual Result<JournalRange> ReadRange(Epoch epoch, Sequence after, std::size_t limit,
                                         std::size_t max_bytes) = 0;

  // Any thread; reads the disk. Committed events above after, in order, at most limit and, but for
  // the first, at most max_bytes of bodies. Empty when there are none.
  virtual Result<std::vector<StoredEvent>> Read(Sequence after, std::size_t limit,
                                                std::size_t max_bytes) = 0;
  // Any thread; reads the disk. The committed events of one journey, in order, at most limit.
  virtual Result<std::vector<StoredEvent>> ReadJourney(std::uint64_t journey,
                                                       std::size_t limit) = 0;
};

// An epoch that this terminal has left while HQ did not have all of it.
struct ClosedEpoch {
  Epoch epoch;
  std::string journal_id;
  Sequence first;  // lowest position known, event or void
  Sequence last;   // highest
  Sequence acked;  // HQ has all up to here, as far as was known; below last
  friend bool operator==(const ClosedEpoch&, const ClosedEpoch&) = default;
};

struct OutboxState {
  Epoch epoch;
  std::string journal_id;
  std::uint64_t opens = 0;
  std::uint32_t boot = 0;
  Sequence first;                   // lowest kept, event or void; 0 when none is kept
  Sequence last;                    // highest committed, 0 when none ever was
  Sequence acked;                   // HQ has all up to here
  std::vector<ClosedEpoch> closed;  // with an unsent tail, lowest epoch first
  std::uint64_t hq_generation = 0;  // highest that HQ's database has told, 0 none
  std::uint64_t bytes = 0;          // database and WAL on disk
  event::StorageState storage = event::StorageState::kOk;
};

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Any thread; from memory.
  virtual OutboxState State() = 0;

  // Any thread; does not block. HQ has committed everything up to watermark. Ignored when epoch is
  // not this journal's nor that of a closed tail, when watermark is above what is committed, or
  // below what is known: the cursor never falls by it. It becomes durable with a later commit
  // (losing it costs a repetition only). A closed tail of which HQ has all is dropped.
  virtual void Acknowledge(Epoch epoch, Sequence watermark) = 0;

  // Any thread; does not block. HQ's database was restored and has only up to watermark: the cursor
  // of the present epoch falls, so that what HQ needs again is not deleted. Ignored when generation
  // is not above the one that is known, or epoch not the present one. Durable as the cursor is.
  virtual void Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) = 0;
  // Any thread; does not block. The highest generation of HQ's database that was heard of; a lower
  // one is ignored. Durable as the cursor is.
  virtual void NoteGeneration(std::uint64_t generation) = 0;

  // Any thread; does not block. HQ refuses the present epoch (a clone, a restored disk, an epoch
  // that was used before): a new one begins, at least wanted and above every epoch that was ever
  // used here. What HQ has not acknowledged is renumbered from 1 into it, each event with its old
  // place (Key::kOriginEpoch, kOriginSequence) and journeys with the id that they began with. done
  // is called once, on the store's thread. From then on the store refuses until Load, as after a
  // failed commit, and State tells the new epoch.
  virtual void BeginEpoch(Epoch wanted, std::function<void(Status)> done) = 0;

  // Called after each commit with the new last sequence, on the store's thread; must not block.
  // Set once, before the first Submit.
  virtual void SetCommitListener(std::function<void(Sequence last)> listener) = 0;
};

}  // namespace trayline::ports

#endif  // TRAYLINE_AGENT_PORTS_EVENT_STORE_H_
