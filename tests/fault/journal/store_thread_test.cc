// The journal with its store thread running, as the daemon runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "agent/journal/journal.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"

namespace trayline::journal {

namespace {

class JournalStoreThread : public testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.path = folder_.File("journal.db");
    options.boot_id = "boot";
    options.queue_max = 8;
    auto opened = Journal::Open(options, clock_, random_, log_);
    ASSERT_TRUE(opened.ok());
    journal_ = std::move(*opened);
  }
  static ports::Transaction Event(std::uint64_t sequence) {
    ports::StoredEvent event;
    event.sequence = Sequence{sequence};
    event.body = "body";
    ports::Transaction transaction;
    transaction.events.push_back(std::move(event));
    return transaction;
  }
  // Submits and waits for the answer.
  Status Commit(std::uint64_t sequence) {
    std::promise<Status> answer;
    journal_->Submit(Event(sequence),
                     [&answer](Status status) { answer.set_value(std::move(status)); });
    return answer.get_future().get();
  }

  fakes::TemporaryFolder folder_;
  fakes::ManualClock clock_;
  fakes::SeededRandom random_{3};
  Log log_ = NullLog();
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalStoreThread, AnswersWhileOthersReadAndAcknowledge) {
  std::jthread store([this] { journal_->Run(); });
  std::jthread uplink([this](const std::stop_token& stop) {
    std::uint64_t sent = 0;
    while (!stop.stop_requested()) {
      const auto events = journal_->Read(Sequence{sent}, 10, 1000);
      ASSERT_TRUE(events.ok());
      if (!events->empty()) sent = events->back().sequence.value;
      journal_->Acknowledge(journal_->State().epoch, Sequence{sent});
      clock_.Advance(Millis{100});
    }
  });
  std::jthread viewer([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      ASSERT_TRUE(journal_->ReadJourney(0, 10).ok());
    }
  });
  for (std::uint64_t i = 1; i <= 300; ++i) ASSERT_TRUE(Commit(i).ok());
  uplink.request_stop();
  viewer.request_stop();
  uplink.join();
  viewer.join();
  EXPECT_TRUE(journal_->Close().ok());
  EXPECT_EQ(journal_->State().last, Sequence{300});
}

// Load comes while commits are under way and transactions wait: what it returns is what is there,
// and what was answered ok is in it.
TEST_F(JournalStoreThread, LoadsInTheMiddleOfEverything) {
  std::jthread store([this] { journal_->Run(); });
  std::uint64_t next = 1;
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> waiting = 0;
    std::atomic<std::uint64_t> answered_ok = 0;
    for (int i = 0; i < 12; ++i) {
      ++waiting;
      journal_->Submit(Event(next), [&waiting, &answered_ok, next](const Status& status) {
        if (status.ok()) answered_ok = next;
        --waiting;
      });
      ++next;
    }
    const auto state = journal_->Load();
    ASSERT_TRUE(state.ok());
    while (waiting > 0) std::this_thread::yield();
    ASSERT_EQ(state->last.value, answered_ok == 0 ? state->last.value : answered_ok.load());
    next = state->last.value + 1;
  }
  EXPECT_TRUE(Commit(next).ok());
  EXPECT_TRUE(journal_->Close().ok());
}

TEST_F(JournalStoreThread, CloseEndsRunAndCommitsWhatWaits) {
  std::promise<Status> answer;
  journal_->Submit(Event(1), [&answer](Status status) { answer.set_value(std::move(status)); });
  std::jthread store([this] { journal_->Run(); });
  EXPECT_TRUE(journal_->Close().ok());
  store.join();
  EXPECT_TRUE(answer.get_future().get().ok());
}

TEST_F(JournalStoreThread, RunAfterCloseReturnsAtOnce) {
  EXPECT_TRUE(journal_->Close().ok());
  std::jthread store([this] { journal_->Run(); });
  store.join();
}

TEST_F(JournalStoreThread, WritesTheCursorWithoutBeingAsked) {
  std::jthread store([this] { journal_->Run(); });
  ASSERT_TRUE(Commit(1).ok());
  journal_->Acknowledge(journal_->State().epoch, Sequence{1});
  while (journal_->stats().cursor_writes == 0) std::this_thread::yield();
  EXPECT_TRUE(journal_->Close().ok());
}

}  // namespace

}  // namespace trayline::journal
