// A running local API over a fake backend and a journal in memory. Every answer that goes through
// Ask is held against openapi.json.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_API_API_FIXTURE_H_
#define TRAYLINE_TESTS_UNIT_AGENT_API_API_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/api/commit_signal.h"
#include "agent/api/local_api.h"
#include "agent/event/event.h"
#include "agent/http/client.h"
#include "agent/http/server.h"
#include "fake_backend.h"
#include "openapi_check.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_event_store.h"

namespace trayline::api {

inline constexpr std::string_view kToken = "test-token-of-43-characters-0123456789-abcd";

struct Answered {
  int status = 0;
  http::Headers headers;
  nlohmann::json json;
  std::string body;
  std::string code() const { return json.value("code", ""); }
};

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() : log_(NullLog()) {
    std::string name = std::filesystem::temp_directory_path() / "trayline-api-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    server_options_.unix_socket = folder_ / "api.sock";
    options_.terminal = {"acme", "s1", "k1"};
    options_.token = kToken;
    options_.allowed_origins = {"https://kiosk.example"};
  }
  ~ApiTest() override {
    if (api_) api_->Stop();
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void SetUp() override { Start(); }

  void Start() {
    server_.reset();
    api_ = std::make_unique<LocalApi>(std::move(options_), backend_, store_, clock_, commits_);
    server_options_.guard = api_->guard();
    server_ = std::make_unique<http::Server>(server_options_, api_->handler(), log_);
    const Status started = server_->Start();
    ASSERT_TRUE(started.ok()) << started.error().text;
    client_ = std::make_unique<http::Client>(http::ClientOptions{server_->address()});
  }

  Answered Ask(const http::ClientRequest& request) { return AskBy(*client_, request); }

  Answered AskBy(http::Client& client, const http::ClientRequest& request) {
    auto answer = client.Send(request);
    if (!answer) {
      ADD_FAILURE() << request.method << ' ' << request.target << ": " << answer.error().text;
      return {};
    }
    const std::string path = request.target.substr(0, request.target.find('?'));
    const std::string wrong =
        openapi_.Check(request.method, path, answer->status,
                       answer->headers.Find("Content-Type").value_or("none"), answer->body);
    EXPECT_EQ(wrong, "");
    return {answer->status, answer->headers, nlohmann::json::parse(answer->body, nullptr, false),
            answer->body};
  }

  Answered Get(std::string_view target) { return Ask(Request("GET", target)); }

  Answered Post(std::string body) { return Ask(PostRequest(std::move(body))); }

  static http::ClientRequest Request(std::string_view method, std::string_view target) {
    http::ClientRequest request;
    request.method = method;
    request.target = target;
    request.headers.Set("Authorization", "Bearer " + std::string(kToken));
    return request;
  }

  static http::ClientRequest PostRequest(std::string body) {
    http::ClientRequest request = Request("POST", "/v1/events");
    request.headers.Set("Content-Type", "application/json");
    request.body = std::move(body);
    return request;
  }

  // Commits an event of a journey and wakes who waits, as the journal does.
  void Commit(std::uint64_t sequence, event::EventType type, event::Record data = {},
              std::uint64_t journey = 1) {
    event::Event event;
    event.sequence = Sequence{sequence};
    event.type = type;
    event.journey = {kTestEpoch, journey};
    event.time = clock_.Wall();
    event.mono = clock_.Mono();
    event.boot = 1;
    event.data = std::move(data);
    CommitRow({Sequence{sequence}, type, journey, event::EncodeBody(event, kTestEpoch), 0, 0, 0});
  }

  void CommitRow(ports::StoredEvent row) {
    const Sequence sequence = row.sequence;
    ports::Transaction transaction;
    transaction.events.push_back(std::move(row));
    store_.Submit(std::move(transaction), [](Status done) { ASSERT_TRUE(done.ok()); });
    commits_.Notify(sequence);
  }

  static event::Record Line(std::string_view item, std::int64_t price) {
    event::Record line;
    line.Set(event::Key::kLineId, std::string("1"));
    line.Set(event::Key::kItemId, std::string(item));
    line.Set(event::Key::kUnitPriceMinor, price);
    line.Set(event::Key::kQuantity, std::int64_t{1});
    event::Record data;
    data.Set(event::Key::kCurrency, std::int64_t{840});
    data.Set(event::Key::kLines, event::RecordList{line});
    return data;
  }

  Log log_;
  std::filesystem::path folder_;
  OpenApiCheck openapi_;
  fakes::ManualClock clock_;
  fakes::MemoryEventStore store_{{kTestEpoch}};
  CommitSignal commits_;
  FakeBackend backend_;
  LocalApiOptions options_;
  http::ServerOptions server_options_;
  std::unique_ptr<LocalApi> api_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace trayline::api

#endif  // TRAYLINE_TESTS_UNIT_AGENT_API_API_FIXTURE_H_
