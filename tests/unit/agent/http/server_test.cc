// The server as a client sees it: limits, slow and broken clients, streams, stopping.
#include "agent/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "agent/http/client.h"
#include "agent/http/problem.h"
#include "raw_socket.h"
#include "server_fixture.h"

namespace trayline::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  Start();
  Client client = NewClient();
  for (int i = 0; i < 100; ++i) {
    auto answer = client.Post("/echo", std::to_string(i));
    ASSERT_TRUE(answer.ok()) << answer.error().text;
    EXPECT_EQ(answer->body, std::to_string(i));
  }
  EXPECT_EQ(server_->stats().requests, 100U);
  EXPECT_EQ(server_->stats().connections, 1U);
}

TEST_F(ServerTest, ServesTheUnixSocketWithItsMode) {
  Start();
  Client client({options_.unix_socket});
  auto answer = client.Get("/peer");
  ASSERT_TRUE(answer.ok()) << answer.error().text;
  EXPECT_EQ(answer->body, "unix");
  EXPECT_EQ(NewClient().Get("/peer")->body, "tcp");
  struct stat info {};
  ASSERT_EQ(::stat(options_.unix_socket.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0660U);
}

TEST_F(ServerTest, ReplacesASocketFileThatNobodyServesAndRefusesOneThatIsServed) {
  Start();
  Handler handler;
  handler.handle = [](Request&) { return JsonResponse(200, "{}"); };
  Server second(options_, handler, log_);
  EXPECT_EQ(second.Start().error().code, Errc::kConflict);
  server_->Stop(Millis(1000));
  EXPECT_FALSE(std::filesystem::exists(options_.unix_socket));
  std::ofstream(options_.unix_socket) << "not a socket";
  Server third(options_, handler, log_);
  EXPECT_EQ(third.Start().error().code, Errc::kRejected);
}

TEST_F(ServerTest, RefusesAPortThatIsTaken) {
  Start();
  ServerOptions options;
  options.listen = server_->address();
  Handler handler;
  handler.handle = [](Request&) { return JsonResponse(200, "{}"); };
  Server second(options, handler, log_);
  const Status started = second.Start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, Errc::kConflict) << started.error().text;
}

TEST_F(ServerTest, NamesAWrongAddress) {
  ServerOptions options;
  options.listen = "not an address";
  Server server(options, {}, log_);
  const Status started = server.Start();
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(started.error().text, HasSubstr("not an address"));
}

TEST_F(ServerTest, DecodesTheQuery) {
  Start();
  auto answer = NewClient().Get("/query?a=1&b=x%20y+z&c&d=%2F");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body, "a=1;b=x y z;c=;d=/;");
}

TEST_F(ServerTest, ReadsAChunkedBody) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;ignored=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("\r\n\r\nhello world"));
  socket.Send(Get("/peer"));
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("tcp"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(Post("/echo", "first") + Post("/echo", "second"));
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("first"));
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("second"));
}

TEST_F(ServerTest, ServesARequestThatComesByteByByte) {
  Start();
  RawSocket socket(server_->port());
  for (const char c : Post("/echo", "slow")) socket.Send({&c, 1});
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("\r\n\r\nslow"));
}

TEST_F(ServerTest, RefusesAnOversizeBodyWithoutReadingIt) {
  Start();
  RawSocket socket(server_->port());
  socket.Send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100001\r\n\r\n");
  const std::string answer = socket.ReadToEnd();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("\"code\":\"too_large\""));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, AClientThatSendsAnOversizeBodyStillReadsTheAnswer) {
  Start();
  auto answer = NewClient().Post("/echo", std::string(5'000'000, 'x'));
  ASSERT_TRUE(answer.ok()) << answer.error().text;
  EXPECT_EQ(answer->status, 413);
}

TEST_F(ServerTest, RefusesOversizeChunks) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "fffffff\r\n");
  EXPECT_THAT(socket.ReadToEnd(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, AsksForTheBodyOnlyWhenItWantsIt) {
  Start();
  RawSocket socket(server_->port());
  const std::string head = " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n";
  socket.Send("POST /echo" + head + "Content-Length: 4\r\n\r\n");
  EXPECT_THAT(socket.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  socket.Send("body");
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("\r\n\r\nbody"));
  socket.Send("POST /forbidden" + head + "Content-Length: 4\r\n\r\n");
  EXPECT_THAT(socket.ReadToEnd(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(ServerTest, KeepsTheConnectionAfterAnEarlyAnswerToAShortBody) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(Post("/forbidden", "unread"));
  EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 401 "));
  socket.Send(Get("/peer"));
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("tcp"));
}

TEST_F(ServerTest, RefusesALongHead) {
  Start();
  RawSocket socket(server_->port());
  socket.Send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'a') + "\r\n\r\n");
  EXPECT_THAT(socket.ReadToEnd(), StartsWith("HTTP/1.1 431 "));
  RawSocket endless(server_->port());
  endless.Send("GET / HTTP/1.1\r\nX: " + std::string(9000, 'a'));
  EXPECT_THAT(endless.ReadToEnd(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, ClosesAHalfSentHeadAfterTheTimeout) {
  options_.request_timeout = Millis(50);
  Start();
  RawSocket socket(server_->port());
  socket.Send("POST /echo HTTP/1.1\r\nHo");
  EXPECT_EQ(socket.ReadToEnd(), "");
  EXPECT_TRUE(socket.closed());
}

TEST_F(ServerTest, ClosesAHalfSentBodyAfterTheTimeout) {
  options_.request_timeout = Millis(50);
  Start();
  RawSocket socket(server_->port());
  socket.Send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(socket.ReadToEnd(), "");
  EXPECT_TRUE(socket.closed());
}

TEST_F(ServerTest, ClosesAnIdleConnectionAfterKeepAlive) {
  options_.keep_alive = Millis(50);
  Start();
  RawSocket socket(server_->port());
  socket.Send(Get("/peer"));
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("tcp"));
  socket.ReadToEnd();
  EXPECT_TRUE(socket.closed());
}

TEST_F(ServerTest, HalfSentHeadsAndIdleConnectionsHoldNoWorker) {
  options_.max_threads = 1;
  Start();
  std::vector<std::unique_ptr<RawSocket>> idle;
  for (int i = 0; i < 10; ++i) {
    idle.push_back(std::make_unique<RawSocket>(server_->port()));
    idle.back()->Send("GET /peer HT");
  }
  EXPECT_EQ(NewClient().Get("/peer")->body, "tcp");
  for (const auto& socket : idle) socket->Send("TP/1.1\r\nHost: localhost\r\n\r\n");
  for (const auto& socket : idle) EXPECT_THAT(socket->ReadAnswer(), HasSubstr("tcp"));
}

TEST_F(ServerTest, TellsConnectionsBeyondTheLimit) {
  options_.max_connections = 2;
  Start();
  RawSocket first(server_->port());
  RawSocket second(server_->port());
  first.Send(Get("/peer"));
  second.Send(Get("/peer"));
  first.ReadAnswer();
  second.ReadAnswer();
  RawSocket third(server_->port());
  const std::string answer = third.ReadToEnd();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("too_many_connections"));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1"));
  first.Send(Get("/peer"));
  EXPECT_THAT(first.ReadAnswer(), HasSubstr("tcp"));
}

TEST_F(ServerTest, WritesAStreamInChunks) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(Get("/stream"));
  const std::string answer = socket.ReadUntil("0\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_THAT(answer, HasSubstr("4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n"));
  EXPECT_EQ(NewClient().Get("/stream")->body, "one two three");
}

TEST_F(ServerTest, WritesAStreamToAnOldClientUntilItCloses) {
  Start();
  RawSocket socket(server_->port());
  socket.Send("GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const std::string answer = socket.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("\r\n\r\none two three"));
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
}

TEST_F(ServerTest, LeavesTheBodyOutOfHead) {
  Start();
  RawSocket socket(server_->port());
  socket.Send("HEAD /peer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = socket.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, TurnsAnExceptionOfAHandlerIntoAProblem) {
  Start();
  Client client = NewClient();
  auto answer = client.Get("/throw");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(client.Get("/peer")->body, "tcp");
  EXPECT_EQ(server_->stats().refused, 1U);
}

TEST_F(ServerTest, StopLetsAWaitingRequestFinish) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(Post("/wait", "done"));
  gate_.AwaitWaiting(1);
  gate_.Open();
  server_->Stop(Millis(10'000));
  EXPECT_THAT(socket.ReadToEnd(), HasSubstr("\r\n\r\ndone"));
  RawSocket late(server_->port());
  EXPECT_TRUE(late.closed());
}

TEST_F(ServerTest, StopEndsAStream) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(Get("/endless"));
  socket.ReadUntil("x");
  server_->Stop(Millis(10'000));
  SUCCEED();
}

TEST_F(ServerTest, StopClosesIdleConnections) {
  Start();
  RawSocket idle(server_->port());
  RawSocket half(server_->port());
  half.Send("GET / HT");
  EXPECT_EQ(NewClient().Get("/peer")->body, "tcp");
  server_->Stop(Millis(10'000));
  idle.ReadToEnd();
  half.ReadToEnd();
  EXPECT_TRUE(idle.closed());
  EXPECT_TRUE(half.closed());
  EXPECT_EQ(server_->stats().connections, 0U);
}

}  // namespace
}  // namespace trayline::http
