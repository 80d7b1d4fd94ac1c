#include "tests/fault/proxy/mqtt_faults.h"

#include <utility>

namespace trayline::fault {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

// The part before the next '/', taken off; last says that there is none behind it.
std::string_view TakeLevel(std::string_view& rest, bool& last) {
  const auto slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  last = slash == std::string_view::npos;
  rest = last ? std::string_view() : rest.substr(slash + 1);
  return level;
}

}  // namespace

bool TopicMatches(std::string_view filter, std::string_view topic) {
  bool filter_ends = false;
  bool topic_ends = false;
  for (;;) {
    const std::string_view wanted = TakeLevel(filter, filter_ends);
    if (wanted == "#") return true;
    const std::string_view level = TakeLevel(topic, topic_ends);
    if (wanted != "+" && wanted != level) return false;
    if (filter_ends && topic_ends) return true;
    if (topic_ends) return filter == "#";  // "a/#" is also "a"
    if (filter_ends) return false;
  }
}

void MqttPlan::Set(const MqttFaults& faults) {
  MutexLock lock(mutex_);
  rules_ = faults.rules;
  dice_.seed(faults.seed);
}

void MqttPlan::SetWatch(Watch watch) {
  auto shared = watch ? std::make_shared<const Watch>(std::move(watch)) : nullptr;
  MutexLock lock(mutex_);
  watch_ = std::move(shared);
}

MqttWayCounts MqttPlan::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

MqttPlan::Verdict MqttPlan::Decide(const MqttPublish& publish) {
  std::shared_ptr<const Watch> watch;
  Verdict verdict;
  {
    MutexLock lock(mutex_);
    verdict = Judge(publish);
    watch = watch_;
  }
  if (watch) (*watch)(publish, verdict);
  return verdict;
}

MqttPlan::Verdict MqttPlan::Judge(const MqttPublish& publish) {
  MqttCounts& counts = counts_[static_cast<std::size_t>(publish.way)];
  ++counts.publishes;
  Verdict verdict;
  for (MqttRule& rule : rules_) Apply(rule, publish, verdict);
  if (verdict.drop) {
    ++(publish.qos == 0 ? counts.dropped : counts.swallowed);
    return {.drop = true};
  }
  if (verdict.duplicate) ++counts.duplicated;
  if (verdict.delay > Millis(0)) ++counts.delayed;
  return verdict;
}

void MqttPlan::Apply(MqttRule& rule, const MqttPublish& publish, Verdict& verdict) {
  if (verdict.drop) return;
  switch (rule.action) {
    case MqttAction::kDrop:
      if (publish.qos == 2 || publish.has_alias) return;
      verdict.drop = Hits(rule, publish);
      return;
    case MqttAction::kDuplicate:
      if (publish.qos == 2 || verdict.duplicate) return;
      verdict.duplicate = Hits(rule, publish);
      return;
    case MqttAction::kDelay:
      if (verdict.delay > Millis(0) || !Hits(rule, publish)) return;
      const auto span = static_cast<std::uint64_t>((rule.delay_most - rule.delay_least).count());
      verdict.delay = rule.delay_least + Millis(dice_() % (span + 1));
      return;
  }
}

bool MqttPlan::Hits(MqttRule& rule, const MqttPublish& publish) {
  if (rule.way != publish.way || !TopicMatches(rule.topic_filter, publish.topic)) return false;
  if (rule.next > 0) {
    --rule.next;
    return true;
  }
  return rule.chance > 0 && dice_() % kMillion < rule.chance;
}

}  // namespace trayline::fault
