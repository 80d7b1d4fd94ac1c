// A journal in a folder of its own, with a clock that stands still and a disk that fails on demand.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_JOURNAL_JOURNAL_FIXTURE_H_
#define TRAYLINE_TESTS_UNIT_AGENT_JOURNAL_JOURNAL_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/journal/journal.h"
#include "agent/sqlite/database.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fault/vfs/failing_vfs.h"

namespace trayline::journal {

class JournalFixture : public testing::Test {
 protected:
  JournalFixture() {
    options_.path = folder_.File("journal.db");
    options_.boot_id = "boot-1";
    options_.vfs = vfs_.name();
  }

  Result<std::unique_ptr<Journal>> TryOpen() {
    return Journal::Open(options_, clock_, random_, log_);
  }
  void Open() {
    auto opened = TryOpen();
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    journal_ = std::move(*opened);
  }
  void CloseAndReopen() {
    ASSERT_TRUE(journal_->Close().ok());
    Crash();
  }
  // What a crash of the process leaves, then the next start.
  void Crash() {
    journal_.reset();
    Open();
  }
  // An error that must come: its code.
  Errc CodeOfOpen() {
    const auto opened = TryOpen();
    EXPECT_FALSE(opened.ok());
    return opened.ok() ? Errc::kRejected : opened.error().code;
  }

  static ports::Transaction Events(std::uint64_t first, std::uint64_t last,
                                   std::size_t body_bytes = 20) {
    ports::Transaction transaction;
    for (std::uint64_t i = first; i <= last; ++i) {
      ports::StoredEvent event;
      event.sequence = Sequence{i};
      event.type = event::EventType::kAddToCart;
      event.journey = 1;
      event.body.assign(body_bytes, static_cast<char>('a' + i % 26));
      transaction.events.push_back(std::move(event));
    }
    return transaction;
  }
  void Submit(ports::Transaction transaction) {
    journal_->Submit(std::move(transaction), [this](const Status& status) {
      answers_.emplace_back(status.ok() ? "ok" : ErrcName(status.error().code));
    });
  }
  std::vector<std::string> TakeAnswers() { return std::exchange(answers_, {}); }
  // Submits and commits; must succeed.
  void Commit(ports::Transaction transaction) {
    Submit(std::move(transaction));
    ASSERT_TRUE(journal_->RunOnce());
    ASSERT_THAT(TakeAnswers(), testing::Each("ok"));
  }
  // Commits events first..last in large transactions, a checkpoint with the last.
  void CommitMany(std::uint64_t first, std::uint64_t last, std::size_t body_bytes = 20) {
    constexpr std::uint64_t kPiece = 4000;
    for (; first <= last; first += kPiece) {
      const std::uint64_t end = std::min(last, first + kPiece - 1);
      ports::Transaction transaction = Events(first, end, body_bytes);
      transaction.checkpoint = ports::Checkpoint{Sequence{end}, "state"};
      Commit(std::move(transaction));
    }
  }
  void Acknowledge(std::uint64_t watermark) {
    journal_->Acknowledge(journal_->State().epoch, Sequence{watermark});
  }
  void RunUntilIdle() {
    while (journal_->RunOnce()) {
    }
  }
  ports::CommittedState Load() {
    auto state = journal_->Load();
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.error().text);
    return state.ok() ? std::move(*state) : ports::CommittedState{};
  }
  // Changes the closed database with bare hands.
  void Execute(const std::string& sql) {
    sqlite::OpenOptions open;
    open.path = options_.path;
    auto database = sqlite::Database::Open(open);
    ASSERT_TRUE(database.ok());
    const Status status = database->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.error().text;
  }
  static std::string ReadFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void WriteFile(const std::string& path, const std::string& contents) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << contents;
  }

  fakes::TemporaryFolder folder_;
  fakes::ManualClock clock_;
  fakes::SeededRandom random_{7};
  Log log_ = NullLog();
  fault::FailingVfs vfs_{"journal_test"};
  Options options_;
  std::vector<std::string> answers_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_TESTS_UNIT_AGENT_JOURNAL_JOURNAL_FIXTURE_H_
