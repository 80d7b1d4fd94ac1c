#include "tests/fault/journal/witness.h"

#include <algorithm>
#include <utility>

namespace trayline::journal {

namespace {

std::string Number(std::uint64_t number) { return std::to_string(number); }

void Say(Finding& finding, const std::string& text) {
  if (finding.wrong.empty()) finding.wrong = text;  // the first one explains the others
}

}  // namespace

void Witness::Opened(const ports::CommittedState& state) {
  if (last_ == Sequence{}) journal_id_ = state.journal_id;
  ids_.emplace(state.epoch.value, state.journal_id);
}

void Witness::Submitted(const ports::Transaction& transaction) {
  for (const ports::StoredEvent& event : transaction.events) {
    maybe_[event.sequence.value].push_back(
        {generation_, event, &event == &transaction.events.back()});
  }
  if (transaction.checkpoint) {
    checkpoints_[transaction.checkpoint->at.value].insert(transaction.checkpoint->state);
  }
}

void Witness::Answered(const ports::Transaction& transaction) {
  for (const ports::StoredEvent& event : transaction.events) {
    promised_.resize(event.sequence.value);
    promised_.back() = event;
    last_ = event.sequence;
  }
  for (const ports::StreamName& stream : transaction.streams) {
    streams_[stream.name] = stream.stream;
  }
  for (const ports::ForeignKey& key : transaction.foreign_keys) keys_[key.id] = key;
  if (transaction.checkpoint) checkpoint_ = transaction.checkpoint->at;
  // What was tried before the last load cannot come any more: these numbers are taken.
  for (auto& [sequence, attempts] : maybe_) {
    std::erase_if(attempts, [this](const Attempt& attempt) {
      return attempt.generation < generation_ || attempt.event.sequence <= last_;
    });
  }
  std::erase_if(maybe_, [](const auto& entry) { return entry.second.empty(); });
}

Finding Witness::Lose() {
  Finding finding;
  finding.database_lost = true;
  finding.lost = last_.value;
  std::map<std::uint64_t, std::string> ids = std::move(ids_);
  *this = Witness();
  ids_ = std::move(ids);
  return finding;
}

Finding Witness::Compare(const ports::CommittedState& state, const ports::OutboxState& outbox,
                         const std::vector<ports::StoredEvent>& events, WallTime oldest_key) {
  if (last_ != Sequence{} && state.journal_id != journal_id_) {
    Finding finding = Lose();
    CheckIdentity(state, finding);
    return finding;
  }
  Finding finding;
  CheckIdentity(state, finding);
  const Sequence promised = last_;
  CheckBounds(state, outbox, finding);
  CheckEvents(events, finding);
  CheckDerived(state, oldest_key, finding);
  if (state.last < promised) finding.lost += promised.value - state.last.value;
  if (last_ != state.last) {
    Say(finding,
        "the last is " + Number(state.last.value) + ", the last event read " + Number(last_.value));
  }
  maybe_.clear();
  return finding;
}

// From the lowest kept to the last; below the lowest HQ must have all.
void Witness::CheckEvents(const std::vector<ports::StoredEvent>& events, Finding& finding) {
  if (events.empty()) {
    last_ = Sequence{};
    promised_.clear();
    return;
  }
  Sequence next = events.front().sequence;
  if (next.value > told_.value + 1 && next.value <= last_.value) {
    finding.lost += std::min(next.value - 1, last_.value) - told_.value;
  }
  const Sequence promised = last_;
  bool whole = true;
  for (const ports::StoredEvent& event : events) {
    if (event.sequence != next) {
      Say(finding, "after " + Number(next.value - 1) + " comes " + Number(event.sequence.value));
      return;
    }
    if (next <= promised) {
      if (promised_[next.value - 1] != event) ++finding.lost;
    } else {
      whole = CheckEvent(event, finding);
    }
    next = next.Next();
  }
  if (!whole) Say(finding, "a part of a transaction, up to " + Number(next.value - 1));
  last_ = Sequence{next.value - 1};
  promised_.resize(last_.value);
}

// An event that was submitted and not answered: it may be there, if it is what was submitted. True
// when its transaction ends with it.
bool Witness::CheckEvent(const ports::StoredEvent& event, Finding& finding) {
  promised_.resize(event.sequence.value);
  promised_.back() = event;
  for (const Attempt& attempt : maybe_[event.sequence.value]) {
    if (attempt.event == event) return attempt.ends;
  }
  Say(finding, "event " + Number(event.sequence.value) + " was never submitted");
  return true;
}

void Witness::CheckBounds(const ports::CommittedState& state, const ports::OutboxState& outbox,
                          Finding& finding) const {
  if (outbox.acked > told_) {
    Say(finding, "the cursor stands at " + Number(outbox.acked.value) + ", HQ has said " +
                     Number(told_.value));
  }
  if (outbox.acked > state.last) Say(finding, "the cursor stands above the last event");
  if (outbox.last != state.last) Say(finding, "the outbox and the store have different ends");
}

void Witness::CheckIdentity(const ports::CommittedState& state, Finding& finding) {
  const auto [known, is_new] = ids_.emplace(state.epoch.value, state.journal_id);
  if (!is_new && known->second != state.journal_id) {
    Say(finding, "epoch " + Number(state.epoch.value) + " is used by two journals");
  }
  if (is_new && ids_.rbegin()->first != state.epoch.value) {
    Say(finding, "epoch " + Number(state.epoch.value) + " is below an older one");
  }
  journal_id_ = state.journal_id;
}

void Witness::CheckDerived(const ports::CommittedState& state, WallTime oldest_key,
                           Finding& finding) const {
  std::map<std::string, std::uint32_t> streams;
  for (const ports::StreamName& stream : state.streams) streams[stream.name] = stream.stream;
  for (const auto& [name, stream] : streams_) {
    const auto found = streams.find(name);
    if (found == streams.end() || found->second != stream) Say(finding, "no stream " + name);
  }
  std::set<std::string> keys;
  for (const ports::ForeignKey& key : state.foreign_keys) keys.insert(key.id);
  for (const auto& [id, key] : keys_) {
    if (key.recorded >= oldest_key && !keys.contains(id)) Say(finding, "no foreign key " + id);
  }
  if (!state.checkpoint) {
    if (checkpoint_ != Sequence{}) Say(finding, "no checkpoint");
    return;
  }
  const auto found = checkpoints_.find(state.checkpoint->at.value);
  if (state.checkpoint->at < checkpoint_) Say(finding, "an older checkpoint");
  if (found == checkpoints_.end() || !found->second.contains(state.checkpoint->state)) {
    Say(finding, "another checkpoint");
  }
}

}  // namespace trayline::journal
