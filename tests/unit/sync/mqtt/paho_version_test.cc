// From MQTT 5 to 3.1.1: a broker of a few lines that speaks 3.1.1 only, as NATS does.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/mutex.h"
#include "sync/mqtt/paho_client.h"

namespace trayline::mqtt {
namespace {

// Answers each CONNECT with the CONNACK for its protocol level and keeps the connection open.
class LittleBroker {
 public:
  // level -> CONNACK without its header: {flags, return code} or {flags, reason, properties}.
  LittleBroker(std::string to_level_5, std::string to_level_4)
      : to_level_5_(std::move(to_level_5)), to_level_4_(std::move(to_level_4)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    EXPECT_EQ(pipe(wake_.data()), 0);
    thread_ = std::thread([this] { Run(); });
  }
  ~LittleBroker() {
    const char byte = 0;
    EXPECT_EQ(write(wake_[1], &byte, 1), 1);
    thread_.join();
    close(listener_);
    close(wake_[0]);
    close(wake_[1]);
  }
  std::string uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  // Protocol levels of the CONNECTs, in order.
  std::vector<int> levels() {
    MutexLock lock(mutex_);
    return levels_;
  }

 private:
  void Run() {
    std::vector<int> clients;
    for (;;) {
      std::vector<pollfd> fds{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const int client : clients) fds.push_back({client, POLLIN, 0});
      poll(fds.data(), fds.size(), -1);
      if (fds[0].revents != 0) break;
      if (fds[1].revents != 0)
        clients.push_back(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
      for (std::size_t i = 2; i < fds.size(); ++i) {
        if (fds[i].revents != 0 && !Serve(fds[i].fd)) {
          close(fds[i].fd);
          std::erase(clients, fds[i].fd);
        }
      }
    }
    for (const int client : clients) close(client);
  }
  // CONNECT: type, length (one byte here), 0 4 'M' 'Q' 'T' 'T', level.
  bool Serve(int client) {
    std::array<unsigned char, 512> bytes{};
    const ssize_t got = recv(client, bytes.data(), bytes.size(), 0);
    if (got < 9) return got > 0 && bytes[0] != 0x10;
    if (bytes[0] != 0x10) return true;
    {
      MutexLock lock(mutex_);
      levels_.push_back(bytes[8]);
    }
    const std::string& body = bytes[8] == 5 ? to_level_5_ : to_level_4_;
    const std::string connack = std::string("\x20") + static_cast<char>(body.size()) + body;
    send(client, connack.data(), connack.size(), MSG_NOSIGNAL);
    return body[1] == 0;
  }

  const std::string to_level_5_;
  const std::string to_level_4_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::array<int, 2> wake_{};
  Mutex mutex_;
  std::vector<int> levels_ GUARDED_BY(mutex_);
  std::thread thread_;
};

const std::string kAccepted4("\0\0", 2);
const std::string kAccepted5("\0\0\0", 3);
const std::string kRefusedVersion4("\0\x01", 2);    // return code 1, as a 3.1.1 broker says it
const std::string kRefusedVersion5("\0\x84\0", 3);  // reason 0x84, as a 5 broker says it
const std::string kNotAuthorised4("\0\x05", 2);
const std::string kNotAuthorised5("\0\x87\0", 3);
const std::string kUnavailable5("\0\x88\0", 3);

class PahoVersion : public ::testing::Test {
 protected:
  Status Connect(const LittleBroker& broker, int* version = nullptr) {
    ConnectOptions options;
    options.uri = broker.uri();
    options.client_id = "acme-store1-kiosk1";
    auto client = factory.Make();
    const Status status = client->Connect(options, {});
    if (version != nullptr) *version = client->ProtocolVersion();
    return status;
  }

  PahoClientFactory factory;
};

TEST_F(PahoVersion, FallsBackToThreeOneOneOnReturnCodeOneAndRemembersIt) {
  LittleBroker broker(kRefusedVersion4, kAccepted4);
  int version = 0;
  const Status first = Connect(broker, &version);
  ASSERT_TRUE(first.ok()) << first.error().text;
  EXPECT_EQ(version, 3);
  EXPECT_EQ(broker.levels(), (std::vector<int>{5, 4}));
  ASSERT_TRUE(Connect(broker, &version).ok());
  EXPECT_EQ(version, 3);
  EXPECT_EQ(broker.levels(), (std::vector<int>{5, 4, 4}));
}

TEST_F(PahoVersion, FallsBackOnReason0x84) {
  LittleBroker broker(kRefusedVersion5, kAccepted4);
  int version = 0;
  ASSERT_TRUE(Connect(broker, &version).ok());
  EXPECT_EQ(version, 3);
}

TEST_F(PahoVersion, StaysWithFiveWhereItIsTaken) {
  LittleBroker broker(kAccepted5, kAccepted4);
  int version = 0;
  ASSERT_TRUE(Connect(broker, &version).ok());
  EXPECT_EQ(version, 5);
  EXPECT_EQ(broker.levels(), (std::vector<int>{5}));
}

TEST_F(PahoVersion, AsksFromTheBeginningWhenBothAreRefused) {
  LittleBroker broker(kRefusedVersion4, kRefusedVersion4);
  EXPECT_FALSE(Connect(broker).ok());
  EXPECT_FALSE(Connect(broker).ok());
  EXPECT_FALSE(Connect(broker).ok());
  EXPECT_EQ(broker.levels(), (std::vector<int>{5, 4, 4, 5, 4}));
}

TEST_F(PahoVersion, TellsARefusalForGoodFromOneForNow) {
  LittleBroker forbidding(kNotAuthorised5, kNotAuthorised4);
  EXPECT_EQ(Connect(forbidding).error().code, Errc::kRejected);
  LittleBroker busy(kUnavailable5, kAccepted4);
  EXPECT_EQ(Connect(busy).error().code, Errc::kRetryLater);
  LittleBroker old(kRefusedVersion4, kNotAuthorised4);
  EXPECT_EQ(Connect(old).error().code, Errc::kRejected);
}

}  // namespace
}  // namespace trayline::mqtt
