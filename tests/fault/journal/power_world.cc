#include "tests/fault/journal/power_world.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <utility>

#include "agent/sqlite/database.h"

namespace trayline::journal {

namespace {

using fault::Fault;
using fault::Operation;

// Operations of the disk among which a cut falls: opening takes about so many, closing too, when
// the WAL is long.
constexpr std::uint64_t kOpenOperations = 40;
constexpr std::uint64_t kCloseOperations = 120;
// While it works it falls at operation 1 to 2^n, n up to this: as many soon as late.
constexpr std::uint64_t kWorkCutBitsMax = 11;
// Steps of a life that no cut ends, and those after which one ends that waits for its cut in vain.
constexpr std::uint64_t kStepsMax = 60;
constexpr std::uint64_t kStepsWithoutCut = 1000;
// More than the retention always keeps (kKeepRows).
constexpr std::uint64_t kLongEvents = 9600;
constexpr std::uint64_t kLongTransaction = 1600;
// One operation in 300: some commits of a life fail, most succeed.
constexpr std::uint32_t kFaultsPerMillion = 3300;
constexpr std::uint32_t kStreamsMax = 20;

// The control: an answer that comes from memory.
class AcknowledgesBeforeCommit final : public ports::EventStore {
 public:
  explicit AcknowledgesBeforeCommit(ports::EventStore& inner) : inner_(inner) {}
  void Submit(ports::Transaction transaction, std::function<void(Status)> done) override {
    inner_.Submit(std::move(transaction), [](const Status&) {});
    done(Status());
  }
  Result<ports::CommittedState> Load() override { return inner_.Load(); }

 private:
  ports::EventStore& inner_;
};

}  // namespace

void PowerTally::Print(const std::string& name, std::uint64_t seed) const {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%s: seed %llu, %llu power cuts (%llu in open, %llu in commits, %llu in checkpoints, %llu "
      "in close, %llu idle), %llu sectors lost, %llu disk faults, %llu commits, %llu acknowledged "
      "events, %llu "
      "deleted by retention, lost %llu, databases lost %llu\n",
      name.c_str(), number(seed), number(cuts), number(in_open), number(in_commits),
      number(in_checkpoints), number(in_close), number(idle), number(sectors_lost), number(faults),
      number(commits), number(answered), number(deleted), number(lost), number(databases_lost));
}

PowerWorld::PowerWorld(const WorldOptions& options, std::uint64_t seed)
    : options_(options),
      random_(seed),
      vfs_("power_world", seed, options.traits),
      journal_random_(seed) {
  journal_options_.path = folder_.File("journal.db");
  journal_options_.boot_id = "boot";
  journal_options_.wal_autocheckpoint_pages = 100;  // so that many cuts hit a checkpoint
  journal_options_.vfs = vfs_.name();
  vfs_.LieAboutSyncs(options_.lies);
}

void PowerWorld::Cut(PowerTally& tally) {
  if (options_.long_journal && vfs_.counts().cuts == 0) Fill();
  const fault::PowerCounts before = vfs_.counts();
  const std::uint64_t answered = answered_;
  Live();
  if (journal_ != nullptr) {
    tally.commits += journal_->stats().commits;
    tally.deleted += journal_->stats().deleted;
  }
  const bool idle = vfs_.powered();
  vfs_.PowerCut();
  vfs_.Heal();
  eager_.reset();
  journal_.reset();  // what is left of the dead process
  CountCut(idle, tally);
  const Finding finding = Look();
  const fault::PowerCounts after = vfs_.counts();
  ++tally.cuts;
  tally.answered += answered_ - answered;
  tally.sectors_lost += after.sectors_lost - before.sectors_lost;
  tally.faults += after.faults - before.faults;
  tally.lost += finding.lost;
  if (finding.database_lost) ++tally.databases_lost;
  if (tally.wrong.empty()) tally.wrong = trouble_.empty() ? finding.wrong : trouble_;
}

// Opens, works and closes; where the cut comes is drawn beforehand. It comes later, or when all is
// done, if there is less to do than it was set for.
void PowerWorld::Live() {
  enum { kInOpen, kInClose, kIdle, kWhileWorking };
  const std::uint64_t cut = Below(8);
  if (options_.disk_faults && Below(4) == 0) FailSometimes();
  phase_ = Phase::kOpening;
  if (cut == kInOpen) vfs_.CutAt(1 + Below(kOpenOperations));
  if (!Open()) return;
  phase_ = Phase::kWorking;
  if (options_.disk_faults) FailSometimes();
  std::uint64_t steps = 1 + Below(kStepsMax);
  if (cut >= kWhileWorking) {
    vfs_.CutAt(1 + Below(std::uint64_t{1} << Below(kWorkCutBitsMax + 1)));
    steps = kStepsWithoutCut;
  }
  for (; steps > 0 && vfs_.powered(); --steps) Step();
  if (cut == kIdle || !vfs_.powered()) return;
  phase_ = Phase::kClosing;
  if (cut == kInClose) vfs_.CutAt(1 + Below(kCloseOperations));
  Close();
}

void PowerWorld::FailSometimes() {
  for (const Operation operation : {Operation::kRead, Operation::kWrite, Operation::kSync}) {
    const Fault fault =
        operation != Operation::kRead && Below(2) == 0 ? Fault::kDiskFull : Fault::kIoError;
    vfs_.FailSometimes(operation, fault, kFaultsPerMillion);
  }
}

// In order, or as a process does it that only lets go of its files.
void PowerWorld::Close() {
  if (Below(4) > 0) static_cast<void>(journal_->Close());
  if (Below(2) > 0) {
    eager_.reset();
    journal_.reset();
  }
}

void PowerWorld::CountCut(bool idle, PowerTally& tally) const {
  if (idle) {
    ++tally.idle;
  } else if (phase_ == Phase::kOpening) {
    ++tally.in_open;
  } else if (phase_ == Phase::kClosing) {
    ++tally.in_close;
  } else if (vfs_.cut_file() == journal_options_.path) {
    ++tally.in_checkpoints;
  } else {
    ++tally.in_commits;
  }
}

bool PowerWorld::Open() {
  auto opened = Journal::Open(journal_options_, clock_, journal_random_, log_);
  if (!opened.ok()) return false;
  journal_ = std::move(*opened);
  if (options_.acknowledges_before_commit) {
    eager_ = std::make_unique<AcknowledgesBeforeCommit>(*journal_);
  }
  Reload();
  return !refused_;
}

void PowerWorld::Fill() {
  if (!Open()) return;
  while (last_.value < kLongEvents) Record(kLongTransaction, 16);
  Close();
  vfs_.KillProcess();
  eager_.reset();
  journal_.reset();
}

void PowerWorld::Step() {
  for (std::uint64_t group = 1 + Below(3); group > 0 && !refused_; --group) Record(30, 700);
  while (journal_->RunOnce() && Below(8) > 0) {
  }
  if (Below(4) == 0 && !options_.hq_is_away) Acknowledge();
  if (Below(8) == 0) static_cast<void>(journal_->Read(Sequence{}, 20, 10'000));
  const bool weeks = options_.long_journal && Below(30) == 0;
  clock_.Advance(weeks ? Millis{std::chrono::days(15)}
                       : Millis{static_cast<std::int64_t>(Below(1500))});
  if (refused_ && vfs_.powered()) Reload();
}

void PowerWorld::Record(std::uint64_t events_max, std::size_t body_max) {
  ports::Transaction transaction = MakeTransaction(events_max, body_max);
  AddNames(transaction);
  Submit(std::move(transaction));
  if (events_max == kLongTransaction) journal_->RunOnce();
}

// The body says which event and which attempt it is, so that a torn or foreign row shows.
ports::Transaction PowerWorld::MakeTransaction(std::uint64_t events_max, std::size_t body_max) {
  ports::Transaction transaction;
  const std::uint64_t number = ++made_;
  const std::uint32_t stream = streams_ == 0 ? 0 : static_cast<std::uint32_t>(Below(streams_ + 1));
  const std::uint64_t count = events_max == kLongTransaction ? events_max : 1 + Below(events_max);
  for (std::uint64_t i = 0; i < count; ++i) {
    ports::StoredEvent event;
    event.sequence = last_ = last_.Next();
    event.type = event::EventType::kAddToCart;
    event.journey = 1 + Below(50);
    event.body = "event " + std::to_string(last_.value) + " attempt " + std::to_string(number) +
                 std::string(Below(body_max), static_cast<char>('a' + number % 26));
    event.stream = stream;
    event.number = stream == 0 ? 0 : number;
    event.digest = stream == 0 || i > 0 ? 0 : 1 + Below(1'000'000);
    transaction.events.push_back(std::move(event));
  }
  return transaction;
}

void PowerWorld::AddNames(ports::Transaction& transaction) {
  if (Below(10) == 0 && streams_ < kStreamsMax) {
    transaction.streams.push_back({++streams_, "till-" + std::to_string(++made_)});
  }
  for (std::uint64_t keys = Below(3); keys > 0; --keys) {
    ports::ForeignKey key;
    key.stream = 1;
    key.id = "key-" + std::to_string(++made_);
    key.digest = made_;
    key.first = transaction.events.front().sequence;
    key.last = transaction.events.back().sequence;
    key.recorded = clock_.Wall();
    transaction.foreign_keys.push_back(std::move(key));
  }
  if (Below(4) == 0) {
    transaction.checkpoint = ports::Checkpoint{
        last_, "state " + std::to_string(++made_) + std::string(Below(2000), 's')};
  }
}

void PowerWorld::Submit(ports::Transaction transaction) {
  ports::EventStore& store = eager_ ? *eager_ : static_cast<ports::EventStore&>(*journal_);
  witness_.Submitted(transaction);
  ports::Transaction kept = transaction;
  store.Submit(std::move(transaction), [this, kept = std::move(kept)](const Status& status) {
    if (!status.ok()) {
      refused_ = true;
      return;
    }
    witness_.Answered(kept);
    answered_ += kept.events.size();
  });
}

void PowerWorld::Reload() {
  const auto state = journal_->Load();
  refused_ = !state.ok();
  if (!state.ok()) return;
  if (state->last < witness_.promised() && options_.lies == fault::Lies::kNone &&
      !options_.acknowledges_before_commit) {
    trouble_ = "after an error the journal has forgotten what it had answered";
  }
  witness_.Opened(*state);
  witness_.Restart();
  last_ = state->last;
  streams_ = 0;
  for (const ports::StreamName& stream : state->streams) {
    streams_ = std::max(streams_, stream.stream);
  }
}

void PowerWorld::Acknowledge() {
  const ports::OutboxState outbox = journal_->State();
  const Sequence watermark{outbox.acked.value + Below(outbox.last.value - outbox.acked.value + 1)};
  witness_.Told(watermark);
  journal_->Acknowledge(outbox.epoch, watermark);
}

Finding PowerWorld::Look() {
  const auto lost = [this](const std::string& why) {
    vfs_.Restore({});
    journal_.reset();
    Finding finding = witness_.Lose();
    finding.wrong = why;
    return finding;
  };
  if (const Status whole = CheckWhole(); !whole.ok()) return lost(whole.error().text);
  auto opened = Journal::Open(journal_options_, clock_, journal_random_, log_);
  if (!opened.ok()) return lost(opened.error().text);
  journal_ = std::move(*opened);
  const auto state = journal_->Load();
  if (!state.ok()) return lost(state.error().text);
  constexpr std::size_t kAll = std::numeric_limits<std::uint32_t>::max();
  const auto events = journal_->Read(Sequence{}, kAll, kAll);
  if (!events.ok()) return lost(events.error().text);
  const WallTime oldest_key = clock_.Wall() - std::chrono::days(ports::kForeignKeyDays);
  Finding finding = witness_.Compare(*state, journal_->State(), *events, oldest_key);
  const std::uint64_t end = Below(3);
  if (end == 0) static_cast<void>(journal_->Close());
  if (end == 1) vfs_.KillProcess();
  journal_.reset();
  return finding;
}

// What is there to be opened is whole. A disk without a database is: it makes a new one.
Status PowerWorld::CheckWhole() const {
  const auto contents = vfs_.ReadFile(journal_options_.path);
  if (!contents || contents->empty()) return {};
  auto database = sqlite::Database::Open(WriterOptions(journal_options_));
  if (!database.ok()) return database.error();
  auto check = database->Prepare("PRAGMA integrity_check");
  if (!check.ok()) return check.error();
  const auto text = check->ReadText();
  if (!text.ok()) return text.error();
  if (*text != "ok") return Error{Errc::kCorrupt, text->value_or("no answer")};
  return {};
}

}  // namespace trayline::journal
