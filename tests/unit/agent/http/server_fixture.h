// A server with a few handlers on a free port and a Unix socket in a folder of its own.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_HTTP_SERVER_FIXTURE_H_
#define TRAYLINE_TESTS_UNIT_AGENT_HTTP_SERVER_FIXTURE_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "agent/base/mutex.h"
#include "agent/http/client.h"
#include "agent/http/problem.h"
#include "agent/http/server.h"

namespace trayline::http {

// A door that a handler waits at until the test opens it.
class Gate {
 public:
  void Wait() {
    MutexLock lock(mutex_);
    ++waiting_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  void AwaitWaiting(int count) {
    MutexLock lock(mutex_);
    while (waiting_ < count) changed_.Wait(mutex_);
  }
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int waiting_ GUARDED_BY(mutex_) = 0;
  bool open_ GUARDED_BY(mutex_) = false;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : log_(NullLog()), folder_(MakeFolder()) {
    options_.body_max = 100'000;
    options_.unix_socket = folder_ / "http.sock";
  }
  ~ServerTest() override {
    gate_.Open();
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  static std::filesystem::path MakeFolder() {
    std::string name = std::filesystem::temp_directory_path() / "trayline-http-XXXXXX";
    return ::mkdtemp(name.data());
  }

  // "/echo" gives the body back, "/wait" waits at the gate, "/stream" writes three pieces.
  Response Handle(Request& request) {
    if (request.path == "/wait") gate_.Wait();
    if (request.path == "/throw") throw std::runtime_error("a bug");
    Response response = JsonResponse(200, request.body);
    if (request.path == "/peer") {
      response.body = request.peer == Peer::kUnix ? "unix" : "tcp";
    } else if (request.path == "/query") {
      for (const auto& [name, value] : request.query) response.body += name + "=" + value + ";";
    } else if (request.path == "/stream") {
      response.stream = [](StreamWriter& writer) {
        for (const char* piece : {"one ", "two ", "three"}) writer.Write(piece);
      };
    } else if (request.path == "/endless") {
      response.stream = [this](StreamWriter& writer) {
        while (writer.Write("x")) gate_.Open();
      };
    }
    return response;
  }

  void Start() {
    Handler handler;
    handler.handle = [this](Request& request) { return Handle(request); };
    handler.admit = [](const Request& request) -> std::optional<Response> {
      if (request.path != "/forbidden") return std::nullopt;
      return ToResponse({401, "unauthorized", "Unauthorized", "no", {}});
    };
    server_ = std::make_unique<Server>(options_, handler, log_);
    const Status started = server_->Start();
    ASSERT_TRUE(started.ok()) << started.error().text;
  }

  Client NewClient() { return Client({server_->address()}); }

  static std::string Get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  static std::string Post(std::string_view target, std::string_view body) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
  }

  Log log_;
  std::filesystem::path folder_;
  ServerOptions options_;
  Gate gate_;
  std::unique_ptr<Server> server_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_TESTS_UNIT_AGENT_HTTP_SERVER_FIXTURE_H_
