// The reads of the local API: health, status, events, journeys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "api_fixture.h"
#include "raw_socket.h"

namespace trayline::api {
namespace {

using ::testing::HasSubstr;

class ReadTest : public ApiTest {
 protected:
  static AgentStatus SomeStatus() {
    AgentStatus status;
    status.version = "0.1.0";
    status.pid = 4711;
    status.started = WallFromMs(fakes::kManualClockStartMs);
    status.uptime_s = 61;
    status.clock = event::ClockState::kHoldover;
    status.journal.epoch = kTestEpoch;
    status.journal.journal_id = "00112233445566778899aabbccddeeff";
    status.journal.opens = 3;
    status.journal.first = Sequence{1};
    status.journal.last = Sequence{50};
    status.journal.acked = Sequence{40};
    status.journal.bytes = 8192;
    status.engine.open_journeys = 2;
    status.uplink.state = "waiting_for_hq";
    status.http_address = "127.0.0.1:7311";
    return status;
  }

  // Asks for events without waiting for the answer.
  std::unique_ptr<http::RawSocket> StartLongPoll(int wait_ms) {
    auto socket = std::make_unique<http::RawSocket>(server_->port());
    socket->Send("GET /v1/events?after=0&wait_ms=" + std::to_string(wait_ms) +
                 " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + std::string(kToken) +
                 "\r\n\r\n");
    return socket;
  }
};

TEST_F(ReadTest, HealthSaysOk) {
  backend_.SetStatus(SomeStatus());
  const Answered answer = Get("/v1/health");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["status"], "ok");
  EXPECT_EQ(answer.json["terminal"], "acme/s1/k1");
  EXPECT_EQ(answer.json["uplink"], "waiting_for_hq");
  EXPECT_EQ(answer.json["epoch"], kTestEpoch.value);
  EXPECT_EQ(answer.headers.Find("Cache-Control"), "no-store");
}

TEST_F(ReadTest, HealthIsDegradedWhenTheStorageIs) {
  AgentStatus status = SomeStatus();
  status.storage.state = event::StorageState::kFull;
  status.storage.reason = "the quota of 256 MB is reached";
  backend_.SetStatus(status);
  const Answered answer = Get("/v1/health");
  EXPECT_EQ(answer.json["status"], "degraded");
  EXPECT_EQ(answer.json["storage"], "full");
  EXPECT_EQ(answer.json["storage_reason"], "the quota of 256 MB is reached");
}

TEST_F(ReadTest, MetricsSayTheStorageForPrometheus) {
  AgentStatus status = SomeStatus();
  status.storage.state = event::StorageState::kLow;
  status.storage.shed = {12, 3, 0};
  status.uplink.closed_aside = 2;
  backend_.SetStatus(status);
  const Answered answer = Get("/v1/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.Find("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body, ::testing::HasSubstr("trayline_storage_state{state=\"low\"} 1\n"));
  EXPECT_THAT(answer.body, ::testing::HasSubstr("trayline_storage_state{state=\"ok\"} 0\n"));
  EXPECT_THAT(answer.body,
              ::testing::HasSubstr("trayline_events_shed_total{class=\"browsing\"} 12\n"));
  EXPECT_THAT(answer.body, ::testing::HasSubstr("trayline_journal_waiting_events 10\n"));
  EXPECT_THAT(answer.body, ::testing::HasSubstr("trayline_uplink_closed_epochs_aside 2\n"));
}

TEST_F(ReadTest, StatusSaysEverything) {
  backend_.SetStatus(SomeStatus());
  const Answered answer = Get("/v1/status");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["clock"]["state"], "holdover");
  EXPECT_EQ(answer.json["started"], "2026-11-22T12:00:00.000Z");
  EXPECT_EQ(answer.json["journal"]["waiting"], 10);
  EXPECT_EQ(answer.json["uplink"]["last_ack_age_s"], nullptr);
  EXPECT_EQ(answer.json["uplink"]["protocol"], 5);
  EXPECT_EQ(answer.json["device_class"], "kiosk");
  AgentStatus status = SomeStatus();
  status.uplink.last_ack_age_s = 7;
  backend_.SetStatus(status);
  EXPECT_EQ(Get("/v1/status").json["uplink"]["last_ack_age_s"], 7);
}

TEST_F(ReadTest, ReadsEventsAboveACursor) {
  Commit(1, event::EventType::kJourneyStarted);
  Commit(2, event::EventType::kAddToCart, Line("burger", 500));
  Commit(3, event::EventType::kViewCart);
  Answered answer = Get("/v1/events");
  ASSERT_EQ(answer.json["events"].size(), 3U);
  EXPECT_EQ(answer.json["last"], 3);
  const auto& added = answer.json["events"][1];
  EXPECT_EQ(added["id"], "1700000000-2");
  EXPECT_EQ(added["type"], "trayline.ecommerce.add_to_cart.v1");
  EXPECT_EQ(added["source"], "/t/acme/s/s1/k/k1");
  EXPECT_EQ(added["data"]["lines"][0]["item_id"], "burger");
  answer = Get("/v1/events?after=1&limit=1");
  ASSERT_EQ(answer.json["events"].size(), 1U);
  EXPECT_EQ(answer.json["last"], 2);
  answer = Get("/v1/events?after=3");
  EXPECT_EQ(answer.json["events"].size(), 0U);
  EXPECT_EQ(answer.json["last"], 3);
}

TEST_F(ReadTest, ShowsAnEventThatItCannotRead) {
  Commit(1, event::EventType::kJourneyStarted);
  CommitRow({Sequence{2}, event::EventType::kAddToCart, 1, "\x7f from the future", 0, 0, 0});
  const Answered answer = Get("/v1/events");
  ASSERT_EQ(answer.json["events"].size(), 2U);
  EXPECT_EQ(answer.json["events"][1]["sequence"], 2);
  EXPECT_NE(answer.json["events"][1]["unreadable"], "");
}

TEST_F(ReadTest, NamesAWrongParameter) {
  for (const char* query : {"after=-1", "after=x", "after=", "after=9223372036854775808", "limit=0",
                            "limit=1001", "wait_ms=30001", "wait_ms=1.5"}) {
    const Answered answer = Get("/v1/events?" + std::string(query));
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.code(), "invalid");
    const std::string name = std::string(query).substr(0, std::string(query).find('='));
    EXPECT_EQ(answer.json["errors"][0]["path"], name);
  }
  EXPECT_EQ(Get("/v1/journeys?limit=x").status, 400);
}

TEST_F(ReadTest, ALongPollWakesUp) {
  auto poll = StartLongPoll(30'000);
  EXPECT_EQ(Get("/v1/health").status, 200);
  Commit(1, event::EventType::kJourneyStarted);
  EXPECT_THAT(poll->ReadAnswer(), HasSubstr("\"last\":1"));
}

TEST_F(ReadTest, ALongPollEndsEmptyAfterItsTime) {
  const Answered answer = Get("/v1/events?wait_ms=20");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["events"].size(), 0U);
  EXPECT_EQ(answer.json["last"], 0);
}

TEST_F(ReadTest, ALongPollEndsWhenTheAgentStops) {
  auto poll = StartLongPoll(30'000);
  EXPECT_EQ(Get("/v1/health").status, 200);
  api_->Stop();
  server_->Stop(Millis(10'000));
  poll->ReadToEnd();
  EXPECT_TRUE(poll->closed());
}

TEST_F(ReadTest, RefusesNewRequestsWhileStopping) {
  api_->Stop();
  const Answered answer = Get("/v1/health");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "stopping");
  EXPECT_EQ(Post("{}").code(), "stopping");
}

TEST_F(ReadTest, ListsOpenJourneys) {
  journey::Journey journey;
  journey.id = {kTestEpoch, 7};
  journey.host = "kiosk-ui";
  journey.ref = "o-7";
  journey.stage = event::Stage::kCarting;
  journey.started = clock_.Wall();
  journey.last_activity = clock_.Mono();
  journey.cart.Add(Line("burger", 500).List(event::Key::kLines)[0]);
  journey.currency = 840;
  backend_.AddJourney(journey);
  journey.id.number = 8;
  backend_.AddJourney(journey);
  clock_.Advance(Millis(12'900));
  Answered answer = Get("/v1/journeys");
  ASSERT_EQ(answer.json["journeys"].size(), 2U);
  const auto& first = answer.json["journeys"][0];
  EXPECT_EQ(first["id"], "1700000000-7");
  EXPECT_EQ(first["stage"], "carting");
  EXPECT_EQ(first["outcome"], nullptr);
  EXPECT_EQ(first["idle_s"], 12);
  EXPECT_EQ(first["value_minor"], 500);
  EXPECT_EQ(first["currency"], "USD");
  EXPECT_EQ(first["ref"], "o-7");
  EXPECT_EQ(Get("/v1/journeys?limit=1").json["journeys"].size(), 1U);
  answer = Get("/v1/journeys/1700000000-7");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["cart"][0]["item_id"], "burger");
  EXPECT_EQ(answer.json["cart"][0]["value_minor"], 500);
}

TEST_F(ReadTest, RebuildsAJourneyFromItsEvents) {
  Commit(1, event::EventType::kJourneyStarted, {}, 5);
  Commit(2, event::EventType::kAddToCart, Line("burger", 500), 5);
  event::Record carting;
  carting.Set(event::Key::kStage, event::Stage::kCarting);
  Commit(3, event::EventType::kJourneyStageChanged, carting, 5);
  Commit(4, event::EventType::kJourneyStarted, {}, 6);
  const Answered answer = Get("/v1/journeys/1700000000-5");
  ASSERT_EQ(answer.status, 200) << answer.json;
  EXPECT_EQ(answer.json["id"], "1700000000-5");
  EXPECT_EQ(answer.json["stage"], "carting");
  EXPECT_EQ(answer.json["cart"].size(), 1U);
  ASSERT_EQ(answer.json["events"].size(), 3U);
  EXPECT_EQ(answer.json["events"][0]["sequence"], 1);
}

TEST_F(ReadTest, KnowsWhichJourneysAreNotThere) {
  Commit(1, event::EventType::kJourneyStarted, {}, 5);
  for (const char* id :
       {"1700000000-6", "1699999999-5", "1700000000", "x", "1700000000-0", "%20"}) {
    const Answered answer = Get("/v1/journeys/" + std::string(id));
    EXPECT_EQ(answer.status, 404) << id;
    EXPECT_EQ(answer.code(), "not_found");
  }
}

TEST_F(ReadTest, TellsTheHostToComeAgainWhenTheCoreDoesNotAnswer) {
  backend_.Fail({Errc::kRetryLater, "the core did not answer in time"});
  for (const char* path : {"/v1/health", "/v1/status", "/v1/journeys", "/v1/journeys/1-1"}) {
    const Answered answer = Get(path);
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_EQ(answer.code(), "retry_later");
  }
}

class CrowdedTest : public ReadTest {
 protected:
  void SetUp() override {
    options_.waiting_max = 0;
    Start();
  }
};

TEST_F(CrowdedTest, TurnsAwayLongPollsBeyondTheLimit) {
  const Answered answer = Get("/v1/events?wait_ms=30000");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "retry_later");
  EXPECT_EQ(Get("/v1/events").status, 200);
  Commit(1, event::EventType::kJourneyStarted);
  EXPECT_EQ(Get("/v1/events?wait_ms=30000").json["last"], 1);
}

}  // namespace
}  // namespace trayline::api
