#include "tests/prove/wire_book.h"

#include <algorithm>
#include <numeric>

namespace trayline::prove {
namespace {

using fault::MqttWay;

bool IsBatch(const fault::MqttPublish& publish) {
  return fault::TopicMatches("tl1/up/+/+/+/b", publish.topic);
}

bool IsAck(const fault::MqttPublish& publish) {
  return fault::TopicMatches("tl1/dn/+/+/ack", publish.topic);
}

// The level before the last: the terminal, both in tl1/up/<shard>/<ts>/<tu>/b and
// tl1/dn/<ts>/<tu>/ack.
std::string_view UnitOf(std::string_view topic) {
  const auto end = topic.rfind('/');
  const auto begin = topic.rfind('/', end - 1) + 1;
  return topic.substr(begin, end - begin);
}

}  // namespace

std::uint64_t WireBook::Terminal::InFlight() const {
  return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
}

WireBook::Terminal& WireBook::Of(std::string_view topic) {
  const std::string_view unit = UnitOf(topic);
  const auto found = terminals_.find(unit);
  return found != terminals_.end() ? found->second : terminals_[std::string(unit)];
}

void WireBook::AtAgent(const fault::MqttPublish& publish, const fault::MqttPlan::Verdict& verdict) {
  const bool batch = publish.way == MqttWay::kToBroker && IsBatch(publish);
  const bool ack = publish.way == MqttWay::kToClient && IsAck(publish);
  if (!batch && !ack) return;
  MutexLock lock(mutex_);
  Terminal& terminal = Of(publish.topic);
  if (batch) Sent(terminal, publish.payload);
  if (verdict.drop) Lost(terminal);
}

void WireBook::AtHq(const fault::MqttPublish& publish, const fault::MqttPlan::Verdict& verdict) {
  if (!verdict.drop || (!IsBatch(publish) && !IsAck(publish))) return;
  MutexLock lock(mutex_);
  Lost(Of(publish.topic));
}

void WireBook::Sent(Terminal& terminal, std::string_view frame) {
  ++totals_.frames;
  totals_.bytes += frame.size();
  const auto header = decoder_.ReadHeader(frame);
  if (!header.ok()) {
    ++totals_.unreadable;
    return;
  }
  if (header->epoch.value != terminal.epoch) {
    terminal.epoch = header->epoch.value;
    terminal.highest = 0;
  }
  terminal.sizes[terminal.next_size] = header->count;
  terminal.next_size = (terminal.next_size + 1) % kWindow;
  const std::uint64_t last = header->first.value + header->count - 1;
  const std::uint64_t before = std::min(
      std::max(terminal.highest + 1, header->first.value) - header->first.value, header->count);
  totals_.repeated += before;
  totals_.events += header->count - before;
  terminal.highest = std::max(terminal.highest, last);
}

void WireBook::Lost(Terminal& terminal) {
  ++totals_.faults;
  totals_.allowed += terminal.InFlight();
}

void WireBook::FaultBegins(const std::string& unit) {
  MutexLock lock(mutex_);
  for (auto& [name, terminal] : terminals_) {
    if (unit.empty() || unit == name) terminal.at_begin = terminal.InFlight();
  }
}

void WireBook::FaultEnds(const std::string& unit) {
  MutexLock lock(mutex_);
  for (auto& [name, terminal] : terminals_) {
    if (!unit.empty() && unit != name) continue;
    ++totals_.faults;
    totals_.allowed += std::max(terminal.at_begin, terminal.InFlight());
    terminal.at_begin = 0;
  }
}

WireTotals WireBook::totals() const {
  MutexLock lock(mutex_);
  return totals_;
}

}  // namespace trayline::prove
