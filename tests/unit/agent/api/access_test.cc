// Who may talk to the local API, by which door, and what everybody else is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "agent/event/spec.h"
#include "api_fixture.h"
#include "raw_socket.h"

namespace trayline::api {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kTouched = R"({"host":"h","events":[{"type":"host.touched"}]})";

class AccessTest : public ApiTest {
 protected:
  static http::ClientRequest Without(http::ClientRequest request, std::string_view header) {
    http::Headers kept;
    for (const auto& field : request.headers.all()) {
      if (field.name != header) kept.Add(field.name, field.value);
    }
    request.headers = kept;
    return request;
  }
  static http::ClientRequest With(http::ClientRequest request, std::string_view header,
                                  std::string_view value) {
    request.headers.Set(header, value);
    return request;
  }
};

TEST_F(AccessTest, WantsTheTokenForEverythingButHealth) {
  for (const char* path :
       {"/v1/status", "/v1/events", "/v1/journeys", "/v1/journeys/1-1", "/v1/nothing"}) {
    const Answered answer = Ask(Without(Request("GET", path), "Authorization"));
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_EQ(answer.code(), "unauthorized");
    EXPECT_EQ(answer.headers.Find("WWW-Authenticate"), "Bearer");
  }
  EXPECT_EQ(Ask(Without(PostRequest(kTouched), "Authorization")).status, 401);
  EXPECT_EQ(Ask(Without(Request("GET", "/v1/health"), "Authorization")).status, 200);
  EXPECT_TRUE(backend_.batches().empty());
}

TEST_F(AccessTest, RefusesAWrongToken) {
  const std::string right(kToken);
  for (const std::string& value :
       {std::string("Bearer"), std::string("Bearer "), "Bearer " + right + "x",
        "Bearer " + right.substr(1), "Basic " + right, right, "Bearer  " + right}) {
    EXPECT_EQ(Ask(With(PostRequest(kTouched), "Authorization", value)).status, 401) << value;
  }
  EXPECT_EQ(Ask(With(PostRequest(kTouched), "Authorization", "bearer " + right)).status, 200);
}

TEST_F(AccessTest, TheUnixSocketReadsWithoutATokenAndWritesWithIt) {
  http::Client client({server_options_.unix_socket});
  EXPECT_EQ(AskBy(client, Without(Request("GET", "/v1/status"), "Authorization")).status, 200);
  EXPECT_EQ(AskBy(client, Without(PostRequest(kTouched), "Authorization")).status, 401);
  EXPECT_EQ(AskBy(client, PostRequest(kTouched)).status, 200);
  EXPECT_EQ(AskBy(client, With(Request("GET", "/v1/status"), "Host", "anything")).status, 200);
}

TEST_F(AccessTest, RefusesAReboundHost) {
  for (const char* host : {"evil.example", "evil.example:7311", "127.0.0.1.evil.example"}) {
    const Answered answer = Ask(With(PostRequest(kTouched), "Host", host));
    EXPECT_EQ(answer.status, 403) << host;
    EXPECT_EQ(answer.code(), "host_not_allowed");
  }
  EXPECT_EQ(Ask(With(PostRequest(kTouched), "Host", "localhost")).status, 200);
  EXPECT_EQ(backend_.batches().size(), 1U);
}

TEST_F(AccessTest, RefusesAForeignOrigin) {
  const Answered answer = Ask(With(PostRequest(kTouched), "Origin", "https://evil.example"));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "origin_not_allowed");
  const Answered own = Ask(With(PostRequest(kTouched), "Origin", "http://" + server_->address()));
  EXPECT_EQ(own.code(), "origin_not_allowed");
  EXPECT_TRUE(backend_.batches().empty());
}

TEST_F(AccessTest, LetsAPageOfAnAllowedOriginIn) {
  const std::string origin = "https://kiosk.example";
  Answered answer = Ask(With(PostRequest(kTouched), "Origin", origin));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.Find("Access-Control-Allow-Origin"), origin);
  // Errors too: the page must be able to read why.
  answer = Ask(With(Without(PostRequest(kTouched), "Authorization"), "Origin", origin));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.headers.Find("Access-Control-Allow-Origin"), origin);
}

TEST_F(AccessTest, AnswersAPreflightWithoutAToken) {
  http::ClientRequest request;
  request.method = "OPTIONS";
  request.target = "/v1/events";
  request.headers.Set("Origin", "https://kiosk.example");
  request.headers.Set("Access-Control-Request-Method", "POST");
  request.headers.Set("Access-Control-Request-Private-Network", "true");
  auto answer = client_->Send(request);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->headers.Find("Access-Control-Allow-Private-Network"), "true");
  request.headers.Set("Origin", "https://evil.example");
  answer = client_->Send(request);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 403);
}

TEST_F(AccessTest, KnowsItsPathsAndMethods) {
  EXPECT_EQ(Get("/v1/nothing").code(), "not_found");
  EXPECT_EQ(Get("/").code(), "not_found");
  Answered answer = Ask(Request("DELETE", "/v1/events"));
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.code(), "method_not_allowed");
  EXPECT_EQ(answer.headers.Find("Allow"), "POST, GET, HEAD");
  EXPECT_EQ(Ask(Request("POST", "/v1/status")).status, 405);
  EXPECT_EQ(Ask(Request("HEAD", "/v1/health")).status, 200);
}

TEST_F(AccessTest, RefusesALargeBodyBeforeItIsSent) {
  http::RawSocket socket(server_->port());
  socket.Send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
              std::string(kToken) +
              "\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n");
  const std::string answer = socket.ReadToEnd();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("too_large"));
  EXPECT_EQ(Post(kTouched).status, 200);
}

TEST_F(AccessTest, TurnsAwayConnectionsBeyondTheLimit) {
  std::vector<std::unique_ptr<http::RawSocket>> crowd;
  for (std::size_t i = 0; i < server_options_.max_connections; ++i) {
    crowd.push_back(std::make_unique<http::RawSocket>(server_->port()));
  }
  http::RawSocket late(server_->port());
  EXPECT_THAT(late.ReadToEnd(), HasSubstr("too_many_connections"));
}

class PagesTest : public AccessTest {
 protected:
  void SetUp() override {
    std::ofstream(folder_ / "index.html") << "<p>kiosk";
    options_.pages = *http::StaticFiles::Open({folder_.string(), true, ""});
    Start();
  }
};

TEST_F(PagesTest, ServesPagesWithoutATokenAndLetsThemCall) {
  auto page = client_->Get("/");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->body, "<p>kiosk");
  EXPECT_EQ(Ask(With(PostRequest(kTouched), "Origin", "http://" + server_->address())).status, 200);
  EXPECT_EQ(Ask(Without(PostRequest(kTouched), "Authorization")).status, 401);
}

class OpenApiTest : public ApiTest {};

TEST_F(OpenApiTest, DocumentsExactlyTheRoutesThatAreServed) {
  ASSERT_TRUE(openapi_.IsLoaded());
  EXPECT_EQ(openapi_.document()["openapi"], "3.1.0");
  std::set<std::string> documented;
  for (const auto& [path, item] : openapi_.document()["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      documented.insert(method + " " + path);
      EXPECT_TRUE(operation.contains("operationId")) << path;
      EXPECT_TRUE(operation.contains("security")) << path;
    }
  }
  std::set<std::string> served;
  for (const auto& route : api_->router().routes()) {
    served.insert((route.method == "GET" ? "get " : "post ") + route.pattern);
  }
  EXPECT_EQ(documented, served);
}

TEST_F(OpenApiTest, NamesEveryTypeThatHostsMaySend) {
  std::set<std::string> documented;
  const auto& schema = openapi_.document()["components"]["schemas"]["HostEvent"];
  for (const auto& name : schema["properties"]["type"]["examples"]) documented.insert(name);
  std::set<std::string> known;
  for (const auto& spec : event::AllTypes()) {
    if (spec.origin == event::Origin::kHost) known.insert(event::TypeName(spec.type));
  }
  EXPECT_EQ(documented, known);
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  std::vector<const nlohmann::json*> open{&openapi_.document()};
  while (!open.empty()) {
    const nlohmann::json& node = *open.back();
    open.pop_back();
    if (node.is_object() && node.contains("$ref")) {
      const nlohmann::json::json_pointer target(node["$ref"].get<std::string>().substr(1));
      EXPECT_TRUE(openapi_.document().contains(target)) << node["$ref"];
    }
    if (node.is_structured()) {
      for (const auto& child : node) open.push_back(&child);
    }
  }
}

}  // namespace
}  // namespace trayline::api
