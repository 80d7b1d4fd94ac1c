// Topics of sync protocol "tl1" and the identities in them. Pure; any thread.
//   tl1/up/<shard>/<tenant-store>/<tenant-store-terminal>/{birth,death,b,rep}
//   tl1/dn/<tenant-store>/<tenant-store-terminal>/ack
//   tl1/hq/state/<shard>
#ifndef TRAYLINE_SYNC_WIRE_TOPICS_H_
#define TRAYLINE_SYNC_WIRE_TOPICS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/ids.h"
#include "agent/base/result.h"

namespace trayline::wire {

inline constexpr std::uint32_t kShards = 64;

// fnv1a32(store) mod 64: which HQ database a store belongs to.
std::uint32_t ShardOf(std::string_view store);

enum class UpKind { kBirth, kDeath, kBatch, kReported };

std::string UpTopic(const TerminalId& terminal, UpKind kind);
std::string AckTopic(const TerminalId& terminal);
std::string HqStateTopic(std::uint32_t shard);
// What a receiver of all shards subscribes to: "tl1/up/+/+/+/+".
std::string UpFilter();

struct UpAddress {
  TerminalId terminal;
  UpKind kind = UpKind::kBatch;
};
// kRejected when the topic is none of ours or when its shard, store and terminal disagree.
Result<UpAddress> ParseUpTopic(std::string_view topic);

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_TOPICS_H_
