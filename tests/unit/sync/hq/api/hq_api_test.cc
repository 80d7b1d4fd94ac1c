// The API over a running server and a filled database.
#include "sync/hq/api/hq_api.h"

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "agent/http/client.h"
#include "agent/http/server.h"
#include "tests/fakes/manual_clock.h"
#include "tests/unit/sync/hq/store/filled_database.h"

namespace trayline::hq {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kGeneration = 3;

class Api : public ::testing::Test {
 protected:
  Api() : guests_(database_.Enrol("s1", "k1").key) {}

  void Serve(const std::string& web = "") {
    const ApiOptions options{
        .version = "1.2.3", .database = database_.path, .web = web, .generation = [] {
          return kGeneration;
        }};
    ASSERT_TRUE(AddRoutes(router_, options, *database_.reader, feed_, clock_).ok());
    http::Handler handler;
    handler.handle = [this](http::Request& request) {
      http::Response response = router_.Handle(request);
      AddCommonHeaders(response);
      if (response.stream && wrap_) wrap_(response);
      return response;
    };
    http::ServerOptions server;
    server.max_threads = kStreamsMax + 4;
    server.guard.same_origin = true;
    server_ = std::make_unique<http::Server>(server, std::move(handler), log_);
    ASSERT_TRUE(server_->Start().ok());
    client_ = std::make_unique<http::Client>(http::ClientOptions{.address = server_->address()});
  }

  // One of everything: a sale, a loss, a training loss, an open journey, a frame in quarantine.
  void Fill() {
    sale_ = guests_.Sale(450);
    loss_ = guests_.Loss(1200, kEur);
    guests_.Loss(99, kUsd, /*training=*/true);
    open_ = guests_.Start();
    guests_.Outside();
    IngestBatch batch = guests_.Batch();
    LogRow& log = batch.logs[0];
    batch.quarantine = {{.terminal = TerminalKey{1},
                         .epoch = log.epoch,
                         .first = log.watermark.Next(),
                         .count = 1,
                         .reason = "frame: \xFF is no text",
                         .arrived = WallFromMs(kGuestsNoonMs),
                         .bytes = "raw"}};
    log.watermark = log.watermark.Next();
    ++log.quarantined;
    ASSERT_TRUE(database_.store->Commit(batch).ok());
    database_.Fold();
  }

  http::ClientResponse Get(const std::string& target) {
    auto response = client_->Get(target);
    EXPECT_TRUE(response.ok()) << target;
    return response.ok() ? *response : http::ClientResponse{};
  }
  Json GetJson(const std::string& target) {
    const auto response = Get(target);
    EXPECT_EQ(response.status, 200) << target << " " << response.body;
    EXPECT_EQ(response.headers.Find("Content-Type").value_or(""), "application/json") << target;
    EXPECT_EQ(response.headers.Find("X-Content-Type-Options").value_or(""), "nosniff") << target;
    return Json::parse(response.body);
  }
  void ExpectProblem(const std::string& target, int status, const std::string& code,
                     const std::string& names = "") {
    const auto response = Get(target);
    EXPECT_EQ(response.status, status) << target;
    EXPECT_EQ(response.headers.Find("Content-Type").value_or(""), "application/problem+json");
    const Json problem = Json::parse(response.body);
    EXPECT_EQ(problem["code"], code) << target;
    EXPECT_NE(problem["detail"].get<std::string>().find(names), std::string::npos)
        << target << " " << problem["detail"];
  }
  [[nodiscard]] std::string Path(std::uint64_t journey) const {
    return "/v1/journeys/acme/s1/k1/" + ToText(guests_.Id(journey));
  }

  Log log_ = NullLog();
  FilledDatabase database_;
  Guests guests_;
  LiveFeed feed_;
  fakes::ManualClock clock_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
  std::function<void(http::Response&)> wrap_;  // puts something around a stream
  std::uint64_t sale_ = 0;
  std::uint64_t loss_ = 0;
  std::uint64_t open_ = 0;
};

TEST_F(Api, TellsThatItIsThere) {
  Serve();
  clock_.Advance(Millis(61'000));
  const Json json = GetJson("/v1/health");
  EXPECT_EQ(json["status"], "ok");
  EXPECT_EQ(json["version"], "1.2.3");
  EXPECT_EQ(json["generation"], kGeneration);
  EXPECT_EQ(json["uptime_s"], 61);
}

TEST_F(Api, TellsWhatIsLostNow) {
  Fill();
  Serve();
  clock_.Advance(Millis(3'600'000));
  const Json json = GetJson("/v1/overview");
  EXPECT_EQ(json["business_day"], "2026-11-22");
  EXPECT_EQ(json["day_start"], "2026-11-22T04:00:00.000Z");
  ASSERT_EQ(json["lost_now"].size(), 1U);
  const Json& lost = json["lost_now"][0];
  EXPECT_EQ(lost["currency"], "EUR");
  EXPECT_EQ(lost["decimals"], 2);
  EXPECT_EQ(lost["value_minor"], 1200);
  EXPECT_TRUE(lost["last_week_value_minor"].is_null());
  EXPECT_EQ(lost["by_stage"][1]["stage"], "carting");
  EXPECT_EQ(lost["by_stage"][1]["value_minor"], 1200);
  EXPECT_EQ(json["sold_today"][0]["value_minor"], 450);
  EXPECT_EQ(json["journeys_today"], 3);
  EXPECT_EQ(json["training_journeys"], 1);
  EXPECT_EQ(json["funnel"][0]["journeys"], 3);
  EXPECT_EQ(json["outcomes"].back()["outcome"], "open");
  EXPECT_EQ(json["reconciles"]["difference"], 0);
  EXPECT_EQ(json["reconciles"]["quarantined"], 1);
  EXPECT_EQ(json["reconciles"]["outside_journeys"], 1);
}

TEST_F(Api, ListsAndFiltersJourneys) {
  Fill();
  Serve();
  EXPECT_EQ(GetJson("/v1/journeys")["journeys"].size(), 4U);
  const Json lost = GetJson("/v1/journeys?lost=1&stage=carting&terminal=acme/s1/k1");
  ASSERT_EQ(lost["journeys"].size(), 1U);
  const Json& journey = lost["journeys"][0];
  EXPECT_EQ(journey["key"], "acme/s1/k1/" + ToText(guests_.Id(loss_)));
  EXPECT_EQ(journey["outcome"], "abandoned_cart");
  EXPECT_EQ(journey["evidence"], "idle_timeout");
  EXPECT_EQ(journey["currency"], "EUR");
  EXPECT_EQ(journey["value_minor"], 1200);
  const Json open = GetJson("/v1/journeys?outcome=open");
  ASSERT_EQ(open["journeys"].size(), 1U);
  EXPECT_TRUE(open["journeys"][0]["outcome"].is_null());
  EXPECT_TRUE(open["journeys"][0]["closed"].is_null());
}

TEST_F(Api, GivesJourneysPageByPage) {
  Fill();
  Serve();
  std::set<std::string> keys;
  std::string target = "/v1/journeys?limit=1";
  for (int page = 0; page < 4; ++page) {
    const Json json = GetJson(target);
    ASSERT_EQ(json["journeys"].size(), 1U);
    keys.insert(json["journeys"][0]["key"].get<std::string>());
    if (page == 3) {
      EXPECT_TRUE(json["next"].is_null());
    } else {
      target = "/v1/journeys?limit=1&before=" + json["next"].get<std::string>();
    }
  }
  EXPECT_EQ(keys.size(), 4U);
}

TEST_F(Api, TellsOneJourneyWithItsEvents) {
  Fill();
  Serve();
  const Json json = GetJson(Path(sale_));
  EXPECT_EQ(json["journey"]["outcome"], "completed");
  EXPECT_EQ(json["journey"]["entry_source"], "walk_up");
  EXPECT_TRUE(json["journey"]["order_mode"].is_null());
  ASSERT_EQ(json["journey"]["cart"].size(), 1U);
  EXPECT_EQ(json["journey"]["cart"][0]["item_name"], "Burger");
  ASSERT_EQ(json["events"].size(), 7U);
  EXPECT_EQ(json["events"][0]["type"], "trayline.journey.started.v1");
  EXPECT_EQ(json["events"][0]["cart_value_minor"], 0);
  EXPECT_EQ(json["events"][2]["cart_value_minor"], 450);
  EXPECT_EQ(json["events"][2]["arrived"], "2026-11-22T12:00:05.000Z");
}

TEST_F(Api, TellsTerminalsQuarantineAndReconciliation) {
  Fill();
  Serve();
  const Json terminals = GetJson("/v1/terminals")["terminals"];
  ASSERT_EQ(terminals.size(), 1U);
  EXPECT_EQ(terminals[0]["terminal"], "acme/s1/k1");
  EXPECT_EQ(terminals[0]["state"], "quarantine");
  EXPECT_EQ(terminals[0]["online"], true);
  EXPECT_EQ(terminals[0]["open_journeys"], 1);
  EXPECT_EQ(terminals[0]["waiting"], 0);
  const Json frames = GetJson("/v1/quarantine?limit=5")["frames"];
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0]["bytes"], 3);
  EXPECT_EQ(frames[0]["reason"], "frame: \xEF\xBF\xBD is no text");
  const Json reconcile = GetJson("/v1/reconcile");
  EXPECT_EQ(reconcile["difference"], 0);
  EXPECT_EQ(reconcile["terminals"][0]["epochs"][0]["quarantined"], 1);
}

TEST_F(Api, TellsAFullDiskATwinAndWhatWasHereAlready) {
  Fill();
  auto state = database_.store->LoadReceiver().value();
  TerminalRow row = state.terminals.at(0);
  row.storage = "full";
  row.identity_conflicts = 3;
  LogRow log = state.logs.at(0);
  const VoidRow run{.terminal = row.key,
                    .epoch = log.epoch,
                    .first = log.watermark.Next(),
                    .count = 5,
                    .reason = static_cast<std::uint8_t>(VoidReason::kRepeated)};
  log.watermark.value += 5;
  log.voided += 5;
  ASSERT_TRUE(database_.store->Commit({.terminals = {row}, .voids = {run}, .logs = {log}}).ok());
  Serve();
  const Json terminals = GetJson("/v1/terminals")["terminals"];
  EXPECT_EQ(terminals[0]["storage"], "full");
  EXPECT_EQ(terminals[0]["identity_conflicts"], 3);
  const Json reconcile = GetJson("/v1/reconcile");
  EXPECT_EQ(reconcile["difference"], 0);
  EXPECT_EQ(reconcile["terminals"][0]["epochs"][0]["repeated"], 5);
}

TEST_F(Api, NamesWhatIsWrongWithARequest) {
  Serve();
  ExpectProblem("/v1/journeys?limit=0", 400, "invalid", "limit");
  ExpectProblem("/v1/journeys?limit=501", 400, "invalid", "limit");
  ExpectProblem("/v1/journeys?limit=1x", 400, "invalid", "limit");
  ExpectProblem("/v1/journeys?limit=1&limit=2", 400, "invalid", "limit");
  ExpectProblem("/v1/journeys?outcome=won", 400, "invalid", "outcome");
  ExpectProblem("/v1/journeys?stage=nowhere", 400, "invalid", "stage");
  ExpectProblem("/v1/journeys?lost=yes", 400, "invalid", "lost");
  ExpectProblem("/v1/journeys?terminal=acme", 400, "invalid", "terminal");
  ExpectProblem("/v1/journeys?before=yesterday", 400, "invalid", "before");
  ExpectProblem("/v1/journeys?before=1.2.3.-4", 400, "invalid", "before");
  ExpectProblem("/v1/journeys?colour=red", 400, "invalid", "colour");
  ExpectProblem("/v1/journeys/acme/s1/k1/seven", 400, "invalid", "id");
  ExpectProblem("/v1/journeys/acme/s1/K1/1-1", 400, "invalid", "terminal");
  ExpectProblem("/v1/journeys/acme/s1/k1/1-1", 404, "not_found");
  ExpectProblem("/v1/quarantine?limit=-1", 400, "invalid", "limit");
  ExpectProblem("/v1/nothing", 404, "not_found");
  const auto posted = client_->Post("/v1/overview", "{}");
  ASSERT_TRUE(posted.ok());
  EXPECT_EQ(posted->status, 405);
}

TEST_F(Api, SaysHowToBuildThePagesWhenThereAreNone) {
  Serve();
  const auto response = Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("npm run build"), std::string::npos);
  EXPECT_TRUE(response.headers.Find("Content-Security-Policy")
                  .value_or("")
                  .starts_with("default-src 'self'"));
  EXPECT_EQ(Get("/elsewhere").status, 404);
}

TEST_F(Api, ServesThePagesThatAreBuilt) {
  const std::string web = database_.directory + "/web";
  std::filesystem::create_directory(web);
  std::ofstream(web + "/index.html") << "<!doctype html>the page";
  Serve(web);
  EXPECT_EQ(Get("/").body, "<!doctype html>the page");
  EXPECT_EQ(Get("/journeys/acme").body, "<!doctype html>the page");
  EXPECT_TRUE(Get("/").headers.Find("Content-Security-Policy").has_value());
  ExpectProblem("/v1/nothing", 404, "not_found");
}

TEST_F(Api, RefusesAFolderOfPagesThatIsNotThere) {
  EXPECT_FALSE(
      AddRoutes(router_, {.web = database_.directory + "/none"}, *database_.reader, feed_, clock_)
          .ok());
}

TEST_F(Api, RefusesOneStreamTooMany) {
  Serve();
  for (std::size_t i = 0; i < kStreamsMax; ++i) ASSERT_TRUE(feed_.Join());
  ExpectProblem("/v1/live", 503, "too_many_streams");
}

// Passes the stream on; something is folded once it has begun, and it ends when that was told.
class EndingWriter : public http::StreamWriter {
 public:
  EndingWriter(http::StreamWriter& out, LiveFeed& feed) : out_(out), feed_(feed) {}
  bool Write(std::string_view bytes) override {
    const bool told = bytes.starts_with("event: changed");
    if (!told) {
      feed_.OnFolded({"acme/s1/k1/1-1"}, {"acme/s1/k1"}, 1);
      feed_.Pump(MonoFromMs(1));
    }
    const bool written = out_.Write(bytes);
    if (told) feed_.Close();
    return written;
  }
  bool IsOpen() override { return out_.IsOpen(); }

 private:
  http::StreamWriter& out_;
  LiveFeed& feed_;
};

TEST_F(Api, StreamsOverTheServer) {
  wrap_ = [this](http::Response& response) {
    response.stream = [inner = response.stream, this](http::StreamWriter& out) {
      EndingWriter ending(out, feed_);
      inner(ending);
    };
  };
  Serve();
  const auto response = Get("/v1/live");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Find("Content-Type").value_or(""), "text/event-stream");
  EXPECT_TRUE(response.body.starts_with(": trayline\n\nevent: changed\ndata: {")) << response.body;
}

TEST_F(Api, EveryRouteIsDocumentedAndEveryDocumentedRouteIsThere) {
  Serve();
  std::set<std::string> served;
  for (const auto& route : router_.routes()) served.insert(route.method + " " + route.pattern);
  std::ifstream file(TRAYLINE_TEST_DATA "/../../sync/hq/api/openapi.json");
  const Json document = Json::parse(file);
  std::set<std::string> documented;
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string verb = method;
      for (char& c : verb) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      documented.insert(verb + " " + path);
    }
  }
  EXPECT_EQ(served, documented);
}

// Whether json has exactly the members that the schema requires; follows lists and references.
void ExpectFits(const Json& json, const Json& schema, const Json& document,
                const std::string& where) {
  if (schema.contains("$ref")) {
    const std::string name = schema["$ref"].get<std::string>().substr(1);
    return ExpectFits(json, document[Json::json_pointer(name)], document, where);
  }
  if (json.is_array()) {
    for (const Json& item : json) ExpectFits(item, schema["items"], document, where + "[]");
    return;
  }
  if (!json.is_object() || schema.contains("allOf")) return;
  for (const auto& name : schema["required"]) {
    EXPECT_TRUE(json.contains(name)) << where << " lacks " << name;
  }
  for (const auto& [name, value] : json.items()) {
    if (where.ends_with("events[]")) continue;  // CloudEvents have members of their types
    EXPECT_TRUE(schema["properties"].contains(name)) << where << " has undocumented " << name;
    if (schema["properties"].contains(name) && !value.is_null()) {
      ExpectFits(value, schema["properties"][name], document, where + "." + name);
    }
  }
}

TEST_F(Api, AnswersAreAsDocumented) {
  Fill();
  Serve();
  std::ifstream file(TRAYLINE_TEST_DATA "/../../sync/hq/api/openapi.json");
  const Json document = Json::parse(file);
  const std::vector<std::pair<std::string, std::string>> answers{
      {"/v1/health", "Health"},           {"/v1/overview", "Overview"},
      {"/v1/journeys", "JourneyList"},    {Path(loss_), "JourneyDetail"},
      {"/v1/terminals", "TerminalList"},  {"/v1/quarantine", "QuarantineList"},
      {"/v1/reconcile", "Reconciliation"}};
  for (const auto& [target, schema] : answers) {
    ExpectFits(GetJson(target), document["components"]["schemas"][schema], document, target);
  }
}

}  // namespace
}  // namespace trayline::hq
