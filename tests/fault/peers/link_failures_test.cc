// What other recorders were seen to lose or to get wrong at the link to their server
// (tests/failures.md), tried on a real journal under an uplink.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "agent/journal/journal.h"
#include "sync/mqtt/paho_client.h"
#include "sync/wire/topics.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/model_hq.h"
#include "tests/fakes/scripted_mqtt.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/uplink_world.h"

namespace trayline::uplink {
namespace {

using fakes::Fate;
using fakes::KioskOne;
using fakes::MqttMessage;
using fakes::PlainEvent;

constexpr Millis kPatience{60'000};  // only ever waited in full by a failing test

class SteadyClock final : public ports::Clock {
 public:
  WallTime Wall() override { return WallFromMs(fakes::kManualClockStartMs); }
  MonoTime Mono() override {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return MonoTime(std::chrono::duration_cast<Millis>(since));
  }
  std::int32_t OffsetMinutes() override { return 0; }
  event::ClockState State() override { return event::ClockState::kSynced; }
};

// A terminal with a journal on disk that wants to be small, and an uplink that is quick to retry.
class Terminal {
 public:
  explicit Terminal(ports::Clock& clock) : clock_(clock) {
    journal::Options options;
    options.path = folder_.File("journal.db");
    options.boot_id = "boot-1";
    options.retention_bytes = 1 << 20;
    auto opened = journal::Journal::Open(options, clock, random_, log_);
    EXPECT_TRUE(opened.ok()) << opened.error().text;
    journal_ = std::move(*opened);
    outbox_ = std::make_unique<fakes::WatchedOutbox>(*journal_);
    journal_->SetCommitListener([this](Sequence last) {
      if (uplink_) uplink_->OnCommitted(last);
    });
    options_.terminal = KioskOne();
    options_.agent_version = "test";
    options_.device_class = "kiosk";
    options_.connect_timeout = Millis(1'000);
    options_.session.reconnect_max = Millis(200);
    options_.session.retry_first = Millis(300);
  }
  ~Terminal() { Stop(); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void Record(std::uint64_t count) {
    constexpr std::uint64_t kGroup = 2'000;
    for (std::uint64_t done = 0; done < count; done += kGroup) {
      ports::Transaction transaction;
      for (std::uint64_t i = done; i < std::min(count, done + kGroup); ++i) {
        const auto event = PlainEvent(++recorded_, epoch());
        transaction.events.push_back({event.sequence, event.type, event.journey.number,
                                      event::EncodeBody(event, epoch()), 0, 0, 0});
      }
      transaction.checkpoint = ports::Checkpoint{Sequence{recorded_}, "state"};
      journal_->Submit(std::move(transaction), [](const Status& s) { ASSERT_TRUE(s.ok()); });
      journal_->RunOnce();
    }
  }
  void Start(const std::string& uri, mqtt::ClientFactory clients) {
    options_.uri = uri;
    uplink_ = std::make_unique<Uplink>(
        options_, Uplink::Parts{*outbox_, *journal_, clock_, random_, log_, std::move(clients)});
    thread_ = std::jthread([this](const std::stop_token& stop) { uplink_->Run(stop); });
  }
  void Stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }
  // All housekeeping that the journal wants to do, deleting included.
  void Tidy() {
    while (journal_->RunOnce()) {
    }
  }
  [[nodiscard]] Epoch epoch() const { return journal_->State().epoch; }
  [[nodiscard]] UplinkStatus status() const { return uplink_->status(); }
  fakes::WatchedOutbox& outbox() { return *outbox_; }
  ports::OutboxState State() { return journal_->State(); }

  void ExpectNothingGivenUp() {
    Tidy();
    EXPECT_TRUE(outbox().Told().empty());
    EXPECT_EQ(State().acked, Sequence{0});
    EXPECT_EQ(State().first, Sequence{1});
    EXPECT_EQ(State().last, Sequence{recorded_});
    EXPECT_EQ(journal_->stats().deleted, 0U);
  }

 private:
  ports::Clock& clock_;
  fakes::TemporaryFolder folder_;
  fakes::SeededRandom random_{7};
  Log log_ = NullLog();
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<fakes::WatchedOutbox> outbox_;
  Options options_;
  std::unique_ptr<Uplink> uplink_;
  std::uint64_t recorded_ = 0;
  std::jthread thread_;
};

class LinkFailures : public ::testing::Test {
 protected:
  void StartHq() {
    hq_ = std::make_unique<fakes::ModelHq>(
        fakes::ModelHq::Options{
            .uri = "tcp://scripted:1883", .terminal = KioskOne(), .epoch = terminal_.epoch()},
        broker_.AsFunction(), hq_store_);
    hq_thread_ = std::jthread([this](const std::stop_token& stop) { hq_->Run(stop); });
  }
  void ExpectAllOnceAndInOrder(Terminal& terminal, std::uint64_t count) {
    ASSERT_TRUE(terminal.outbox().WaitForAcked(count, kPatience))
        << "HQ has " << hq_store_.Watermark();
    const auto content = hq_store_.Read();
    ASSERT_EQ(content.events.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_EQ(content.events[i], PlainEvent(i + 1, terminal.epoch()));
    }
  }

  SteadyClock clock_;
  fakes::ScriptedBroker broker_;
  fakes::ModelHqStore hq_store_;
  Terminal terminal_{clock_};
  std::unique_ptr<fakes::ModelHq> hq_;
  std::jthread hq_thread_;
};

// Answers whatever connects with the page of a guest network, and hangs up.
class CaptivePortal {
 public:
  CaptivePortal() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, any, length), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, any, &length), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Serve(); });
  }
  ~CaptivePortal() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  CaptivePortal(const CaptivePortal&) = delete;
  CaptivePortal& operator=(const CaptivePortal&) = delete;

  [[nodiscard]] std::string uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int served() const { return served_; }

 private:
  void Serve() {
    static constexpr std::string_view kPage =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 28\r\n"
        "Connection: close\r\n\r\n<html>Please log in.</html>\n";
    for (;;) {
      const int guest = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (guest < 0) return;
      char request[512];
      if (::recv(guest, request, sizeof(request), 0) > 0) {
        ::send(guest, kPage.data(), kPage.size(), MSG_NOSIGNAL);
      }
      ::close(guest);
      ++served_;
    }
  }

  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> served_{0};
  std::jthread thread_;
};

// Two trackers took any "200 OK" for success and deleted everything.
TEST_F(LinkFailures, ACaptivePortalThatAnswersHttpIsNoSuccess) {
  CaptivePortal portal;
  terminal_.Record(20'000);
  terminal_.Start(portal.uri(), mqtt::PahoClientFactory().AsFunction());
  while (portal.served() < 5) std::this_thread::yield();
  terminal_.Stop();
  EXPECT_EQ(terminal_.status().counts.frames_sent, 0U);
  EXPECT_FALSE(terminal_.status().last_error.empty());
  terminal_.ExpectNothingGivenUp();
}

// A status that was never set after a failed connection deleted 58 % of a peer's rows.
TEST_F(LinkFailures, ConnectionsThatFailGiveNothingUp) {
  terminal_.Record(20'000);
  broker_.RefuseConnections(Error{Errc::kRetryLater, "nobody there"});
  terminal_.Start("tcp://scripted:1883", broker_.AsFunction());
  while (broker_.attempts() < 5) std::this_thread::yield();
  broker_.RefuseConnections(Error{Errc::kRejected, "not you"});
  while (broker_.attempts() < 10) std::this_thread::yield();
  terminal_.ExpectNothingGivenUp();
  broker_.RefuseConnections(std::nullopt);
  StartHq();
  ExpectAllOnceAndInOrder(terminal_, 20'000);
}

// A bridge deleted its cached message before the network had it. Here only HQ's word moves the
// cursor, and what HQ has not acknowledged is kept whatever the retention wants.
TEST_F(LinkFailures, WhatGoesMissingOnItsWayIsStillInTheJournal) {
  std::atomic<bool> loses = true;
  std::atomic<int> lost = 0;
  broker_.SetFate([&](const MqttMessage& message) {
    if (!loses || message.topic != wire::UpTopic(KioskOne(), wire::UpKind::kBatch)) {
      return Fate::kDeliver;
    }
    ++lost;
    return Fate::kDrop;  // with a PUBACK: the publisher never notices
  });
  terminal_.Record(20'000);
  StartHq();
  terminal_.Start("tcp://scripted:1883", broker_.AsFunction());
  while (lost < 12) std::this_thread::yield();
  terminal_.Record(4'000);  // the retention looks while events arrive
  terminal_.Tidy();
  EXPECT_EQ(terminal_.State().first, Sequence{1});
  EXPECT_EQ(terminal_.State().acked, Sequence{0});
  loses = false;
  ExpectAllOnceAndInOrder(terminal_, 24'000);
  terminal_.Record(4'000);
  terminal_.Tidy();
  EXPECT_GT(terminal_.State().first, Sequence{1}) << "now it may have them";
}

// Two bridges sent what had gathered one message a second. With a clock that stands still nothing
// that waits for a second ever comes.
TEST_F(LinkFailures, ABacklogDrainsWhileTheClockStandsStill) {
  constexpr std::uint64_t kEvents = 20'000;
  constexpr std::uint64_t kEventsInAFrame = 100;  // at least; plain events fit by hundreds
  fakes::ManualClock still;
  Terminal terminal(still);
  terminal.Record(kEvents);
  StartHq();
  terminal.Start("tcp://scripted:1883", broker_.AsFunction());
  ExpectAllOnceAndInOrder(terminal, kEvents);
  EXPECT_LE(terminal.status().counts.frames_sent, kEvents / kEventsInAFrame);
}

// The MQTT library queues 64k messages at most and keeps them in files that it never syncs. The
// queue is the journal.
TEST_F(LinkFailures, TwoHundredThousandEventsQueuedOfflineAllArrive) {
  constexpr std::uint64_t kEvents = 200'000;
  broker_.RefuseConnections(Error{Errc::kRetryLater, "offline"});
  terminal_.Start("tcp://scripted:1883", broker_.AsFunction());
  terminal_.Record(kEvents);
  terminal_.ExpectNothingGivenUp();
  broker_.RefuseConnections(std::nullopt);
  StartHq();
  ExpectAllOnceAndInOrder(terminal_, kEvents);
}

}  // namespace
}  // namespace trayline::uplink
