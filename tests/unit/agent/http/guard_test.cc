#include "agent/http/guard.h"

#include <gtest/gtest.h>

namespace trayline::http {
namespace {

Request From(std::string_view host, std::string_view origin = {}) {
  Request request;
  request.method = "GET";
  request.path = "/";
  request.headers.Set("Host", host);
  if (!origin.empty()) request.headers.Set("Origin", origin);
  return request;
}

Guard KioskGuard() { return Guard({{"https://kiosk.example"}, {"hq.example"}, false}); }

TEST(Guard, LetsLoopbackNamesIn) {
  for (const char* host : {"127.0.0.1", "127.0.0.1:7311", "localhost", "LocalHost:80", "[::1]",
                           "[::1]:7311", "hq.example:443"}) {
    EXPECT_FALSE(KioskGuard().Admit(From(host)).has_value()) << host;
  }
}

TEST(Guard, RefusesNamesThatWereRebound) {
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7311",
                           "127.0.0.1:7311@evil.example", "127.0.0.1:", "localhost:80x", "[::1",
                           "[::1]x", "", "192.168.0.7:7311"}) {
    const auto answer = KioskGuard().Admit(From(host));
    ASSERT_TRUE(answer.has_value()) << host;
    EXPECT_EQ(answer->status, 403);
    EXPECT_NE(answer->body.find("host_not_allowed"), std::string::npos);
  }
}

TEST(Guard, DoesNotAskForAHostOnTheUnixSocket) {
  Request request = From("anything");
  request.peer = Peer::kUnix;
  EXPECT_FALSE(KioskGuard().Admit(request).has_value());
}

TEST(Guard, RefusesAnOriginThatIsNotConfigured) {
  for (const char* origin :
       {"https://evil.example", "null", "https://kiosk.example.evil", "http://localhost"}) {
    const auto answer = KioskGuard().Admit(From("localhost", origin));
    ASSERT_TRUE(answer.has_value()) << origin;
    EXPECT_NE(answer->body.find("origin_not_allowed"), std::string::npos);
    Response response;
    KioskGuard().Finish(From("localhost", origin), response);
    EXPECT_FALSE(response.headers.Find("Access-Control-Allow-Origin").has_value());
  }
}

TEST(Guard, AddsTheHeadersForAnAllowedOrigin) {
  const Request request = From("localhost", "https://kiosk.example");
  EXPECT_FALSE(KioskGuard().Admit(request).has_value());
  Response response;
  KioskGuard().Finish(request, response);
  EXPECT_EQ(response.headers.Find("Access-Control-Allow-Origin"), "https://kiosk.example");
  EXPECT_TRUE(response.headers.HasToken("Vary", "Origin"));
}

TEST(Guard, AnswersAPreflightOfAnAllowedOrigin) {
  Request request = From("localhost", "https://kiosk.example");
  request.method = "OPTIONS";
  request.headers.Set("Access-Control-Request-Method", "POST");
  request.headers.Set("Access-Control-Request-Private-Network", "true");
  const auto answer = KioskGuard().Admit(request);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 204);
  EXPECT_TRUE(answer->headers.HasToken("Access-Control-Allow-Methods", "POST"));
  EXPECT_TRUE(answer->headers.HasToken("Access-Control-Allow-Headers", "Authorization"));
  EXPECT_EQ(answer->headers.Find("Access-Control-Allow-Private-Network"), "true");
}

TEST(Guard, LetsItsOwnPagesCallWhenItServesPages) {
  const Guard guard({{}, {}, true});
  EXPECT_FALSE(guard.Admit(From("localhost:7311", "http://localhost:7311")).has_value());
  EXPECT_TRUE(guard.Admit(From("localhost:7311", "http://localhost:7312")).has_value());
  EXPECT_TRUE(guard.Admit(From("evil.example", "http://evil.example")).has_value());
}

}  // namespace
}  // namespace trayline::http
