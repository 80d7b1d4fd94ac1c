// The commands against an agent that answers as the test says; what they print is caught.
#include "firmware/cli/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "tests/unit/firmware/cli/fake_agent.h"

namespace trayline::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::uint64_t NumberIn(const http::Request& request, std::string_view name) {
  const std::string_view text = request.Query(name).value_or("0");
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A journal of count events that gives out at most page of them at a time, fewer than it is asked
// for, as the API does when events are large.
FakeAgent::Answer Journal(std::uint64_t count, std::uint64_t page) {
  return [=](const http::Request& request) {
    if (request.path == "/v1/status") {
      return http::JsonResponse(200, StatusDocument(count).dump());
    }
    if (request.path != "/v1/events") {
      return http::ToResponse({404, "not_found", "Not found", "there is no such journey", {}});
    }
    const std::uint64_t after = NumberIn(request, "after");
    const std::uint64_t most = std::min(page, NumberIn(request, "limit"));
    Json events = Json::array();
    std::uint64_t last = after;
    while (last < count && events.size() < most) {
      ++last;
      events.push_back({{"sequence", last}, {"type", "trayline.system.started.v1"}});
    }
    return http::JsonResponse(
        200, Json{{"epoch", 1795000000}, {"events", events}, {"last", last}}.dump());
  };
}

struct Printed {
  int status = -1;
  std::string out;
  std::string err;
};

template <typename Command>
Printed Caught(Command command) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Printed printed;
  printed.status = FinishScreen(command());
  printed.out = ::testing::internal::GetCapturedStdout();
  printed.err = ::testing::internal::GetCapturedStderr();
  return printed;
}

ExportOptions Range(std::uint64_t from, std::uint64_t to) {
  ExportOptions options;
  options.from = from;
  options.to = to;
  return options;
}

RecordOptions File(const std::string& name) {
  RecordOptions options;
  options.file = name;
  return options;
}

std::size_t Lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(TailCommand, ShowsTheNewestEvenWhenPagesAreShort) {
  FakeAgent agent(Journal(500, 7));
  const auto printed = Caught([&] { return Tail(agent.target(), {.count = 50, .json = true}); });
  EXPECT_EQ(printed.status, kDone);
  EXPECT_EQ(Lines(printed.out), 50U);
  EXPECT_THAT(printed.out, AllOf(HasSubstr("\"sequence\":451,"), HasSubstr("\"sequence\":500,"),
                                 Not(HasSubstr("\"sequence\":450,"))));
}

TEST(TailCommand, AnEmptyJournalIsNoMistake) {
  FakeAgent agent(Journal(0, 7));
  const auto printed = Caught([&] { return Tail(agent.target(), {}); });
  EXPECT_EQ(printed.status, kDone);
  EXPECT_EQ(printed.out, "");
}

TEST(ExportCommand, WritesEveryEventOnce) {
  FakeAgent agent(Journal(2345, 300));
  const std::string file = agent.File("out.jsonl");
  const auto printed = Caught([&] { return Export(agent.target(), {.file = file}); });
  EXPECT_EQ(printed.status, kDone);
  EXPECT_EQ(printed.out, "");
  EXPECT_THAT(printed.err, HasSubstr("2,345 events exported, 1 to 2345"));
  EXPECT_EQ(Lines(ReadFile(file)), 2345U);
}

TEST(ExportCommand, KeepsToItsRange) {
  FakeAgent agent(Journal(100, 7));
  const auto printed = Caught([&] { return Export(agent.target(), Range(10, 12)); });
  EXPECT_EQ(printed.status, kDone);
  EXPECT_EQ(Lines(printed.out), 3U);
  const auto wrong = Caught([&] { return Export(agent.target(), Range(10, 9)); });
  EXPECT_EQ(wrong.status, kUsedWrongly);
}

TEST(ExportCommand, SaysWhereToGoOnWhenTheAgentGoesAway) {
  const auto journal = Journal(100, 30);
  FakeAgent agent([&](const http::Request& request) {
    if (NumberIn(request, "after") >= 60) {
      return http::ToResponse({503, "stopping", "Stopping", "the agent is stopping", {}});
    }
    return journal(request);
  });
  const auto printed = Caught([&] { return Export(agent.target(), {}); });
  EXPECT_EQ(printed.status, kNotDone);
  EXPECT_EQ(Lines(printed.out), 60U);
  EXPECT_THAT(printed.err, AllOf(HasSubstr("stopping"), HasSubstr("--from 61")));
}

TEST(ExportCommand, NoticesThatTheJournalWasReplaced) {
  const auto journal = Journal(100, 30);
  FakeAgent agent([&](const http::Request& request) {
    if (NumberIn(request, "after") >= 60) {
      return http::JsonResponse(200, R"({"epoch":1795000001,"events":[],"last":60})");
    }
    return journal(request);
  });
  const auto printed = Caught([&] { return Export(agent.target(), {}); });
  EXPECT_EQ(printed.status, kNotDone);
  EXPECT_THAT(printed.err, HasSubstr("replaced"));
}

TEST(ExportCommand, NamesTheFileThatCannotBeWritten) {
  FakeAgent agent(Journal(3, 7));
  const auto printed = Caught([&] { return Export(agent.target(), {.file = "/nonexistent/x"}); });
  EXPECT_EQ(printed.status, kNotDone);
  EXPECT_THAT(printed.err, AllOf(HasSubstr("/nonexistent/x"), HasSubstr("No such file")));
  const auto full = Caught([&] { return Export(agent.target(), {.file = "/dev/full"}); });
  EXPECT_EQ(full.status, kNotDone);
  EXPECT_THAT(full.err, HasSubstr("/dev/full cannot be written"));
}

TEST(JourneysCommand, TakesTheShortNumberForThePresentEpoch) {
  FakeAgent agent([](const http::Request& request) {
    if (request.path == "/v1/status") return http::JsonResponse(200, StatusDocument(5).dump());
    return http::JsonResponse(
        200, R"({"id":"1795000000-17","stage":"carting","outcome":null,"value_minor":1620,
                 "currency":"USD","cart":[{"item_name":"宫保鸡丁","quantity":2,"value_minor":1620}],
                 "events":[]})");
  });
  for (const char* id : {"17", "j17", "1795000000-17"}) {
    const auto printed = Caught([&] { return Journeys(agent.target(), id, false); });
    EXPECT_EQ(printed.status, kDone) << id;
    EXPECT_EQ(agent.requests().back().path, "/v1/journeys/1795000000-17") << id;
    EXPECT_THAT(printed.out, AllOf(HasSubstr("journey 1795000000-17: open, carting, 16.20 USD"),
                                   HasSubstr("2 x  宫保鸡丁  16.20 USD")));
  }
}

TEST(JourneysCommand, RefusesWhatIsNoIdBeforeItAsks) {
  FakeAgent agent(Journal(5, 5));
  for (const char* id : {"x", "17-", "-17", "../events", "1 7", "j", "99999999999999999999"}) {
    EXPECT_EQ(Caught([&] { return Journeys(agent.target(), id, false); }).status, kUsedWrongly)
        << id;
  }
  EXPECT_TRUE(agent.requests().empty());
  const auto missing = Caught([&] { return Journeys(agent.target(), "9", false); });
  EXPECT_EQ(missing.status, kNotDone);
  EXPECT_THAT(missing.err, HasSubstr("there is no such journey"));
}

http::Response RecordAll(const http::Request& request) {
  Json results = Json::array();
  const Json body = Json::parse(request.body);
  for (const Json& event : ListOf(body, "events")) {
    const bool bad = FlagOf(event, "bad");
    results.push_back(bad ? Json{{"status", "invalid"},
                                 {"errors", {{{"path", "/data"}, {"reason", "is missing"}}}}}
                          : Json{{"status", "recorded"}, {"sequence", 5}, {"journey", "1-1"}});
  }
  return http::JsonResponse(200, Json{{"epoch", 1}, {"results", results}}.dump());
}

TEST(RecordCommand, SaysWhatBecameOfEachEvent) {
  FakeAgent agent(RecordAll);
  agent.Write("in.jsonl", "{\"type\":\"a\"}\n{\"type\":\"b\",\"bad\":true}\n");
  const auto printed =
      Caught([&] { return RecordEvents(agent.target(), File(agent.File("in.jsonl"))); });
  EXPECT_EQ(printed.status, kNotDone);
  EXPECT_EQ(printed.out,
            "1: recorded as 5 in journey 1-1\n2: invalid\n    error at /data: is missing\n");
  const Json body = Json::parse(agent.posted().at(0));
  EXPECT_EQ(body["host"], "cli");
  EXPECT_FALSE(body["events"][0].contains("id"));
}

TEST(RecordCommand, KeepsRequestsWithinTheApisLimit) {
  FakeAgent agent(RecordAll);
  Json events = Json::array();
  for (int i = 0; i < 40; ++i) {
    events.push_back({{"id", i + 1}, {"type", "a"}, {"x", std::string(60'000, 'x')}});
  }
  agent.Write("in.json", events.dump());
  const auto printed =
      Caught([&] { return RecordEvents(agent.target(), File(agent.File("in.json"))); });
  EXPECT_EQ(printed.status, kDone) << printed.err;
  std::size_t count = 0;
  for (const auto& body : agent.posted()) {
    EXPECT_LT(body.size(), 1'000'000U);
    count += Json::parse(body)["events"].size();
  }
  EXPECT_EQ(count, 40U);
  EXPECT_GT(agent.posted().size(), 1U);
}

TEST(RecordCommand, SaysFromWhereOnNothingWasAnswered) {
  int posts = 0;
  FakeAgent agent([&](const http::Request& request) {
    if (++posts > 1) return http::ToResponse({507, "full", "Full", "the disk is full", {}});
    return RecordAll(request);
  });
  Json events = Json::array();
  for (int i = 0; i < 300; ++i) events.push_back({{"id", i + 1}, {"type", "a"}});
  agent.Write("in.json", events.dump());
  const auto printed =
      Caught([&] { return RecordEvents(agent.target(), File(agent.File("in.json"))); });
  EXPECT_EQ(printed.status, kNotDone);
  EXPECT_THAT(printed.err, AllOf(HasSubstr("the disk is full"), HasSubstr("event 257 of 300")));
}

TEST(RecordCommand, NamesAFileThatIsNoneToRead) {
  FakeAgent agent(RecordAll);
  EXPECT_THAT(Caught([&] { return RecordEvents(agent.target(), File(agent.folder())); }).err,
              HasSubstr("is a folder"));
  EXPECT_THAT(Caught([&] { return RecordEvents(agent.target(), File("/nonexistent")); }).err,
              HasSubstr("No such file"));
}

TEST(ReplayCommand, LeavesARealTerminalAlone) {
  FakeAgent agent(
      [](const http::Request&) { return http::JsonResponse(200, StatusDocument(0, 1).dump()); });
  ReplayOptions options;
  options.files = {std::string(TRAYLINE_TEST_DATA) + "/chipotle/chipotle.tsv"};
  const auto printed = Caught([&] { return Replay(agent.target(), options); });
  EXPECT_EQ(printed.status, kUsedWrongly);
  EXPECT_THAT(printed.err, HasSubstr("--real-terminal"));
  EXPECT_TRUE(agent.posted().empty());
}

TEST(StatusCommand, SurvivesAnAgentThatSaysLittle) {
  FakeAgent agent([](const http::Request&) {
    return http::JsonResponse(200, R"({"terminal":5,"journal":[],"clock":null})");
  });
  const auto printed = Caught([&] { return ShowStatus(agent.target(), false); });
  EXPECT_EQ(printed.status, kDone);
  EXPECT_THAT(printed.out, HasSubstr("terminal"));
}

TEST(DoctorCommand, AFullStorageIsSaidWithItsReasonAndARemedy) {
  FakeAgent agent([](const http::Request&) {
    Json status = StatusDocument(5, 1);
    status["storage"]["state"] = "full";
    status["storage"]["reason"] = "the disk of /var/lib/trayline is full";
    return http::JsonResponse(200, status.dump());
  });
  const auto doctor = Caught([&] { return Doctor(agent.target(), false); });
  EXPECT_THAT(doctor.out, HasSubstr("is full: the disk of /var/lib/trayline is full"));
  EXPECT_THAT(doctor.out, HasSubstr("make room on the disk"));
  const auto status = Caught([&] { return ShowStatus(agent.target(), false); });
  EXPECT_THAT(status.out, HasSubstr("IS full: the disk of /var/lib/trayline is full; hosts"));
}

TEST(DoctorCommand, SaysWhatIsWrongWithARemedyAndAsJson) {
  const fakes::TemporaryFolder folder;
  std::ofstream(folder.File("t.conf")) << "[storage]\ndirectory = \"" << folder.path()
                                       << "\"\n[hq]\nbroker = \"tcp://127.0.0.1:1\"\n";
  const Target target{folder.File("t.conf"), {}};
  const auto printed = Caught([&] { return Doctor(target, false); });
  EXPECT_EQ(printed.status, kNotDone);
  EXPECT_THAT(printed.out, AllOf(HasSubstr("BAD broker"), HasSubstr("BAD traylined"),
                                 HasSubstr("systemctl start traylined")));
  const auto json = Json::parse(Caught([&] { return Doctor(target, true); }).out);
  EXPECT_GE(json["bad"], 2);
}

}  // namespace
}  // namespace trayline::cli
