#include "sync/wire/topics.h"

#include <array>
#include <optional>

#include "agent/base/hash.h"

namespace trayline::wire {
namespace {

constexpr std::string_view kRoot = "tl1";
constexpr std::size_t kUpLevels = 6;  // tl1 up shard store terminal kind
// No topic of ours is longer: 64 for a terminal, 41 for a store, and the rest.
constexpr std::size_t kTopicMax = 160;

std::string_view KindName(UpKind kind) {
  switch (kind) {
    case UpKind::kBirth:
      return "birth";
    case UpKind::kDeath:
      return "death";
    case UpKind::kBatch:
      return "b";
    case UpKind::kReported:
      return "rep";
  }
  return "";
}

std::optional<UpKind> KindFromName(std::string_view name) {
  for (const UpKind kind : {UpKind::kBirth, UpKind::kDeath, UpKind::kBatch, UpKind::kReported}) {
    if (KindName(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string TwoDigits(std::uint32_t shard) {
  std::string digits = std::to_string(shard);
  return digits.size() == 1 ? "0" + digits : digits;
}

std::string StoreUnit(const TerminalId& id) { return id.tenant + "-" + id.store; }

Error NotOurs(std::string_view why) { return Error{Errc::kRejected, "topic: " + std::string(why)}; }

// Cuts text at separator into exactly N parts; false when there are more or fewer.
template <std::size_t N>
bool Split(std::string_view text, char separator, std::array<std::string_view, N>& parts) {
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t end = text.find(separator);
    const bool last = i + 1 == N;
    if ((end == std::string_view::npos) != last) return false;
    parts[i] = text.substr(0, end);
    if (!last) text.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

std::uint32_t ShardOf(std::string_view store) { return Fnv1a32(store) % kShards; }

std::string UpTopic(const TerminalId& terminal, UpKind kind) {
  std::string topic(kRoot);
  topic += "/up/" + TwoDigits(ShardOf(terminal.store)) + "/" + StoreUnit(terminal) + "/" +
           ToUnit(terminal) + "/";
  topic += KindName(kind);
  return topic;
}

std::string AckTopic(const TerminalId& terminal) {
  return std::string(kRoot) + "/dn/" + StoreUnit(terminal) + "/" + ToUnit(terminal) + "/ack";
}

std::string HqStateTopic(std::uint32_t shard) {
  return std::string(kRoot) + "/hq/state/" + TwoDigits(shard);
}

std::string UpFilter() { return std::string(kRoot) + "/up/+/+/+/+"; }

Result<UpAddress> ParseUpTopic(std::string_view topic) {
  if (topic.size() > kTopicMax) return NotOurs("too long");
  std::array<std::string_view, kUpLevels> levels;
  if (!Split(topic, '/', levels) || levels[0] != kRoot || levels[1] != "up") {
    return NotOurs("not tl1/up/<shard>/<store>/<terminal>/<kind>");
  }
  std::array<std::string_view, 3> parts;
  if (!Split(levels[4], '-', parts)) return NotOurs("the terminal is not tenant-store-terminal");
  for (const std::string_view part : parts) {
    if (!IsIdentityPart(part)) return NotOurs("a part of the terminal is not [a-z0-9]{1,20}");
  }
  UpAddress address;
  address.terminal =
      TerminalId{std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
  if (levels[3] != StoreUnit(address.terminal)) return NotOurs("store and terminal disagree");
  if (levels[2] != TwoDigits(ShardOf(address.terminal.store))) {
    return NotOurs("the shard is not the store's");
  }
  const auto kind = KindFromName(levels[5]);
  if (!kind) return NotOurs("of an unknown kind");
  address.kind = *kind;
  return address;
}

}  // namespace trayline::wire
