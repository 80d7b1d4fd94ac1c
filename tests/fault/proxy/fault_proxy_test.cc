#include "tests/fault/proxy/fault_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <thread>

#include "tests/fault/proxy/mqtt_packets.h"

namespace trayline::fault {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr int kSilenceMs = 100;  // only ever waited in full when the proxy is right

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  static Socket Dial(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(port);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(fd);
      return Socket();
    }
    return Socket(fd);
  }
  [[nodiscard]] bool open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  void Say(const std::string& text) const { send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  [[nodiscard]] bool Readable(int ms) const {
    pollfd one{fd_, POLLIN, 0};
    return poll(&one, 1, ms) == 1;
  }
  // What comes within the patience; "" at the end of the stream, "RST" when it was reset.
  [[nodiscard]] std::string Hear() const {
    if (!Readable(kPatienceMs)) return "nothing";
    std::array<char, 256> block{};
    const ssize_t got = recv(fd_, block.data(), block.size(), 0);
    if (got < 0) return errno == ECONNRESET ? "RST" : "error";
    return {block.data(), static_cast<std::size_t>(got)};
  }

 private:
  int fd_;
};

class FaultProxyTest : public ::testing::Test {
 protected:
  FaultProxyTest() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    listen(fd, 8);
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    server_ = std::make_unique<Socket>(fd);
    auto proxy = FaultProxy::Start(0, ntohs(address.sin_port));
    EXPECT_TRUE(proxy.ok());
    proxy_ = *std::move(proxy);
  }
  Socket Accepted() { return Socket(accept4(server_->fd(), nullptr, nullptr, SOCK_CLOEXEC)); }

  std::unique_ptr<Socket> server_;
  std::unique_ptr<FaultProxy> proxy_;
};

TEST_F(FaultProxyTest, PassesBytesBothWays) {
  const Socket client = Socket::Dial(proxy_->port());
  const Socket server = Accepted();
  client.Say("ping");
  EXPECT_EQ(server.Hear(), "ping");
  server.Say("pong");
  EXPECT_EQ(client.Hear(), "pong");
  EXPECT_EQ(proxy_->accepted(), 1U);
  EXPECT_GE(proxy_->relayed(), 4U);  // the last bytes may be counted a moment after they are heard
}

TEST_F(FaultProxyTest, PassesAnOrderlyEnd) {
  const Socket server = [&] {
    const Socket client = Socket::Dial(proxy_->port());
    Socket accepted = Accepted();
    client.Say("last");
    EXPECT_EQ(accepted.Hear(), "last");
    return accepted;
  }();
  EXPECT_EQ(server.Hear(), "");
}

TEST_F(FaultProxyTest, ResetsBothSidesWhenCut) {
  const Socket client = Socket::Dial(proxy_->port());
  const Socket server = Accepted();
  client.Say("x");
  ASSERT_EQ(server.Hear(), "x");
  proxy_->CutOnce();
  EXPECT_EQ(client.Hear(), "RST");
  EXPECT_EQ(server.Hear(), "RST");
  const Socket again = Socket::Dial(proxy_->port());
  const Socket other = Accepted();
  again.Say("still here");
  EXPECT_EQ(other.Hear(), "still here");
}

TEST_F(FaultProxyTest, HoldsEverythingInAHoleAndGoesOnAfterIt) {
  const Socket client = Socket::Dial(proxy_->port());
  const Socket server = Accepted();
  client.Say("a");
  ASSERT_EQ(server.Hear(), "a");
  proxy_->SetMode(ProxyMode::kHole);
  client.Say("b");
  EXPECT_FALSE(server.Readable(kSilenceMs));
  const Socket second = Socket::Dial(proxy_->port());
  EXPECT_TRUE(second.open());
  proxy_->SetMode(ProxyMode::kPass);
  EXPECT_EQ(server.Hear(), "b");
}

TEST_F(FaultProxyTest, RefusesConnectionsAndTakesThemAgain) {
  proxy_->SetMode(ProxyMode::kRefuse);
  EXPECT_FALSE(Socket::Dial(proxy_->port()).open());
  proxy_->SetMode(ProxyMode::kPass);
  const Socket client = Socket::Dial(proxy_->port());
  ASSERT_TRUE(client.open());
  const Socket server = Accepted();
  client.Say("back");
  EXPECT_EQ(server.Hear(), "back");
}

TEST_F(FaultProxyTest, RelaysMoreThanItsBuffer) {
  const Socket client = Socket::Dial(proxy_->port());
  const Socket server = Accepted();
  const std::string block(1'000'000, 'z');
  std::thread writer([&] { client.Say(block); });
  std::size_t heard = 0;
  while (heard < block.size()) heard += server.Hear().size();
  writer.join();
  EXPECT_EQ(heard, block.size());
}

TEST_F(FaultProxyTest, BreaksMqttBetweenRealSockets) {
  proxy_->SetMqttFaults(
      {.rules = {{.topic_filter = "lost", .next = 1},
                 {.action = MqttAction::kDuplicate, .topic_filter = "t", .next = 1},
                 {.action = MqttAction::kDelay,
                  .topic_filter = "late",
                  .next = 1,
                  .delay_least = Millis(20),
                  .delay_most = Millis(20)}}});
  const Socket client = Socket::Dial(proxy_->port());
  const Socket server = Accepted();
  client.Say(Connect(4));
  ASSERT_EQ(server.Hear(), Connect(4));
  client.Say(Publish({.topic = "lost", .qos = 1, .id = 3}));
  EXPECT_EQ(client.Hear(), Puback(3));
  client.Say(Publish({}));
  EXPECT_EQ(server.Hear(), Publish({}) + Publish({}));
  client.Say(Publish({.topic = "late"}));
  EXPECT_EQ(server.Hear(), Publish({.topic = "late"}));
  const MqttCounts counts = proxy_->counts()[0];
  EXPECT_EQ(counts.publishes, 3U);
  EXPECT_EQ(counts.swallowed, 1U);
  EXPECT_EQ(counts.duplicated, 1U);
  EXPECT_EQ(counts.delayed, 1U);
}

TEST(ProxyModes, AreParsedByTheirWords) {
  EXPECT_EQ(ParseProxyMode("hole"), ProxyMode::kHole);
  EXPECT_EQ(ParseProxyMode("Hole"), std::nullopt);
}

}  // namespace
}  // namespace trayline::fault
