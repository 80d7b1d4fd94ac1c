#include "firmware/cli/agent_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>

#include "tests/unit/firmware/cli/fake_agent.h"

namespace trayline::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

http::Response Fine(const http::Request&) { return http::JsonResponse(200, R"({"ok":true})"); }

Result<Json> GetFrom(const Target& target) {
  auto agent = AgentClient::Find(target);
  if (!agent) return agent.error();
  return agent->Get("/v1/status");
}

Error Failure(const Target& target) {
  const auto got = GetFrom(target);
  EXPECT_FALSE(got.ok());
  return got.ok() ? Error{} : got.error();
}

TEST(AgentClient, UsesTheSocketAndSendsTheToken) {
  FakeAgent agent(Fine);
  auto client = AgentClient::Find(agent.target());
  ASSERT_TRUE(client.ok());
  EXPECT_TRUE(client->Get("/v1/status").ok());
  EXPECT_TRUE(client->Post("/v1/events", Json{{"events", Json::array()}}).ok());
  for (const auto& request : agent.requests()) {
    EXPECT_EQ(request.peer, http::Peer::kUnix);
    EXPECT_EQ(request.headers.Find("Authorization").value_or(""), "Bearer t0ken");
  }
}

TEST(AgentClient, TakesTheTcpDoorWhenThereIsNoSocket) {
  FakeAgent agent(Fine);
  agent.UseTcpOnly();
  EXPECT_TRUE(GetFrom(agent.target()).ok());
  EXPECT_EQ(agent.requests().back().peer, http::Peer::kTcp);
}

TEST(AgentClient, ShowsAProblemWithItsFields) {
  FakeAgent agent([](const http::Request&) {
    return http::ToResponse({400,
                             "invalid",
                             "Invalid",
                             "2 fields are wrong",
                             {{"/events/0/data/quantity", "range", "must be 1 to 9999"},
                              {"/host", "missing", "must be given"}}});
  });
  const Error error = Failure(agent.target());
  EXPECT_EQ(error.code, Errc::kRejected);
  EXPECT_EQ(error.text,
            "2 fields are wrong\n  /events/0/data/quantity: must be 1 to 9999\n"
            "  /host: must be given");
}

TEST(AgentClient, TellsWhatTheCallerCanDo) {
  for (const auto& [status, code] : {std::pair{503, Errc::kRetryLater},
                                     {507, Errc::kFull},
                                     {404, Errc::kNotFound},
                                     {409, Errc::kConflict},
                                     {413, Errc::kRejected}}) {
    FakeAgent agent([status = status](const http::Request&) {
      return http::ToResponse({status, "x", "Title", "these words", {}});
    });
    const Error error = Failure(agent.target());
    EXPECT_EQ(error.code, code) << status;
    EXPECT_EQ(error.text, "these words");
  }
}

TEST(AgentClient, SurvivesAnAnswerThatIsNoAgents) {
  FakeAgent broken([](const http::Request&) { return http::JsonResponse(500, "<html>"); });
  EXPECT_THAT(Failure(broken.target()).text, HasSubstr("HTTP status 500"));
  FakeAgent odd([](const http::Request&) {
    return http::JsonResponse(400, R"({"detail":{"a":1},"errors":[1,{"path":2}]})");
  });
  EXPECT_THAT(Failure(odd.target()).text, HasSubstr("HTTP status 400"));
  FakeAgent other([](const http::Request&) { return http::JsonResponse(200, "[1,2"); });
  EXPECT_EQ(Failure(other.target()).code, Errc::kCorrupt);
}

TEST(AgentClient, SaysWhichTokenIsWrong) {
  FakeAgent agent([](const http::Request&) {
    return http::ToResponse({401, "unauthorized", "Unauthorized", "no", {}});
  });
  EXPECT_THAT(Failure(agent.target()).text, AllOf(HasSubstr("api.token"), HasSubstr("restart")));
  std::filesystem::remove(agent.File("api.token"));
  EXPECT_THAT(Failure(agent.target()).text, AllOf(HasSubstr("api.token"), HasSubstr("sudo")));
}

TEST(AgentClient, SaysHowToStartAnAgentThatIsNotThere) {
  const fakes::TemporaryFolder empty;
  const Error none = Failure({{}, empty.path()});
  EXPECT_EQ(none.code, Errc::kNotFound);
  EXPECT_THAT(none.text, AllOf(HasSubstr("no traylined runs in " + empty.path()),
                               HasSubstr("systemctl start traylined")));
  const Error nowhere = Failure({{}, empty.File("nowhere")});
  EXPECT_EQ(nowhere.code, Errc::kNotFound);
  EXPECT_THAT(nowhere.text, HasSubstr("No such file"));
}

TEST(AgentClient, TellsAKilledAgentFromOneThatHangs) {
  FakeAgent agent(Fine);
  // A process id that was ours and is nobody's now.
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
  agent.WriteAddress(gone);
  agent.Kill();
  const Error killed = Failure(agent.target());
  EXPECT_EQ(killed.code, Errc::kRetryLater);
  EXPECT_THAT(killed.text, HasSubstr("has ended without stopping in order"));
  agent.Start();  // writes this process as the agent's
  agent.Kill();
  EXPECT_THAT(Failure(agent.target()).text,
              AllOf(HasSubstr("does not answer"), HasSubstr("journalctl -u traylined")));
}

TEST(AgentClient, CallsADamagedAddressDamaged) {
  FakeAgent agent(Fine);
  for (const char* text : {"", "{", "[]", "{\"http\":17}", "{}"}) {
    agent.Write("api.json", text);
    const Error error = Failure(agent.target());
    EXPECT_EQ(error.code, Errc::kCorrupt) << text;
    EXPECT_THAT(error.text, AllOf(HasSubstr("api.json"), HasSubstr("restart traylined"))) << text;
  }
}

TEST(LoadConfig, NamesAFileThatIsNotThere) {
  const auto config = LoadConfig({"/nonexistent/trayline.conf", {}});
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error().text, HasSubstr("/nonexistent/trayline.conf"));
}

TEST(LoadConfig, TheFolderWinsOverTheFile) {
  const fakes::TemporaryFolder folder;
  std::ofstream(folder.File("t.conf")) << "[storage]\ndirectory = \"/a\"\n";
  const auto config = LoadConfig({folder.File("t.conf"), "/b"});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->directory, "/b");
}

}  // namespace
}  // namespace trayline::cli
