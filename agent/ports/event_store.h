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

// A host's stream gets a small number, from 1, the first time it is seen.
struct StreamName {
  std::uint32_t stream = 0;
  std::string name;
  friend bool operator==(const StreamName&, const StreamName&) = default;
};

// Idempotency of ids that do not rise (texts): kept kForeignKeyDays, at most kForeignKeysMax.
struct ForeignKey {
  std::uint32_t stream = 0;
  std::string id;
  std::uint64_t digest = 0;
  Sequence first;
  Sequence last;
  JourneyId journey;
  WallTime recorded;
  friend bool operator==(const ForeignKey&, const ForeignKey&) = default;
};

inline constexpr std::size_t kForeignKeysMax = 16384;  // about 2 MB in memory; the oldest go first
inline constexpr std::int64_t kForeignKeyDays = 7;
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

// One of the last kStreamWindow records of a stream.
struct WindowEntry {
  std::uint32_t stream = 0;
  std::uint64_t number = 0;
  std::uint64_t digest = 0;
  Sequence first;
  Sequence last;
  std::uint64_t journey = 0;
  friend bool operator==(const WindowEntry&, const WindowEntry&) = default;
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
  std::vector<StoredEvent> tail;  // events above the checkpoint (or all), in order
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

class EventReader {
 public:
  virtual ~EventReader() = default;

  // Any thread; reads the disk. Committed events above after, in order, at most limit and, but for
  // the first, at most max_bytes of bodies. Empty when there are none.
  virtual Result<std::vector<StoredEvent>> Read(Sequence after, std::size_t limit,
                                                std::size_t max_bytes) = 0;
  // Any thread; reads the disk. The committed events of one journey, in order, at most limit.
  virtual Result<std::vector<StoredEvent>> ReadJourney(std::uint64_t journey,
                                                       std::size_t limit) = 0;
};

struct OutboxState {
  Epoch epoch;
  std::string journal_id;
  std::uint64_t opens = 0;
  Sequence first;           // lowest kept, 0 when none is kept
  Sequence last;            // highest committed, 0 when none ever was
  Sequence acked;           // HQ has all up to here
  std::uint64_t bytes = 0;  // database and WAL on disk
};

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Any thread; from memory.
  virtual OutboxState State() = 0;

  // Any thread; does not block. HQ has committed everything up to watermark. Ignored when epoch is
  // not this journal's, when watermark is above what is committed, or below what is known: the
  // cursor never falls. It becomes durable with a later commit (losing it costs a repetition only).
  virtual void Acknowledge(Epoch epoch, Sequence watermark) = 0;

  // Called after each commit with the new last sequence, on the store's thread; must not block.
  // Set once, before the first Submit.
  virtual void SetCommitListener(std::function<void(Sequence last)> listener) = 0;
};

}  // namespace trayline::ports

#endif  // TRAYLINE_AGENT_PORTS_EVENT_STORE_H_
