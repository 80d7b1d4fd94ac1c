// kill -9 at any moment: whatever the journal has answered is there afterwards, whole and in order.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "agent/journal/journal.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"

namespace trayline::journal {

namespace {

constexpr int kRounds = 30;

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
// pipe.
[[noreturn]] void AppendUntilKilled(const std::string& path, int report, std::uint64_t seed) {
  fakes::ManualClock clock;
  fakes::SeededRandom random(seed);
  Log log = NullLog();
  auto opened = Journal::Open(OptionsFor(path), clock, random, log);
  if (!opened.ok()) ::_exit(2);
  Journal& journal = **opened;
  auto state = journal.Load();
  if (!state.ok()) ::_exit(3);
  std::uint64_t next = state->last.value + 1;
  for (;;) {
    for (std::uint64_t in_group = 1 + random.Next() % 3; in_group > 0; --in_group) {
      const std::uint64_t count = 1 + random.Next() % 12;
      const std::uint64_t last = next + count - 1;
      journal.Submit(MakeTransaction(next, count), [report, last](const Status& status) {
        if (!status.ok() || ::write(report, &last, sizeof(last)) != sizeof(last)) ::_exit(4);
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

// Everything up to answered must be there, without a hole, each with its own body.
void CheckJournal(const std::string& path, std::uint64_t answered) {
  fakes::ManualClock clock;
  fakes::SeededRandom random(1);
  Log log = NullLog();
  auto opened = Journal::Open(OptionsFor(path), clock, random, log);
  ASSERT_TRUE(opened.ok()) << opened.error().text;
  const auto state = (*opened)->Load();
  ASSERT_TRUE(state.ok()) << state.error().text;
  EXPECT_FALSE(state->clean_stop);
  ASSERT_GE(state->last.value, answered);
  ASSERT_LE((*opened)->State().acked, state->last);
  std::uint64_t expected = 1;
  for (;;) {
    const auto events = (*opened)->Read(Sequence{expected - 1}, 10'000, 100'000'000);
    ASSERT_TRUE(events.ok());
    if (events->empty()) break;
    for (const ports::StoredEvent& event : *events) {
      ASSERT_EQ(event.sequence.value, expected);
      ASSERT_EQ(event.body, BodyOf(expected));
      ++expected;
    }
  }
  EXPECT_EQ(expected - 1, state->last.value);
}

TEST(JournalKill, WhateverWasAnsweredIsThereAfterwards) {
  constexpr std::uint64_t kSeed = 20'261'122;
  std::mt19937_64 random(kSeed);
  const fakes::TemporaryFolder folder;
  const std::string path = folder.File("journal.db");
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " round " << round);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const std::uint64_t child_seed = random();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      AppendUntilKilled(path, ends[1], child_seed);
    }
    ::close(ends[1]);
    const std::uint64_t answered = KillAfter(child, ends[0], random() % 60, random() % 2000);
    ::close(ends[0]);
    CheckJournal(path, answered);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace

}  // namespace trayline::journal
