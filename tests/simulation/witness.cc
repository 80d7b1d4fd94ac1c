#include "tests/simulation/witness.h"

#include <algorithm>

#include "tests/simulation/content.h"

namespace trayline::simulation {
namespace {

constexpr std::uint64_t kNoEvent = 2;  // digests are odd

std::string At(const std::string& unit, Epoch epoch, Sequence sequence) {
  return unit + " " + std::to_string(epoch.value) + "/" + std::to_string(sequence.value);
}

}  // namespace

void Witness::Fail(std::string what) {
  trace_.Note("WITNESS", what);
  if (!failure_) failure_ = std::move(what);
}

// --- Hosts --------------------------------------------------------------------------------------

void Witness::Told(const Said& said, Epoch epoch, const engine::RecordResult& result) {
  using Outcome = engine::RecordResult::Outcome;
  if (result.outcome == Outcome::kNoChange && said.key.empty()) return;
  if (result.outcome != Outcome::kRecorded && result.outcome != Outcome::kRepeated) {
    return Fail("host " + std::to_string(said.host) + " was refused " + said.key + ": " +
                (result.reason.empty() ? "nothing to record" : result.reason));
  }
  ++told_count_;
  if (said.key.empty()) return;
  const auto [at, is_new] =
      told_.try_emplace(said.key, Answer{said, epoch, result.first, result.last, false});
  if (is_new) return;
  const Answer& before = at->second;
  if (before.epoch == epoch && (before.first != result.first || before.last != result.last)) {
    Fail("host " + std::to_string(said.host) + " was told " + std::to_string(before.first.value) +
         " and then " + std::to_string(result.first.value) + " for " + said.key);
  }
}

// --- Terminals ----------------------------------------------------------------------------------

void Witness::Committed(const std::string& unit, DiskRecord& record, Epoch epoch,
                        const std::vector<ports::StoredEvent>& rows) {
  std::vector<std::uint64_t>& known = record[epoch];
  for (const ports::StoredEvent& row : rows) {
    const std::size_t index = row.sequence.value - 1;
    if (index >= known.size()) known.resize(index + 1);
    const std::uint64_t digest = DigestOutside(row, epoch);
    if (known[index] != 0 && known[index] != digest) {
      Fail(At(unit, epoch, row.sequence) + " holds another event than before");
    }
    known[index] = digest;
  }
}

void Witness::Reopened(const std::string& unit, const DiskRecord& record, Epoch epoch,
                       Sequence last) {
  const auto known = record.find(epoch);
  if (known == record.end() || known->second.size() <= last.value) return;
  Fail(unit + " lost what was durable: " + std::to_string(known->second.size()) +
       " events before, up to " + std::to_string(last.value) + " now");
}

void Witness::Acknowledged(const std::string& unit, const DiskRecord& record, Epoch epoch,
                           Sequence watermark) {
  // Not what is there now: HQ's database may have been set back since it gave its word.
  const std::vector<std::uint64_t>& there = ever_[unit][epoch];
  if (there.size() < watermark.value) {
    return Fail(At(unit, epoch, watermark) + " is acknowledged, HQ never had more than " +
                std::to_string(there.size()));
  }
  const auto known = record.find(epoch);
  if (known == record.end()) return;
  // What lies below was looked at when it was acknowledged; a doubled look costs little.
  const std::size_t most = std::min<std::size_t>(watermark.value, known->second.size());
  for (std::size_t i = 0; i < most; ++i) {
    const std::uint64_t mine = known->second[i];
    if (there[i] != kNoEvent && mine != 0 && there[i] != mine) {
      return Fail(At(unit, epoch, Sequence{i + 1}) +
                  " is acknowledged, HQ has another event there");
    }
  }
}

void Witness::TerminalSetBack(std::size_t terminal, const std::string& unit, const DiskRecord& old,
                              const std::vector<std::string>& in_hand) {
  set_back_.insert(terminal);
  may_be_doubled_.insert(in_hand.begin(), in_hand.end());
  const HqEpochs& at_hq = hq_[unit];
  for (auto& [key, answer] : told_) {
    if (answer.said.terminal != terminal || answer.excused) continue;
    const auto mine = old.find(answer.epoch);
    const auto theirs = at_hq.find(answer.epoch);
    const std::uint64_t last = answer.last.value;
    // By content: an older copy may have written other events under numbers that HQ knows.
    const bool is_there = mine != old.end() && theirs != at_hq.end() &&
                          mine->second.size() >= last && theirs->second.digests.size() >= last &&
                          mine->second[last - 1] == theirs->second.digests[last - 1];
    answer.excused = !is_there;
  }
}

// --- HQ -----------------------------------------------------------------------------------------

Witness::HqLog& Witness::LogOf(hq::TerminalKey key, Epoch epoch) { return hq_[units_[key]][epoch]; }

void Witness::Put(hq::TerminalKey key, Epoch epoch, Sequence at, std::uint64_t digest) {
  std::vector<std::uint64_t>& digests = LogOf(key, epoch).digests;
  if (digests.size() < at.value) digests.resize(at.value);
  digests[at.value - 1] = digest;
  std::vector<std::uint64_t>& ever = ever_[units_[key]][epoch];
  if (ever.size() < at.value) ever.resize(at.value);
  std::uint64_t& place = ever[at.value - 1];
  if (place != 0 && place != digest) {
    Fail(At(units_[key], epoch, at) + " has held two different events at HQ");
  }
  place = digest;
}

void Witness::TakeLog(const hq::LogRow& row) {
  HqLog& log = LogOf(row.terminal, row.epoch);
  const std::string where = At(units_[row.terminal], row.epoch, row.watermark);
  if (row.received + row.voided + row.quarantined != row.watermark.value) {
    Fail(where + ": HQ's books do not balance");
  }
  if (row.watermark < log.row.watermark) Fail(where + ": HQ's watermark fell");
  if (log.digests.size() < row.watermark.value) {
    Fail(where + ": HQ's watermark stands above what it has");
  }
  const std::size_t most = std::min<std::size_t>(row.watermark.value, log.digests.size());
  for (std::size_t i = log.row.watermark.value; i < most; ++i) {
    if (log.digests[i] == 0)
      Fail(At(units_[row.terminal], row.epoch, Sequence{i + 1}) +
           " is below HQ's watermark and not there");
  }
  log.row = row;
}

// What the full disk of a terminal gave up, and what is there under an older number. HQ finds
// nothing damaged and loses nothing for good here.
void Witness::TakeVoid(const hq::VoidRow& row) {
  const auto reason = static_cast<hq::VoidReason>(row.reason);
  if (reason == hq::VoidReason::kQuota) {
    shed_[units_[row.terminal]] += row.count;
    if (row.quota == static_cast<std::uint8_t>(event::QuotaClass::kOrder)) {
      Fail(At(units_[row.terminal], row.epoch, row.first) + ": an order was given up");
    }
  } else if (reason != hq::VoidReason::kRepeated) {
    Fail(At(units_[row.terminal], row.epoch, row.first) + " is void at HQ, reason " +
         std::to_string(row.reason));
  }
  for (std::uint64_t i = 0; i < row.count; ++i) {
    Put(row.terminal, row.epoch, Sequence{row.first.value + i}, kNoEvent);
  }
}

void Witness::HqCommitted(const hq::IngestBatch& batch) {
  for (const hq::TerminalRow& row : batch.terminals) HqNames(row.key, row.id);
  for (const hq::EventRow& row : batch.events) {
    Put(row.terminal, row.epoch, row.sequence, DigestOutside(row));
  }
  stored_ += batch.events.size();
  for (const hq::VoidRow& row : batch.voids) TakeVoid(row);
  for (const hq::QuarantineRow& row : batch.quarantine) {
    Fail(At(units_[row.terminal], row.epoch, row.first) + " was put into quarantine");
  }
  for (const hq::LogRow& row : batch.logs) TakeLog(row);
}

// A commit whose sync failed may turn out to be there after all, its void runs too, which cannot be
// read through the store's port.
void Witness::TakeUnseenVoids(const hq::LogRow& row) {
  std::vector<std::uint64_t>& digests = LogOf(row.terminal, row.epoch).digests;
  if (digests.size() < row.watermark.value) digests.resize(row.watermark.value);
  std::uint64_t without_event = 0;
  for (std::size_t i = 0; i < row.watermark.value; ++i) {
    if (digests[i] == 0) Put(row.terminal, row.epoch, Sequence{i + 1}, kNoEvent);
    if (digests[i] == kNoEvent) ++without_event;
  }
  if (without_event != row.voided + row.quarantined) {
    Fail(At(units_[row.terminal], row.epoch, row.watermark) + ": HQ lacks events that it counts");
  }
}

Status Witness::HqOpened(hq::HqStore& store) {
  constexpr std::size_t kPage = 1000;
  const auto state = store.LoadReceiver();
  if (!state.ok()) return state.error();
  std::map<std::pair<std::string, Epoch>, Sequence> there;
  for (const hq::TerminalRow& row : state->terminals) HqNames(row.key, row.id);
  for (const hq::LogRow& row : state->logs) {
    there[{units_[row.terminal], row.epoch}] = row.watermark;
    Sequence after;
    for (bool more = true; more;) {
      const auto page = store.ReadEvents(row.terminal, row.epoch, after, kPage);
      if (!page.ok()) return page.error();
      for (const hq::EventRow& event : *page) {
        Put(event.terminal, event.epoch, event.sequence, DigestOutside(event));
      }
      more = page->size() == kPage;
      if (!page->empty()) after = page->back().sequence;
    }
    TakeUnseenVoids(row);
    TakeLog(row);
  }
  for (const auto& [unit, epochs] : hq_) {
    for (const auto& [epoch, log] : epochs) {
      if (there[{unit, epoch}] < log.row.watermark) {
        Fail(At(unit, epoch, log.row.watermark) + " was committed at HQ and is gone");
      }
    }
  }
  return {};
}

void Witness::HqSetBack() { hq_.clear(); }

bool Witness::HqHas(const std::string& unit, Epoch epoch, Sequence last) const {
  if (last == Sequence{}) return true;
  const auto epochs = hq_.find(unit);
  if (epochs == hq_.end()) return false;
  const auto log = epochs->second.find(epoch);
  return log != epochs->second.end() && log->second.row.watermark >= last;
}

void Witness::HqAnswers(const std::string& unit, const wire::Ack& ack) {
  if ((ack.flags & wire::kAckNewEpoch) != 0 || ack.watermark == Sequence{}) return;
  const HqEpochs& epochs = hq_[unit];
  const auto log = epochs.find(ack.epoch);
  if (log == epochs.end() || log->second.row.watermark < ack.watermark) {
    Fail(At(unit, ack.epoch, ack.watermark) + " is acknowledged before HQ has committed it");
  }
}

// --- The end ------------------------------------------------------------------------------------

void Witness::CheckEnd(hq::HqStore& store) {
  constexpr std::size_t kPage = 1000;
  const auto state = store.LoadReceiver();
  if (!state.ok()) return Fail("HQ's database cannot be read at the end: " + state.error().text);
  std::map<std::string, Place> found;
  for (const hq::LogRow& log : state->logs) {
    std::uint64_t events = 0;
    Sequence after;
    for (bool more = true; more;) {
      const auto page = store.ReadEvents(log.terminal, log.epoch, after, kPage);
      if (!page.ok()) return Fail("HQ's events cannot be read at the end: " + page.error().text);
      for (const hq::EventRow& row : *page) {
        const std::string key = HostKeyOf(row);
        if (key.empty()) continue;
        const bool is_new = found.try_emplace(key, Place{row.epoch, row.sequence}).second;
        if (!is_new && !may_be_doubled_.contains(key)) {
          return Fail(key + " is at HQ twice, again at " +
                      At(units_[row.terminal], row.epoch, row.sequence));
        }
      }
      events += page->size();
      more = page->size() == kPage;
      if (!page->empty()) after = page->back().sequence;
    }
    if (events != log.received) return Fail("HQ has not the events that its books name");
  }
  CheckTold(found);
}

void Witness::CheckTold(const std::map<std::string, Place>& found) {
  std::map<std::size_t, std::map<std::uint64_t, Place>> by_host;
  std::map<std::size_t, std::uint64_t> missing;  // by terminal, of what a full disk may give up
  for (const auto& [key, answer] : told_) {
    const auto at = found.find(key);
    if (at == found.end()) {
      if (answer.excused) continue;
      if (answer.said.may_be_shed) {
        ++missing[answer.said.terminal];
        continue;
      }
      return Fail(key + " was told to be recorded and is not at HQ");
    }
    const Place& place = at->second;
    if (place.epoch == answer.epoch &&
        (place.sequence < answer.first || place.sequence > answer.last) &&
        !may_be_doubled_.contains(key)) {
      Fail(key + " stands elsewhere than its host was told");
      return;
    }
    if (set_back_.contains(answer.said.terminal)) continue;
    by_host[answer.said.host][answer.said.ordinal] = place;
  }
  std::uint64_t given_up = 0;
  for (const auto& [unit, count] : shed_) given_up += count;
  for (const auto& [terminal, count] : missing) {
    if (count > given_up) {
      return Fail(std::to_string(count) + " views of terminal " + std::to_string(terminal) +
                  " are not at HQ, all together " + std::to_string(given_up) + " were given up");
    }
    given_up -= count;
  }
  for (const auto& [host, places] : by_host) {
    Place before{};
    for (const auto& [ordinal, place] : places) {
      if (place < before) {
        Fail("number " + std::to_string(ordinal) + " of host " + std::to_string(host) +
             " is at HQ before the one that was sent before it");
        return;
      }
      before = place;
    }
  }
}

}  // namespace trayline::simulation
