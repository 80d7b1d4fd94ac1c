// What PahoClient refuses before it opens a connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/mqtt/paho_client.h"

namespace trayline::mqtt {
namespace {

using ::testing::HasSubstr;

void ExpectRefused(const ConnectOptions& options, const std::string& name) {
  const Status status = PahoClientFactory().Make()->Connect(options, {});
  ASSERT_FALSE(status.ok()) << name;
  EXPECT_EQ(status.error().code, Errc::kRejected);
  EXPECT_THAT(status.error().text, HasSubstr(name));
}

ConnectOptions Good() {
  ConnectOptions options;
  options.client_id = "acme-store1-kiosk1";
  return options;
}

TEST(PahoOptions, NamesWhatIsWrong) {
  ConnectOptions options = Good();
  options.uri = "ws://127.0.0.1:1";
  ExpectRefused(options, "uri");
  options = Good();
  options.client_id.clear();
  ExpectRefused(options, "client_id");
  options = Good();
  options.keep_alive = Millis(10);
  ExpectRefused(options, "keep_alive");
  options = Good();
  options.connect_timeout = Millis(0);
  ExpectRefused(options, "connect_timeout");
  options = Good();
  options.will = Will{"", "x", true};
  ExpectRefused(options, "will.topic");
  options = Good();
  options.tls.ca_file = "/ca.pem";
  ExpectRefused(options, "not ssl://");
}

TEST(PahoOptions, TellsAMissingAuthorityFile) {
  ConnectOptions options = Good();
  options.uri = "ssl://127.0.0.1:1";
  ExpectRefused(options, "tls.ca_file");
  options.tls.ca_file = "/nonexistent/ca.pem";
  ExpectRefused(options, "/nonexistent/ca.pem");
}

TEST(PahoOptions, CallsARefusedPortRetryLater) {
  ConnectOptions options = Good();
  options.uri = "tcp://127.0.0.1:1";  // tcpmux, which nobody has served for decades
  options.connect_timeout = Millis(2'000);
  auto client = PahoClientFactory().Make();
  const Status status = client->Connect(options, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Errc::kRetryLater);
  EXPECT_THAT(status.error().text, HasSubstr("tcp://127.0.0.1:1"));
  EXPECT_FALSE(client->IsConnected());
}

}  // namespace
}  // namespace trayline::mqtt
