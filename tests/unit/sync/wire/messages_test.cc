#include "sync/wire/messages.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>

namespace trayline::wire {
namespace {

using Json = nlohmann::ordered_json;

Birth SomeBirth() {
  Birth birth;
  birth.birth_number = 12;
  birth.journal_id = "0123456789abcdef0123456789abcdef";
  birth.opens = 3;
  birth.nonce = std::numeric_limits<std::uint64_t>::max();
  birth.hq_generation = 2;
  birth.epoch = Epoch{1'790'000'000};
  birth.first = Sequence{4};
  birth.last = Sequence{98'765};
  birth.acked = Sequence{98'000};
  birth.acked_digest = 0x8000'0000'0000'0001ULL;
  birth.agent_version = "0.1.0";
  birth.clock = "synced";
  birth.clock_speed = 60;
  birth.sent_utc_ms = -1;
  birth.device_class = "kiosk";
  birth.boot = 7;
  birth.sent_mono_ms = 123'456;
  birth.storage = "low";
  birth.closed = {{.epoch = Epoch{1'780'000'000},
                   .journal_id = "fedcba9876543210fedcba9876543210",
                   .first = Sequence{3},
                   .last = Sequence{99},
                   .acked = Sequence{42}},
                  {.epoch = Epoch{1'785'000'000},
                   .journal_id = "fedcba9876543210fedcba9876543211",
                   .first = Sequence{0},
                   .last = Sequence{1},
                   .acked = Sequence{0}}};
  return birth;
}

// Members that births of older agents do not have.
const std::set<std::string> kOptional{"boot", "sent_mono_ms", "storage", "closed"};

TEST(Messages, ABirthArrivesAsItLeft) {
  const Birth birth = SomeBirth();
  const auto back = DecodeBirth(EncodeBirth(birth));
  ASSERT_TRUE(back.ok()) << back.error().text;
  EXPECT_EQ(*back, birth);
}

TEST(Messages, NumbersBeyondADoubleTravelAsText) {
  const Json json = Json::parse(EncodeBirth(SomeBirth()));
  EXPECT_EQ(json.at("nonce"), "18446744073709551615");
  EXPECT_EQ(json.at("acked_digest"), "9223372036854775809");
}

TEST(Messages, MembersOfALaterVersionAreSkipped) {
  Json json = Json::parse(EncodeBirth(SomeBirth()));
  json["later"] = Json{{"a", {1, 2, 3}}};
  const auto birth = DecodeBirth(json.dump());
  ASSERT_TRUE(birth.ok()) << birth.error().text;
  EXPECT_EQ(*birth, SomeBirth());
  EXPECT_TRUE(DecodeDeath(R"({"birth": 1, "clean": true, "later": null})").ok());
  EXPECT_TRUE(DecodeAck(EncodeAck(Ack{}) + "\x05").ok());
}

// Every member in turn is taken away or gets a value of another kind.
TEST(Messages, AWrongMemberIsNamed) {
  const Json good = Json::parse(EncodeBirth(SomeBirth()));
  for (const auto& [name, value] : good.items()) {
    for (const Json& wrong : {Json(nullptr), Json(true), Json(1.5), Json(-1), Json("x y"),
                              Json::array(), Json(std::string(5000, 'x'))}) {
      Json bad = good;
      bad[name] = wrong;
      const auto birth = DecodeBirth(bad.dump());
      if (birth.ok()) continue;  // some members do take -1 or "x y"
      EXPECT_EQ(birth.error().code, Errc::kRejected);
      EXPECT_NE(birth.error().text.find(name), std::string::npos) << birth.error().text;
    }
    Json bad = good;
    bad.erase(name);
    const auto birth = DecodeBirth(bad.dump());
    if (kOptional.contains(name)) {
      EXPECT_TRUE(birth.ok()) << name;
    } else {
      ASSERT_FALSE(birth.ok()) << name;
      EXPECT_EQ(birth.error().text, "birth: " + name + " is missing");
    }
    bad[name] = nullptr;
    EXPECT_FALSE(DecodeBirth(bad.dump()).ok()) << name;
  }
}

TEST(Messages, ABirthOfAnOlderAgentIsRead) {
  Json json = Json::parse(EncodeBirth(SomeBirth()));
  for (const std::string& name : kOptional) json.erase(name);
  const auto birth = DecodeBirth(json.dump());
  ASSERT_TRUE(birth.ok()) << birth.error().text;
  EXPECT_EQ(birth->boot, 0U);
  EXPECT_EQ(birth->sent_mono_ms, -1);
  EXPECT_EQ(birth->storage, "");
  EXPECT_TRUE(birth->closed.empty());
}

TEST(Messages, AWrongMemberOfAClosedEpochIsNamed) {
  const Json good = Json::parse(EncodeBirth(SomeBirth()));
  for (const auto& [name, value] : good["closed"][1].items()) {
    Json bad = good;
    bad["closed"][1].erase(name);
    auto birth = DecodeBirth(bad.dump());
    ASSERT_FALSE(birth.ok()) << name;
    EXPECT_EQ(birth.error().text, "birth: closed: " + name + " is missing");
    bad["closed"][1][name] = true;
    EXPECT_FALSE(DecodeBirth(bad.dump()).ok()) << name;
  }
  Json bad = good;
  bad["closed"][0] = 5;
  EXPECT_FALSE(DecodeBirth(bad.dump()).ok());
  bad["closed"] = Json::array();
  for (std::size_t i = 0; i <= kClosedTailsMax; ++i) bad["closed"].push_back(good["closed"][0]);
  EXPECT_FALSE(DecodeBirth(bad.dump()).ok());
}

TEST(Messages, NumbersOutOfRangeAreRefused) {
  Json json = Json::parse(EncodeBirth(SomeBirth()));
  for (const char* nonce :
       {"18446744073709551616", "99999999999999999999", "", "-1", "0x10", "1 "}) {
    json["nonce"] = nonce;
    EXPECT_FALSE(DecodeBirth(json.dump()).ok()) << nonce;
  }
  json["nonce"] = 17;
  ASSERT_TRUE(DecodeBirth(json.dump()).ok());
  json["sent_utc_ms"] = std::numeric_limits<std::uint64_t>::max();
  EXPECT_FALSE(DecodeBirth(json.dump()).ok());
}

TEST(Messages, WhatIsNoJsonIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("null"), std::string("[]"),
        std::string("\xFF\xFE"), std::string(20'000, '['), std::string(10'000, '['),
        R"({"birth": 1e400, "clean": true})" + std::string()}) {
    EXPECT_FALSE(DecodeBirth(text).ok());
    EXPECT_FALSE(DecodeDeath(text).ok());
    EXPECT_FALSE(DecodeHqState(text).ok());
  }
}

TEST(Messages, TextThatIsNotUtf8DoesNotStopABirth) {
  Birth birth = SomeBirth();
  birth.agent_version = "0.1\xFF";
  const auto back = DecodeBirth(EncodeBirth(birth));
  ASSERT_TRUE(back.ok()) << back.error().text;
  EXPECT_EQ(back->agent_version, "0.1\xEF\xBF\xBD");
}

TEST(Messages, ADeathAndAnHqStateArriveAsTheyLeft) {
  const Death death{.birth_number = 8, .clean = true};
  const auto death_back = DecodeDeath(EncodeDeath(death));
  ASSERT_TRUE(death_back.ok());
  EXPECT_EQ(*death_back, death);
  const HqState state{.present = true, .generation = 4, .boot = "b7"};
  const auto state_back = DecodeHqState(EncodeHqState(state));
  ASSERT_TRUE(state_back.ok());
  EXPECT_EQ(*state_back, state);
}

TEST(Messages, AnAcknowledgementArrivesAsItLeft) {
  const Ack ack{.nonce = std::numeric_limits<std::uint64_t>::max(),
                .hq_generation = 1,
                .epoch = Epoch{1'790'000'000},
                .watermark = Sequence{123'456'789},
                .flags = kAckGap | kAckNewEpoch,
                .credit = 0};
  const std::string bytes = EncodeAck(ack);
  const auto back = DecodeAck(bytes);
  ASSERT_TRUE(back.ok()) << back.error().text;
  EXPECT_EQ(*back, ack);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeAck(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
}

TEST(Messages, AnAcknowledgementCarriesADigest) {
  const Ack ack{.nonce = 5,
                .hq_generation = 1,
                .epoch = Epoch{9},
                .watermark = Sequence{7},
                .digest = std::numeric_limits<std::uint64_t>::max()};
  const std::string bytes = EncodeAck(ack);
  const auto back = DecodeAck(bytes);
  ASSERT_TRUE(back.ok()) << back.error().text;
  EXPECT_EQ(*back, ack);
  EXPECT_EQ(DecodeAck(bytes + "\x05").value(), ack);
  Ack without = ack;
  without.digest = 0;
  const std::size_t cut = EncodeAck(without).size();
  for (std::size_t size = cut + 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeAck(bytes.substr(0, size)).ok()) << size;
  }
}

TEST(Messages, AnAcknowledgementOfANewerVersionIsRefused) {
  std::string bytes = EncodeAck(Ack{});
  bytes[2] = 2;
  const auto ack = DecodeAck(bytes);
  ASSERT_FALSE(ack.ok());
  EXPECT_EQ(ack.error().code, Errc::kRejected);
}

}  // namespace
}  // namespace trayline::wire
