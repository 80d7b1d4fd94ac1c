// The way to headquarters on its bad days: only headquarters' own acknowledgement moves the cursor.
#include <gtest/gtest.h>

#include "tests/fault/broker/test_broker.h"
#include "tests/fault/proxy/fault_proxy.h"
#include "tests/system/site.h"

namespace trayline::system_test {
namespace {

class BrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = fault::TestBroker::Start();
    ASSERT_TRUE(started.ok()) << started.error().text;
    broker_ = *std::move(started);
    auto proxy = fault::FaultProxy::Start(0, broker_->port());
    ASSERT_TRUE(proxy.ok());
    proxy_ = *std::move(proxy);
    hq_.emplace(folder_, broker_->uri());
    agent_.emplace(folder_, "k1", "tcp://127.0.0.1:" + std::to_string(proxy_->port()));
  }

  void RecordOrders(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(agent_->Post(Batch({Event("ecommerce.add_to_cart", OneLine("1")),
                                      Event("payment.approved", {{"attempt", 1}})})));
    }
  }
  bool AllArrived() {
    return Eventually([this] { return agent_->Drained() && hq_->Reconciles(); },
                      std::chrono::seconds(180));
  }

  Folder folder_;
  std::unique_ptr<fault::TestBroker> broker_;
  std::unique_ptr<fault::FaultProxy> proxy_;
  std::optional<Hq> hq_;
  std::optional<Agent> agent_;
};

TEST_F(BrokerTest, APubackWithoutHeadquartersDeletesNothing) {
  ASSERT_TRUE(agent_->Start());
  RecordOrders(30);
  // The broker takes everything that is sent to it, and nobody else is there.
  ASSERT_TRUE(Eventually([&] { return agent_->Number("uplink", "connects") > 0; }));
  EXPECT_EQ(agent_->Number("journal", "acked"), 0U);
  EXPECT_EQ(agent_->Number("journal", "first"), 1U);
  ASSERT_TRUE(hq_->Start());
  ASSERT_TRUE(AllArrived());
  ExpectAllAtHq(*agent_, *hq_);
}

TEST_F(BrokerTest, ABrokerThatDiesAndComesBackLosesNothing) {
  ASSERT_TRUE(hq_->Start());
  ASSERT_TRUE(agent_->Start());
  for (int round = 0; round < 4; ++round) {
    RecordOrders(20);
    broker_->Kill();
    RecordOrders(20);
    ASSERT_TRUE(broker_->Restart().ok());
  }
  ASSERT_TRUE(AllArrived());
  ExpectAllAtHq(*agent_, *hq_);
}

TEST_F(BrokerTest, CutConnectionsAndLostAcknowledgementsLoseNothing) {
  ASSERT_TRUE(hq_->Start());
  ASSERT_TRUE(agent_->Start());
  for (int round = 0; round < 8; ++round) {
    RecordOrders(15);
    proxy_->CutOnce();
  }
  ASSERT_TRUE(AllArrived());
  ExpectAllAtHq(*agent_, *hq_);
}

TEST_F(BrokerTest, ABlackHoleHoldsNobodyUp) {
  ASSERT_TRUE(hq_->Start());
  ASSERT_TRUE(agent_->Start());
  RecordOrders(5);
  ASSERT_TRUE(AllArrived());
  proxy_->SetMode(fault::ProxyMode::kHole);
  const auto acked = agent_->Number("journal", "acked");
  RecordOrders(50);
  EXPECT_EQ(agent_->Number("journal", "acked"), acked);
  proxy_->SetMode(fault::ProxyMode::kCut);
  proxy_->SetMode(fault::ProxyMode::kPass);
  ASSERT_TRUE(AllArrived());
  ExpectAllAtHq(*agent_, *hq_);
}

TEST_F(BrokerTest, HeadquartersAwayMeansHoldBackAndGoOnRecording) {
  ASSERT_TRUE(hq_->Start());
  ASSERT_TRUE(agent_->Start());
  RecordOrders(3);
  ASSERT_TRUE(AllArrived());
  EXPECT_EQ(hq_->Stop(), 0);
  ASSERT_TRUE(Eventually([&] {
    const auto health = agent_->Get("/v1/health");
    return health && (*health)["uplink"] == "waiting_for_hq";
  }));
  RecordOrders(10);
  EXPECT_FALSE(agent_->Drained());
  ASSERT_TRUE(hq_->Start());
  ASSERT_TRUE(AllArrived());
  ExpectAllAtHq(*agent_, *hq_);
}

}  // namespace
}  // namespace trayline::system_test
