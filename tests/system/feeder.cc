#include "tests/system/feeder.h"

#include <gtest/gtest.h>

#include <chrono>

namespace trayline::system_test {

Feeder::Feeder(std::function<std::optional<Json>(const Json&)> post)
    : post_(std::move(post)), thread_([this] { Run(); }) {}

Feeder::~Feeder() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Feeder::Stop() {
  stop_ = true;
  thread_.join();
}

// A short order: two or three items, paid. Every event that adds carries its own number as its
// item.
Json Feeder::NextBatch() {
  const std::string ref = "o-" + std::to_string(order_++);
  std::vector<Json> events;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = next_id_++;
    events.push_back(Event("ecommerce.add_to_cart", OneLine("n" + std::to_string(id)), id, ref));
  }
  events.push_back(Event("payment.approved", {{"attempt", 1}}, next_id_++, ref));
  return Batch(std::move(events), "feeder");
}

void Feeder::Note(const Json& batch, const Json& answer) {
  const Json& results = answer["results"];
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string status = results[i].value("status", std::string());
    if (status != "recorded" && status != "repeated") {
      ++refused_;
      continue;
    }
    answers_.push_back({batch["events"][i]["id"].get<std::uint64_t>(),
                        answer["epoch"].get<std::uint64_t>(),
                        results[i]["sequence"].get<std::uint64_t>(),
                        results[i]["last_sequence"].get<std::uint64_t>()});
    ++answered_;
  }
}

void Feeder::Run() {
  while (!stop_) {
    const Json batch = NextBatch();
    std::optional<Json> answer;
    while (!(answer = post_(batch))) {
      if (stop_) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    Note(batch, *answer);
  }
}

void ExpectAnswersInJournal(const std::vector<Answer>& answers, Agent& agent) {
  std::map<std::string, std::vector<std::uint64_t>> by_item;
  std::map<std::uint64_t, std::string> type_at;
  for (const Json& event : agent.Events()) {
    const auto sequence = event["sequence"].get<std::uint64_t>();
    type_at[sequence] = event["type"].get<std::string>();
    if (type_at[sequence] != "trayline.ecommerce.add_to_cart.v1") continue;
    by_item[event["data"]["lines"][0]["item_id"].get<std::string>()].push_back(sequence);
  }
  std::uint64_t before = 0;
  for (const Answer& answer : answers) {
    EXPECT_GT(answer.first, before) << "order of the host's event " << answer.id;
    before = answer.last;
    EXPECT_TRUE(type_at.contains(answer.first)) << "event " << answer.id << " is lost";
    const auto item = by_item.find("n" + std::to_string(answer.id));
    if (item == by_item.end()) continue;  // a payment
    EXPECT_EQ(item->second.size(), 1U) << "event " << answer.id << " is doubled";
    EXPECT_GE(item->second[0], answer.first);
    EXPECT_LE(item->second[0], answer.last);
  }
}

}  // namespace trayline::system_test
