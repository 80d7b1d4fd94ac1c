// A terminal whose disk fails, and whose clock is turned, under a real agent.
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/fault/shim/fault_shim.h"
#include "tests/system/site.h"

namespace trayline::system_test {
namespace {

constexpr Millis kTenYears{315'576'000'000};

class StorageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    agent_.emplace(folder_, "k1", "tcp://127.0.0.1:1");
    auto shim = fault::FaultShim::Make(folder_.path() + "/k1.control", agent_->directory());
    ASSERT_TRUE(shim.ok()) << shim.error().text;
    shim_ = *std::move(shim);
    agent_->Under(shim_->Command());
    ASSERT_TRUE(agent_->Start());
    ASSERT_EQ(shim_->attached(), 1U);
  }
  [[nodiscard]] Json Next() {
    const std::uint64_t id = next_id_++;
    return Batch({Event("ecommerce.add_to_cart", OneLine("n" + std::to_string(id)), id, "o")});
  }
  // A request is refused while the disk fails, and answered under the same id once it is healed.
  void RefusesAndRecovers(const std::function<void()>& fail) {
    ASSERT_TRUE(agent_->Post(Next()).has_value());
    const auto last = agent_->Number("journal", "last");
    fail();
    Json refused;
    // A full disk may take some more: what is free inside its files.
    ASSERT_TRUE(Eventually([&] {
      refused = Next();
      const int status = agent_->PostStatus(refused.dump());
      EXPECT_TRUE(status == 200 || status == 503 || status == 507) << status;
      return status != 200;
    }));
    EXPECT_GT(shim_->storage_faults(), 0U);
    shim_->HealStorage();
    std::optional<Json> answer;
    ASSERT_TRUE(Eventually([&] { return (answer = agent_->Post(refused)).has_value(); }));
    EXPECT_GT((*answer)["results"][0]["sequence"].get<std::uint64_t>(), last);
    const auto again = agent_->Post(refused);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ((*again)["results"][0]["status"], "repeated");
  }

  Folder folder_;
  std::optional<Agent> agent_;
  std::unique_ptr<fault::FaultShim> shim_;
  std::uint64_t next_id_ = 1;
};

TEST_F(StorageTest, IoErrorsRefuseRequestsUntilTheDiskIsHealed) {
  RefusesAndRecovers([this] { shim_->FailStorage(EIO); });
}

TEST_F(StorageTest, AFullDiskRefusesRequestsUntilThereIsRoom) {
  RefusesAndRecovers([this] { shim_->FillDisk(); });
}

TEST_F(StorageTest, FailingSyncsRefuseRequestsUntilTheDiskIsHealed) {
  RefusesAndRecovers([this] { shim_->FailSyncs(EIO); });
}

// What a failed sync has left in the WAL is there again after the kill. Its host was told to come
// again, and must find it recorded, once.
TEST_F(StorageTest, AKillAfterAFailedSyncRecordsARepeatedRequestOnce) {
  ASSERT_TRUE(agent_->Post(Next()).has_value());
  for (int round = 0; round < 5; ++round) {
    shim_->FailSyncs(EIO);
    const Json refused = Next();
    EXPECT_NE(agent_->PostStatus(refused.dump()), 200);
    agent_->Kill();
    shim_->HealStorage();
    ASSERT_TRUE(agent_->Start());
    ASSERT_TRUE(agent_->Post(refused).has_value());
  }
  std::size_t adds = 0;
  for (const Json& event : agent_->Events()) {
    adds += event["type"] == "trayline.ecommerce.add_to_cart.v1" ? 1U : 0U;
  }
  EXPECT_EQ(adds, 6U);
}

TEST_F(StorageTest, AClockTenYearsOffKeepsNumbersAndOrder) {
  std::uint64_t last = 0;
  for (const Millis offset : {Millis(0), kTenYears, -kTenYears, Millis(0)}) {
    shim_->SetClockOffset(offset);
    for (int i = 0; i < 3; ++i) {
      const auto answer = agent_->Post(Next());
      ASSERT_TRUE(answer.has_value());
      const auto sequence = (*answer)["results"][0]["sequence"].get<std::uint64_t>();
      EXPECT_GT(sequence, last);
      last = sequence;
    }
    const auto epoch = agent_->Number("journal", "epoch");
    agent_->Kill();
    ASSERT_TRUE(agent_->Start());
    EXPECT_EQ(agent_->Number("journal", "epoch"), epoch);
  }
}

}  // namespace
}  // namespace trayline::system_test
