#include "sync/uplink/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trayline::uplink {
namespace {

Options Good() {
  Options options;
  options.terminal = {"acme", "store1", "kiosk1"};
  return options;
}

void ExpectRefused(const Options& options, const std::string& name) {
  const Status status = Validate(options);
  ASSERT_FALSE(status.ok()) << name;
  EXPECT_EQ(status.error().code, Errc::kRejected);
  EXPECT_THAT(status.error().text, ::testing::HasSubstr(name));
}

TEST(UplinkOptions, DefaultsAreValid) { EXPECT_TRUE(Validate(Good()).ok()); }

TEST(UplinkOptions, NamesWhatIsWrong) {
  Options options = Good();
  options.uri = "http://x";
  ExpectRefused(options, "uri");
  options = Good();
  options.uri = "ssl://hq:8883";
  ExpectRefused(options, "ca_file");
  options = Good();
  options.terminal.store = "a-b";
  ExpectRefused(options, "a-b");
  options = Good();
  options.session.window = 5;
  ExpectRefused(options, "window");
  options = Good();
  options.session.retry_first = Millis(120'000);
  ExpectRefused(options, "retry_first");
  options = Good();
  options.session.reconnect_first = Millis(0);
  ExpectRefused(options, "reconnect_first");
  options = Good();
  options.session.epoch_first = Millis(0);
  ExpectRefused(options, "epoch_first");
  options = Good();
  options.keep_alive = Millis(500);
  ExpectRefused(options, "keep_alive");
  options = Good();
  options.clock_speed = 0;
  ExpectRefused(options, "clock_speed");
}

}  // namespace
}  // namespace trayline::uplink
