// Witness: sees everything that is promised (to hosts, to terminals, by disks) and says when a
// promise is broken. It believes nothing that it has not seen committed. The rules stand in
// README.md. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_WITNESS_H_
#define TRAYLINE_TESTS_SIMULATION_WITNESS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/engine/engine.h"
#include "agent/ports/event_store.h"
#include "sync/hq/ports/hq_store.h"
#include "sync/wire/messages.h"
#include "tests/simulation/trace.h"

namespace trayline::simulation {

// Digests of what a terminal's disk is known to hold durably, by epoch; position n at n - 1, 0
// where nothing is known. It is a property of the disk: copied and set back with it.
using DiskRecord = std::map<Epoch, std::vector<std::uint64_t>>;

// One thing that a host sends.
struct Said {
  std::size_t terminal = 0;
  std::size_t host = 0;       // of all hosts
  std::uint64_t ordinal = 0;  // in the order in which that host sent them
  std::string key;            // empty: it cannot be told from others in HQ's store
  bool may_be_shed = false;   // by a full disk, as browsing
};

class Witness {
 public:
  explicit Witness(Trace& trace) : trace_(trace) {}

  // The first broken promise.
  [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }
  void Fail(std::string what);

  // Hosts. What one of them was told about something that it sent.
  void Told(const Said& said, Epoch epoch, const engine::RecordResult& result);

  // Terminals. These rows are durable there. Whatever the record holds already must be the same.
  void Committed(const std::string& unit, DiskRecord& record, Epoch epoch,
                 const std::vector<ports::StoredEvent>& rows);
  // After a start: everything that was durable is still there.
  void Reopened(const std::string& unit, const DiskRecord& record, Epoch epoch, Sequence last);
  // The terminal takes it that HQ has all of epoch up to watermark.
  void Acknowledged(const std::string& unit, const DiskRecord& record, Epoch epoch,
                    Sequence watermark);

  // Its disk is another one than old from now on. What only the old one had is lost with it, unless
  // an older copy brings it late; what its hosts have in hand may have been recorded on the old one
  // and will be on the new one.
  void TerminalSetBack(std::size_t terminal, const std::string& unit, const DiskRecord& old,
                       const std::vector<std::string>& in_hand);

  // HQ. Its database was opened: what was committed must be in it.
  // An error when the disk does not let it look.
  Status HqOpened(hq::HqStore& store);
  // Another database takes its place: what was committed counts from the next opening on.
  void HqSetBack();
  // HQ has all of epoch up to last.
  [[nodiscard]] bool HqHas(const std::string& unit, Epoch epoch, Sequence last) const;
  void HqNames(hq::TerminalKey key, const TerminalId& id) { units_[key] = ToUnit(id); }
  void HqCommitted(const hq::IngestBatch& batch);
  // What it is about to tell a terminal.
  void HqAnswers(const std::string& unit, const wire::Ack& ack);

  // At the end, when everything is drained.
  void CheckEnd(hq::HqStore& store);

  [[nodiscard]] std::uint64_t told() const { return told_count_; }
  [[nodiscard]] std::uint64_t stored() const { return stored_; }

 private:
  struct Answer {
    Said said;
    Epoch epoch;
    Sequence first;
    Sequence last;
    bool excused = false;  // the disk that held it is gone
  };
  struct Place {
    Epoch epoch;
    Sequence sequence;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct HqLog {
    std::vector<std::uint64_t> digests;  // 0: nothing, kNoEvent: void or quarantined
    hq::LogRow row;
  };
  using HqEpochs = std::map<Epoch, HqLog>;

  HqLog& LogOf(hq::TerminalKey key, Epoch epoch);
  void Put(hq::TerminalKey key, Epoch epoch, Sequence at, std::uint64_t digest);
  void TakeVoid(const hq::VoidRow& row);
  void TakeUnseenVoids(const hq::LogRow& row);
  void TakeLog(const hq::LogRow& row);
  void CheckTold(const std::map<std::string, Place>& found);

  Trace& trace_;
  std::optional<std::string> failure_;
  std::unordered_map<std::string, Answer> told_;  // by key
  std::set<std::string> may_be_doubled_;
  std::set<std::size_t> set_back_;  // terminals whose order in time has been broken
  std::uint64_t told_count_ = 0;
  std::map<hq::TerminalKey, std::string> units_;
  std::map<std::string, HqEpochs> hq_;  // durable in HQ's database now
  // Everything that ever was: the digest of the event, by place.
  std::map<std::string, std::map<Epoch, std::vector<std::uint64_t>>> ever_;
  std::map<std::string, std::uint64_t> shed_;  // given up by a full disk, by unit
  std::uint64_t stored_ = 0;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_WITNESS_H_
