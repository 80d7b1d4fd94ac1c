#include "firmware/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace trayline::config {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Refusal(std::string_view text) {
  const auto config = ParseConfig(text, "t.conf");
  return config.ok() ? "" : config.error().text;
}

std::string DefaultFile() {
  std::ifstream file(TRAYLINE_DEFAULT_CONF);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The file with "#name = value" as "name = value"; remarks, which have a space behind the '#',
// stay.
std::string TakenIn(const std::string& file) {
  std::istringstream lines(file);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ' &&
                            line.find(" = ") != std::string::npos;
    out += line.substr(is_setting ? 1 : 0) + "\n";
  }
  return out;
}

TEST(Config, AnEmptyFileGivesTheDefaults) {
  const auto config = ParseConfig("", "t.conf");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(ToText(config->terminal), "demo/s001/k1");
  EXPECT_EQ(config->currency, 840);
  EXPECT_EQ(config->policy.idle_cart, Millis(40'000));
  EXPECT_EQ(SocketPath(*config), "/var/lib/trayline/trayline.sock");
}

TEST(Config, TheShippedFileIsTheDefaultsWrittenOut) {
  // Every commented setting, taken in, must be accepted and change nothing but what is an example.
  const std::string text = TakenIn(DefaultFile());
  ASSERT_NE(text, DefaultFile());
  const auto written = ParseConfig(text, "trayline.conf");
  ASSERT_TRUE(written.ok()) << written.error().text;
  const auto defaults = ParseConfig("", "t.conf");
  EXPECT_EQ(written->terminal, defaults->terminal);
  EXPECT_EQ(written->directory, defaults->directory);
  EXPECT_EQ(written->retention_mb, defaults->retention_mb);
  EXPECT_EQ(written->quota_mb, defaults->quota_mb);
  EXPECT_EQ(written->reserve_mb, defaults->reserve_mb);
  EXPECT_EQ(written->listen, defaults->listen);
  EXPECT_EQ(written->broker, defaults->broker);
  EXPECT_EQ(written->flush_ms, defaults->flush_ms);
  EXPECT_EQ(written->window_frames, defaults->window_frames);
  EXPECT_EQ(written->policy.idle_browse, defaults->policy.idle_browse);
  EXPECT_EQ(written->policy.warning, defaults->policy.warning);
  EXPECT_EQ(written->policy.unpaid, defaults->policy.unpaid);
  EXPECT_EQ(written->policy.restart_grace, defaults->policy.restart_grace);
}

TEST(Config, NamesLineKeyAndReasonOfEveryProblem) {
  EXPECT_THAT(Refusal("clock_speed = 0\n[hq]\nflush_ms = 'x'\nbrokr = 'tcp://h:1'\n"),
              AllOf(HasSubstr("t.conf:1: clock_speed: 0 is not between 1 and 1000"),
                    HasSubstr("t.conf:3: hq.flush_ms: must be a whole number"),
                    HasSubstr("t.conf:4: hq.brokr: is not a setting of traylined")));
}

TEST(Config, RefusesAnIdentityThatCouldBeTwo) {
  EXPECT_THAT(Refusal("[terminal]\nid = 'a/b-c/d'"), HasSubstr("store 'b-c'"));
  EXPECT_THAT(Refusal("[terminal]\nid = 'a/b'"), HasSubstr("tenant/store/terminal"));
}

TEST(Config, RefusesADoorToTheNetwork) {
  EXPECT_THAT(Refusal("[api]\nlisten = '0.0.0.0:7311'"), HasSubstr("loopback"));
}

TEST(Config, RefusesTlsWithoutItsFiles) {
  EXPECT_THAT(Refusal("[hq]\nbroker = 'ssl://hq:8883'"), HasSubstr("hq.ca_file"));
  EXPECT_THAT(Refusal("[hq]\ncert_file = 'a.pem'"), HasSubstr("belong together"));
  EXPECT_THAT(Refusal("[hq]\nbroker = 'http://hq'"), HasSubstr("tcp:// or ssl://"));
}

TEST(Config, TimersFollowTheClassOfDevice) {
  const auto config =
      ParseConfig("[terminal]\ndevice_class = 'table_tablet'\n[timers]\nwarning_s = 7", "t.conf");
  ASSERT_TRUE(config.ok());
  EXPECT_FALSE(config->policy.abandons_by_idling);
  EXPECT_EQ(config->policy.warning, Millis(7'000));
}

TEST(Config, ABrokenFileSaysWhere) {
  EXPECT_THAT(Refusal("a = \n"), HasSubstr("t.conf:1:"));
  EXPECT_THAT(Refusal("[api]\nallowed_origins = [1]"), HasSubstr("list of texts"));
}

TEST(Config, AFileThatCannotBeOpenedIsNotTakenForAMissingOne) {
  const auto config = ReadConfig("/dev/null/trayline.conf");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, Errc::kRejected);
  EXPECT_THAT(config.error().text, HasSubstr("Not a directory"));
}

TEST(Config, AMissingFileIsNotFound) {
  const auto config = ReadConfig("/nonexistent/trayline.conf");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace trayline::config
