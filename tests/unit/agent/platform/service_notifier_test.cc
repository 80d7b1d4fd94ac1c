#include "agent/platform/service_notifier.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>

namespace trayline::platform {
namespace {

namespace fs = std::filesystem;

// What systemd does with NOTIFY_SOCKET.
class Listener {
 public:
  // name as in NOTIFY_SOCKET.
  explicit Listener(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // A datagram to a Unix socket has arrived when it has been sent.
  std::string Take() {
    char text[256];
    const ssize_t count = ::recv(fd_, text, sizeof text, MSG_DONTWAIT);
    return count < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(count));
  }

 private:
  int fd_;
};

class ServiceNotifierTest : public ::testing::Test {
 protected:
  ServiceNotifierTest() {
    std::string name = fs::temp_directory_path() / "trayline-notify-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~ServiceNotifierTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    fs::remove_all(folder_);
  }
  fs::path folder_;
};

TEST_F(ServiceNotifierTest, SendsToASocketFile) {
  const std::string path = folder_ / "notify";
  Listener listener(path);
  const ServiceNotifier notifier(path, std::nullopt);
  EXPECT_TRUE(notifier.Ready().ok());
  EXPECT_EQ(listener.Take(), "READY=1");
  EXPECT_TRUE(notifier.Watchdog().ok());
  EXPECT_EQ(listener.Take(), "WATCHDOG=1");
  EXPECT_TRUE(notifier.Describe("two\nlines").ok());
  EXPECT_EQ(listener.Take(), "STATUS=two lines");
  EXPECT_TRUE(notifier.Stopping().ok());
  EXPECT_EQ(listener.Take(), "STOPPING=1");
}

TEST_F(ServiceNotifierTest, SendsToAnAbstractSocket) {
  const std::string name = "@trayline-test" + folder_.string();
  Listener listener(name);
  EXPECT_TRUE(ServiceNotifier(name, std::nullopt).Ready().ok());
  EXPECT_EQ(listener.Take(), "READY=1");
}

TEST_F(ServiceNotifierTest, DoesNothingWithoutSystemd) {
  EXPECT_TRUE(ServiceNotifier::FromEnvironment().Ready().ok());
  EXPECT_FALSE(ServiceNotifier::FromEnvironment().watchdog().has_value());
}

TEST_F(ServiceNotifierTest, ReportsThatNobodyListens) {
  const ServiceNotifier notifier(folder_ / "none", std::nullopt);
  EXPECT_EQ(notifier.Ready().error().code, Errc::kRetryLater);
  EXPECT_EQ(ServiceNotifier("relative", std::nullopt).Ready().error().code, Errc::kRejected);
  EXPECT_EQ(ServiceNotifier("/" + std::string(200, 'x'), std::nullopt).Ready().error().code,
            Errc::kRejected);
}

TEST_F(ServiceNotifierTest, ReadsTheWatchdogThatIsMeantForThisProcess) {
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(ServiceNotifier::FromEnvironment().watchdog(), Millis(30'000));
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(ServiceNotifier::FromEnvironment().watchdog(), Millis(30'000));
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(ServiceNotifier::FromEnvironment().watchdog().has_value());
  ::setenv("WATCHDOG_PID", "", 1);
  ::setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_FALSE(ServiceNotifier::FromEnvironment().watchdog().has_value());
}

}  // namespace
}  // namespace trayline::platform
