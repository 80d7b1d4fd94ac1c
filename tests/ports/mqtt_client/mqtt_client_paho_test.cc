#include "sync/mqtt/paho_client.h"
#include "tests/fault/broker/test_broker.h"
#include "tests/fault/proxy/fault_proxy.h"
#include "tests/ports/mqtt_client/mqtt_client_suite.h"

// Paho 1.3.12 does not free messages that were queued when their connection broke (sync/mqtt's
// README, P17). Read by LeakSanitizer, where it is there; ours are still reported.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libpaho-mqtt3as";
}

namespace trayline::mqtt {
namespace {

using fault::FaultProxy;
using fault::ProxyMode;
using fault::TestBroker;

class MosquittoWorld final : public World {
 public:
  MosquittoWorld() {
    auto broker = TestBroker::Start();
    EXPECT_TRUE(broker.ok()) << broker.error().text;
    broker_ = *std::move(broker);
    auto proxy = FaultProxy::Start(0, broker_->port());
    EXPECT_TRUE(proxy.ok());
    proxy_ = *std::move(proxy);
  }
  std::unique_ptr<MqttClient> Make() override { return factory_.Make(); }
  std::string Uri() override { return "tcp://127.0.0.1:" + std::to_string(proxy_->port()); }
  void CutAll() override { proxy_->CutOnce(); }

  TestBroker& broker() { return *broker_; }
  FaultProxy& proxy() { return *proxy_; }

 private:
  std::unique_ptr<TestBroker> broker_;
  std::unique_ptr<FaultProxy> proxy_;
  PahoClientFactory factory_;
};

INSTANTIATE_TEST_SUITE_P(PahoOnMosquitto, MqttClientSuite, ::testing::Values(WorldMaker([] {
                           return std::make_unique<MosquittoWorld>();
                         })));

class PahoFaults : public ::testing::Test {
 protected:
  ConnectOptions Named(const std::string& client_id) {
    ConnectOptions options;
    options.uri = world_.Uri();
    options.client_id = client_id;
    options.keep_alive = Millis(1'000);
    options.connect_timeout = Millis(1'000);
    return options;
  }

  MosquittoWorld world_;
  Heard heard_;
};

TEST_F(PahoFaults, SpeaksVersionFive) {
  auto client = world_.Make();
  ASSERT_TRUE(client->Connect(Named("one"), heard_.AsHandlers()).ok());
  EXPECT_EQ(client->ProtocolVersion(), 5);
}

TEST_F(PahoFaults, NoticesAKilledBrokerAndANewClientReachesItAgain) {
  auto client = world_.Make();
  ASSERT_TRUE(client->Connect(Named("one"), heard_.AsHandlers()).ok());
  world_.broker().Kill();
  EXPECT_EQ(heard_.Losses(1), 1);
  EXPECT_EQ(world_.Make()->Connect(Named("one"), {}).error().code, Errc::kRetryLater);
  ASSERT_TRUE(world_.broker().Restart().ok());
  auto again = world_.Make();
  EXPECT_TRUE(again->Connect(Named("one"), heard_.AsHandlers()).ok());
}

TEST_F(PahoFaults, NoticesABlackHoleByItsKeepAlive) {
  auto client = world_.Make();
  ASSERT_TRUE(client->Connect(Named("one"), heard_.AsHandlers()).ok());
  world_.proxy().SetMode(ProxyMode::kHole);
  EXPECT_EQ(heard_.Losses(1), 1);
  EXPECT_FALSE(client->IsConnected());
}

TEST_F(PahoFaults, GivesUpConnectingIntoABlackHole) {
  world_.proxy().SetMode(ProxyMode::kHole);
  auto client = world_.Make();
  const Status status = client->Connect(Named("one"), heard_.AsHandlers());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Errc::kRetryLater);
}

TEST_F(PahoFaults, BoundsWhatIsInFlight) {
  auto client = world_.Make();
  ASSERT_TRUE(client->Connect(Named("one"), heard_.AsHandlers()).ok());
  world_.proxy().SetMode(ProxyMode::kHole);
  std::size_t taken = 0;
  while (client->Publish("t", "x", 1, false).ok()) ++taken;
  EXPECT_EQ(taken, kPublishesInFlightMax);
  EXPECT_FALSE(client->Drain(Millis(1)));
  world_.proxy().SetMode(ProxyMode::kPass);
  EXPECT_TRUE(client->Drain(kPatience));
  EXPECT_TRUE(client->Publish("t", "x", 1, false).ok());
}

TEST_F(PahoFaults, ClosesAndIsDestroyedWithMuchInFlight) {
  for (int round = 0; round < 5; ++round) {
    auto client = world_.Make();
    ASSERT_TRUE(client->Connect(Named("one"), heard_.AsHandlers()).ok());
    const std::string payload(12'000, 'p');
    for (int i = 0; i < 50; ++i) static_cast<void>(client->Publish("t", payload, 1, false));
    if (round % 2 == 0) world_.proxy().CutOnce();
    client.reset();
  }
}

TEST_F(PahoFaults, SurvivesAHandlerThatThrows) {
  auto client = world_.Make();
  Handlers handlers = heard_.AsHandlers();
  handlers.message = [inner = handlers.message](std::string_view topic, std::string_view payload,
                                                bool retained) {
    inner(topic, payload, retained);
    throw std::runtime_error("a bug of ours");
  };
  ASSERT_TRUE(client->Connect(Named("one"), handlers).ok());
  ASSERT_TRUE(client->Subscribe("t", 1).ok());
  ASSERT_TRUE(client->Publish("t", "1", 1, false).ok());
  ASSERT_TRUE(client->Publish("t", "2", 1, false).ok());
  EXPECT_EQ(heard_.Messages(2).size(), 2U);
}

TEST_F(PahoFaults, RefusesAPayloadThatNoBrokerTakes) {
  auto client = world_.Make();
  ASSERT_TRUE(client->Connect(Named("one"), heard_.AsHandlers()).ok());
  const std::string payload(kPayloadMax + 1, 'p');
  EXPECT_EQ(client->Publish("t", payload, 1, false).error().code, Errc::kRejected);
  EXPECT_TRUE(client->Publish("t", std::string(kPayloadMax, 'p'), 1, false).ok());
  EXPECT_TRUE(client->Drain(kPatience));
}

}  // namespace
}  // namespace trayline::mqtt
