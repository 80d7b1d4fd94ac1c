#include "agent/http/client.h"

#include <gtest/gtest.h>

#include <optional>

#include "agent/http/server.h"

namespace trayline::http {
namespace {

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() : log_(NullLog()) { Start("127.0.0.1:0", Millis(30'000)); }

  void Start(const std::string& listen, Millis keep_alive) {
    ServerOptions options;
    options.listen = listen;
    options.keep_alive = keep_alive;
    Handler handler;
    handler.handle = [](Request& request) {
      const auto token = request.headers.Find("Authorization").value_or("");
      return JsonResponse(200, request.method + std::string(token) + request.body);
    };
    server_.emplace(options, handler, log_);
    ASSERT_TRUE(server_->Start().ok());
  }

  Log log_;
  std::optional<Server> server_;
};

TEST_F(ClientTest, SendsTheToken) {
  Client client({server_->address()});
  EXPECT_EQ(client.Get("/", "t")->body, "GETBearer t");
  EXPECT_EQ(client.Post("/", "{}", "t")->body, "POSTBearer t{}");
}

TEST_F(ClientTest, ConnectsAnewAfterTheServerHasClosed) {
  Client client({server_->address()});
  ASSERT_TRUE(client.Get("/").ok());
  const std::string address = server_->address();
  server_.reset();
  Start(address, Millis(30'000));
  const auto answer = client.Post("/", "x");
  ASSERT_TRUE(answer.ok()) << answer.error().text;
  EXPECT_EQ(answer->body, "POSTx");
}

TEST_F(ClientTest, SaysThatNobodyAnswers) {
  const std::string address = server_->address();
  server_.reset();
  Client client({address});
  const auto answer = client.Get("/");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Errc::kRetryLater);
  EXPECT_NE(answer.error().text.find(address), std::string::npos);
}

TEST_F(ClientTest, RefusesAnAnswerThatIsTooLarge) {
  Client client({server_->address(), Millis(10'000), 100});
  const auto answer = client.Post("/", std::string(1000, 'x'));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Errc::kFull);
}

TEST_F(ClientTest, ReportsAnAddressThatIsNone) {
  for (const char* address : {"", "nonsense", "127.0.0.1:99999", "/no/such.sock"}) {
    Client client({address});
    EXPECT_FALSE(client.Get("/").ok()) << address;
  }
}

}  // namespace
}  // namespace trayline::http
