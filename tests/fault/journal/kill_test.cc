// kill -9 at any moment: whatever the journal has answered is there afterwards, whole and in order.
// Rounds by TRAYLINE_KILL_ROUNDS (500), the seed by TRAYLINE_SEED.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "agent/journal/journal.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fault/child/environment.h"

namespace trayline::journal {

namespace {

constexpr std::uint64_t kSeed = 20'261'122;
constexpr std::uint64_t kRounds = 500;
constexpr std::uint64_t kControlRounds = 50;
// A journal is killed so often before the next one begins: reading all of it after each kill must
// not grow without end.
constexpr std::uint64_t kKillsOfAJournal = 25;
// A kill comes after so many answers and so much later, at most.
constexpr std::uint64_t kAnswersMax = 40;
constexpr std::uint64_t kDelayMaxUs = 2000;

enum class Answers { kAfterTheCommit, kBeforeTheCommit };

Options OptionsFor(const std::string& path) {
  Options options;
  options.path = path;
  options.boot_id = "boot";
  options.wal_autocheckpoint_pages = 100;  // so that many kills hit a checkpoint
  return options;
}

// The body says which event it is, so that a torn or foreign row shows.
std::string BodyOf(std::uint64_t sequence) {
  return "event " + std::to_string(sequence) + std::string(sequence % 700, '.');
}

ports::Transaction MakeTransaction(std::uint64_t first, std::uint64_t count) {
  ports::Transaction transaction;
  for (std::uint64_t i = first; i < first + count; ++i) {
    ports::StoredEvent event;
    event.sequence = Sequence{i};
    event.type = event::EventType::kAddToCart;
    event.body = BodyOf(i);
    transaction.events.push_back(std::move(event));
  }
  transaction.checkpoint = ports::Checkpoint{Sequence{first + count - 1}, BodyOf(first)};
  return transaction;
}

// The child: appends without end, acknowledges, and reports each answered sequence through the
// pipe. The control reports what it has only submitted.
[[noreturn]] void AppendUntilKilled(const std::string& path, int report, std::uint64_t seed,
                                    Answers answers) {
  fakes::ManualClock clock;
  fakes::SeededRandom random(seed);
  Log log = NullLog();
  auto opened = Journal::Open(OptionsFor(path), clock, random, log);
  if (!opened.ok()) ::_exit(2);
  Journal& journal = **opened;
  auto state = journal.Load();
  if (!state.ok()) ::_exit(3);
  const auto tell = [report](std::uint64_t last) {
    if (::write(report, &last, sizeof(last)) != sizeof(last)) ::_exit(4);
  };
  std::uint64_t next = state->last.value + 1;
  for (;;) {
    for (std::uint64_t in_group = 1 + random.Next() % 3; in_group > 0; --in_group) {
      const std::uint64_t count = 1 + random.Next() % 12;
      const std::uint64_t last = next + count - 1;
      if (answers == Answers::kBeforeTheCommit) tell(last);
      journal.Submit(MakeTransaction(next, count), [tell, last, answers](const Status& status) {
        if (!status.ok()) ::_exit(5);
        if (answers == Answers::kAfterTheCommit) tell(last);
      });
      next = last + 1;
    }
    journal.RunOnce();
    if (random.Next() % 4 == 0) {
      journal.Acknowledge(state->epoch, Sequence{next - 1});
      clock.Advance(kCursorEvery);
      journal.RunOnce();
    }
  }
}

// Reads reports until at least so many have come, kills the child, reads what is left.
std::uint64_t KillAfter(pid_t child, int reports, std::uint64_t count, std::uint64_t delay_us) {
  std::uint64_t answered = 0;
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (::read(reports, &value, sizeof(value)) != sizeof(value)) break;
    answered = value;
  }
  ::usleep(static_cast<useconds_t>(delay_us));
  ::kill(child, SIGKILL);
  while (::read(reports, &value, sizeof(value)) == sizeof(value)) answered = value;
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  return answered;
}

// What is there: the last of a row of events without a hole, each with its own body; nullopt when
// the database is lost. Anything else that is wrong is a failure of the test.
std::optional<std::uint64_t> LastSound(const std::string& path) {
  fakes::ManualClock clock;
  fakes::SeededRandom random(1);
  Log log = NullLog();
  auto opened = Journal::Open(OptionsFor(path), clock, random, log);
  if (!opened.ok()) return std::nullopt;
  const auto state = (*opened)->Load();
  if (!state.ok()) return std::nullopt;
  EXPECT_FALSE(state->clean_stop);
  EXPECT_LE((*opened)->State().acked, state->last);
  std::uint64_t last = 0;
  for (;;) {
    const auto events = (*opened)->Read(Sequence{last}, 10'000, 100'000'000);
    if (!events.ok()) return std::nullopt;
    if (events->empty()) break;
    for (const ports::StoredEvent& event : *events) {
      ++last;
      EXPECT_EQ(event.sequence.value, last);
      EXPECT_EQ(event.body, BodyOf(last));
    }
  }
  EXPECT_EQ(last, state->last.value);
  return last;
}

// One child that lives until it is killed. Returns what it has answered last, 0 for nothing.
std::uint64_t RunAndKill(const std::string& path, Answers answers, std::mt19937_64& random) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) ADD_FAILURE() << "no pipe";
  const std::uint64_t child_seed = random();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    AppendUntilKilled(path, ends[1], child_seed, answers);
  }
  ::close(ends[1]);
  EXPECT_GT(child, 0);
  const std::uint64_t answered =
      KillAfter(child, ends[0], random() % kAnswersMax, random() % kDelayMaxUs);
  ::close(ends[0]);
  return answered;
}

struct KillTally {
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;  // of them, not there afterwards
  std::uint64_t databases_lost = 0;
};

KillTally KillOften(std::uint64_t rounds, std::uint64_t seed, Answers answers) {
  std::mt19937_64 random(seed);
  KillTally tally;
  std::unique_ptr<fakes::TemporaryFolder> folder;
  std::uint64_t before = 0;
  for (std::uint64_t round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE(testing::Message() << "TRAYLINE_SEED=" << seed << " round " << round);
    if (round % kKillsOfAJournal == 0) {
      folder = std::make_unique<fakes::TemporaryFolder>();
      before = 0;
    }
    const std::uint64_t answered =
        std::max(before, RunAndKill(folder->File("journal.db"), answers, random));
    const auto there = LastSound(folder->File("journal.db"));
    tally.acknowledged += answered - before;
    tally.databases_lost += there ? 0 : 1;
    before = there.value_or(0);
    tally.lost += answered > before ? answered - before : 0;
    if (!there) folder = std::make_unique<fakes::TemporaryFolder>();
  }
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "kill_%s: seed %llu, %llu kills, %llu acknowledged events, lost %llu, databases lost %llu\n",
      answers == Answers::kAfterTheCommit ? "journal" : "control_acknowledge_before_commit",
      number(seed), number(rounds), number(tally.acknowledged), number(tally.lost),
      number(tally.databases_lost));
  return tally;
}

TEST(JournalKill, LosesNoAcknowledgedEventAndNoDatabase) {
  const std::uint64_t rounds = fault::FromEnvironment("TRAYLINE_KILL_ROUNDS", kRounds);
  const std::uint64_t seed = fault::FromEnvironment("TRAYLINE_SEED", kSeed);
  const KillTally tally = KillOften(rounds, seed, Answers::kAfterTheCommit);
  EXPECT_EQ(tally.lost, 0U);
  EXPECT_EQ(tally.databases_lost, 0U);
}

// The control: the test above must see what this loses.
TEST(JournalKillControl, AcknowledgingBeforeTheCommitLosesEvents) {
  EXPECT_GT(KillOften(kControlRounds, kSeed, Answers::kBeforeTheCommit).lost, 0U);
}

}  // namespace

}  // namespace trayline::journal
