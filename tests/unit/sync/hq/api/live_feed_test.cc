#include "sync/hq/api/live_feed.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace trayline::hq {
namespace {

// A reader of the stream that ends the feed when it has seen what it waits for.
class Listener : public http::StreamWriter {
 public:
  Listener(LiveFeed& feed, std::string until) : feed_(feed), until_(std::move(until)) {}
  bool Write(std::string_view bytes) override {
    seen += bytes;
    if (seen.find(until_) != std::string::npos) feed_.Close();
    return true;
  }
  bool IsOpen() override {
    // Between the join and the first wait: something is folded.
    if (!told_) {
      feed_.OnFolded({"acme/s1/k1/1-1"}, {"acme/s1/k1"}, 4);
      feed_.Pump(MonoFromMs(1000));
    }
    told_ = true;
    return true;
  }
  std::string seen;

 private:
  LiveFeed& feed_;
  const std::string until_;
  bool told_ = false;
};

TEST(LiveFeed, TellsAReaderWhatHasChanged) {
  LiveFeed feed;
  ASSERT_TRUE(feed.Join());
  Listener listener(feed, "changed");
  feed.Serve(listener);
  EXPECT_NE(listener.seen.find("event: changed\ndata: {\"journeys\":[\"acme/s1/k1/1-1\"],"
                               "\"terminals\":[\"acme/s1/k1\"],\"received\":4}\n\n"),
            std::string::npos)
      << listener.seen;
  feed.Leave();
}

TEST(LiveFeed, HasSoManySeatsAndNoMore) {
  LiveFeed feed;
  for (std::size_t i = 0; i < kStreamsMax; ++i) EXPECT_TRUE(feed.Join());
  EXPECT_FALSE(feed.Join());
  feed.Leave();
  EXPECT_TRUE(feed.Join());
  EXPECT_EQ(feed.streams(), kStreamsMax);
}

// Folds twice while the first message is written: too soon, then in time.
class BusyReader : public http::StreamWriter {
 public:
  explicit BusyReader(LiveFeed& feed) : feed_(feed) {}
  bool Write(std::string_view bytes) override {
    if (!bytes.starts_with("event: changed")) return true;
    messages.emplace_back(bytes);
    if (messages.size() == 2) {
      feed_.Close();
      return true;
    }
    feed_.OnFolded({"b"}, {}, 1);
    feed_.Pump(MonoFromMs(1200));
    feed_.OnFolded({"c"}, {}, 1);
    feed_.Pump(MonoFromMs(1500));
    return true;
  }
  bool IsOpen() override {
    if (messages.empty()) {
      feed_.OnFolded({"a"}, {}, 1);
      feed_.Pump(MonoFromMs(1000));
    }
    return true;
  }
  std::vector<std::string> messages;

 private:
  LiveFeed& feed_;
};

TEST(LiveFeed, GathersWhatHappensWithinHalfASecond) {
  LiveFeed feed;
  ASSERT_TRUE(feed.Join());
  BusyReader reader(feed);
  feed.Serve(reader);
  ASSERT_EQ(reader.messages.size(), 2U);
  EXPECT_NE(reader.messages[0].find("[\"a\"]"), std::string::npos);
  EXPECT_NE(reader.messages[1].find("[\"b\",\"c\"]"), std::string::npos);
  feed.Leave();
}

TEST(LiveFeed, NamesTwentyJourneysAtMost) {
  LiveFeed feed;
  ASSERT_TRUE(feed.Join());
  std::vector<std::string> many;
  for (char c = 'a'; c <= 'z'; ++c) many.push_back(std::string("journey-") + c);
  feed.OnFolded(many, {}, 26);
  Listener listener(feed, "changed");
  feed.Serve(listener);
  std::size_t named = 0;
  for (const std::string& key : many) named += listener.seen.find(key) != std::string::npos ? 1 : 0;
  EXPECT_EQ(named, kChangedJourneysMax);
  EXPECT_NE(listener.seen.find("\"received\":30"), std::string::npos) << listener.seen;
  feed.Leave();
}

}  // namespace
}  // namespace trayline::hq
