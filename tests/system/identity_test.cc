// Journals that are damaged, copied or put back: whole agents against a real headquarters.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "agent/event/event_type.h"
#include "tests/fault/broker/test_broker.h"
#include "tests/system/site.h"

namespace trayline::system_test {
namespace {

namespace fs = std::filesystem;

class Identity : public ::testing::Test {
 protected:
  void SetUp() override {
    auto broker = fault::TestBroker::Start();
    ASSERT_TRUE(broker.ok()) << broker.error().text;
    broker_ = *std::move(broker);
    hq_ = std::make_unique<Hq>(folder_, broker_->uri());
    agent_ = std::make_unique<Agent>(folder_, "k1", broker_->uri());
    ASSERT_TRUE(hq_->Start());
    ASSERT_TRUE(agent_->Start());
    StartEpoch();
  }

  void StartEpoch() { epochs_.insert(agent_->Number("journal", "epoch")); }

  // So many guests who put one thing into their cart.
  void Record(int count) {
    for (int i = 0; i < count; ++i) {
      const std::uint64_t id = ++next_id_;
      const auto event = Event("ecommerce.add_to_cart", OneLine("n" + std::to_string(id)), id,
                               "order-" + std::to_string(id));
      ASSERT_TRUE(Eventually([&] { return agent_->Post(Batch({event})).has_value(); })) << id;
    }
  }
  void Drain() {
    ASSERT_TRUE(Eventually(
        [&] {
          StartEpoch();
          return agent_->Drained() && hq_->Reconciles();
        },
        std::chrono::seconds(120)));
  }
  // Things in carts at HQ, over all epochs of the terminal.
  std::size_t AtHq() {
    std::size_t adds = 0;
    for (const std::uint64_t epoch : epochs_) {
      for (const auto& [sequence, type] : hq_->Events(agent_->terminal(), epoch)) {
        adds += type == static_cast<std::int64_t>(event::EventType::kAddToCart) ? 1U : 0U;
      }
    }
    return adds;
  }
  void Copy(const std::string& from, const std::string& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
    for (const char* name : {"/lock", "/api.json", "/trayline.sock"}) fs::remove(to + name);
  }
  [[nodiscard]] std::string Database() const { return agent_->directory() + "/journal.db"; }
  [[nodiscard]] std::string Backup() const { return folder_.path() + "/backup"; }

  Folder folder_;
  std::unique_ptr<fault::TestBroker> broker_;
  std::unique_ptr<Hq> hq_;
  std::unique_ptr<Agent> agent_;
  std::set<std::uint64_t> epochs_;
  std::uint64_t next_id_ = 0;
};

// Some pages in the middle of the file hold anything.
void Damage(const std::string& path, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  constexpr std::uint64_t kPage = 1024;
  const std::uint64_t pages = fs::file_size(path) / kPage;
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (int i = 0; i < 3; ++i) {
    file.seekp(static_cast<std::streamoff>((2 + random() % (pages - 2)) * kPage));
    for (std::uint64_t byte = 0; byte < kPage; ++byte) file.put(static_cast<char>(random()));
  }
}

std::size_t FilesBeginningWith(const std::string& prefix) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(prefix).parent_path())) {
    count += entry.path().string().starts_with(prefix) ? 1U : 0U;
  }
  return count;
}

TEST_F(Identity, ADamagedJournalIsSetAsideAndRecordingGoesOn) {
  Record(300);
  Drain();
  ASSERT_EQ(agent_->Stop(), 0);
  {
    std::fstream file(Database(), std::ios::in | std::ios::out | std::ios::binary);
    file << "this is no database any more, and its header says so";
  }
  ASSERT_TRUE(agent_->Start());
  Record(20);
  Drain();
  EXPECT_EQ(AtHq(), 320U);
  EXPECT_GE(FilesBeginningWith(Database() + ".broken-"), 1U);
  bool told = false;
  for (const Json& event : agent_->Events()) {
    told = told || event["type"] == "trayline.system.journal_recovered.v1";
  }
  EXPECT_TRUE(told);
}

TEST_F(Identity, DamageThatIsFoundWhileRunningIsRecoveredWithoutARestart) {
  Record(400);
  Drain();
  ASSERT_EQ(agent_->Stop(), 0);  // moves everything into the database file
  ASSERT_TRUE(agent_->Start());
  Damage(Database(), 11);
  const auto before = agent_->Number("journal", "epoch");
  // Somebody reads the damaged pages.
  ASSERT_TRUE(Eventually([&] {
    agent_->Get("/v1/events?after=0&limit=1000");
    return agent_->FindAddress() && agent_->Number("journal", "epoch") > before;
  }));
  Record(20);
  Drain();
  EXPECT_EQ(AtHq(), 420U);
  EXPECT_TRUE(agent_->running());
}

TEST_F(Identity, WhatASalvageFindsArrivesOnceAndWhatItLosesIsAVoid) {
  Record(200);
  Drain();
  broker_->Kill();
  Record(200);  // HQ has none of these
  agent_->Kill();
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Damage(Database(), seed);
  ASSERT_TRUE(broker_->Restart().ok());
  ASSERT_TRUE(agent_->Start());
  Record(20);
  Drain();
  const std::size_t found = AtHq();
  EXPECT_LE(found, 420U) << "an event came twice";
  EXPECT_GE(found, 220U + 100U) << "three pages of some dozen rows were damaged";
}

TEST_F(Identity, ARestoredBackupOfATerminalLosesNothingAndDoublesNothing) {
  Record(30);
  Drain();
  ASSERT_EQ(agent_->Stop(), 0);
  Copy(agent_->directory(), Backup());
  ASSERT_TRUE(agent_->Start());
  Record(25);
  Drain();
  ASSERT_EQ(agent_->Stop(), 0);
  Copy(Backup(), agent_->directory());
  ASSERT_TRUE(agent_->Start());
  Record(15);
  Drain();
  EXPECT_GE(epochs_.size(), 2U) << "the restored journal must not go on in its old epoch";
  EXPECT_EQ(AtHq(), 70U);
}

TEST_F(Identity, AnOlderDatabaseUnderTheSameEpochFileBeginsANewEpoch) {
  Record(30);
  Drain();
  ASSERT_EQ(agent_->Stop(), 0);
  fs::copy_file(Database(), Database() + ".old");
  fs::copy_file(Database() + ".epoch", Database() + ".epoch.old");
  // As after a change of epoch that the older database knows nothing of.
  std::ofstream(Database() + ".epoch", std::ios::trunc)
      << std::to_string(*epochs_.begin() + 100) << "\n";
  ASSERT_TRUE(agent_->Start());
  Record(10);
  Drain();
  EXPECT_EQ(epochs_.size(), 2U);
  EXPECT_EQ(AtHq(), 40U);
}

TEST_F(Identity, ARestoredHeadquartersGetsWhatItLost) {
  const std::string database = hq_->directory() + "/hq.db";
  Record(30);
  Drain();
  ASSERT_EQ(hq_->Stop(), 0);
  fs::copy_file(database, database + ".backup");
  ASSERT_TRUE(hq_->Start());
  Record(40);
  Drain();
  ASSERT_EQ(hq_->Stop(), 0);
  fs::copy_file(database + ".backup", database, fs::copy_options::overwrite_existing);
  for (const char* tail : {"-wal", "-shm"}) fs::remove(database + tail);
  Child restored;
  ASSERT_TRUE(
      restored.Start({std::string(TRAYLINE_BIN) + "/trayline-hq", "restored", "--db", database},
                     folder_.path() + "/restored.log"));
  ASSERT_EQ(restored.Wait(), 0);
  ASSERT_TRUE(hq_->Start());
  Record(5);
  Drain();
  EXPECT_EQ(AtHq(), 75U);
}

TEST_F(Identity, TheDoctorRebuildsAJournalOnlyWhileNobodyWorksOnIt) {
  Record(50);
  const std::vector<std::string> doctor = {std::string(TRAYLINE_BIN) + "/trayline", "--config",
                                           agent_->directory() + "/trayline.conf", "doctor",
                                           "--rebuild"};
  Child first;
  ASSERT_TRUE(first.Start(doctor, folder_.path() + "/doctor.log"));
  EXPECT_EQ(first.Wait(), 1);
  Drain();
  ASSERT_EQ(agent_->Stop(), 0);
  Child sound;
  ASSERT_TRUE(sound.Start(doctor, folder_.path() + "/doctor.log"));
  EXPECT_EQ(sound.Wait(), 0);
  Damage(Database(), 7);
  Child damaged;
  ASSERT_TRUE(damaged.Start(doctor, folder_.path() + "/doctor.log"));
  EXPECT_EQ(damaged.Wait(), 0);
  ASSERT_TRUE(agent_->Start());
  Record(5);
  Drain();
  EXPECT_EQ(AtHq(), 55U);
}

}  // namespace
}  // namespace trayline::system_test
