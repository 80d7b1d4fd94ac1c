// The small messages beside frames: birth, death, acknowledgement, HQ state. Birth, death and HQ
// state are JSON, because they are rare, retained, and read by people with mosquitto_sub; the
// acknowledgement is binary. Readers skip members they do not know. Pure; any thread.
#ifndef TRAYLINE_SYNC_WIRE_MESSAGES_H_
#define TRAYLINE_SYNC_WIRE_MESSAGES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"

namespace trayline::wire {

// An epoch that a terminal has left while HQ did not have all of it: its tail comes first.
struct ClosedTail {
  Epoch epoch;
  std::string journal_id;  // for people: 32 hex digits, zeros when it could not be read
  Sequence first;          // lowest position that the terminal can still account for
  Sequence last;           // highest
  Sequence acked;          // what the terminal believes HQ has
  friend bool operator==(const ClosedTail&, const ClosedTail&) = default;
};
inline constexpr std::size_t kClosedTailsMax = 16;  // in one birth, the lowest epochs

struct Birth {
  std::uint64_t birth_number = 0;  // rises with each connection; the will carries the same
  std::string journal_id;          // 32 hex digits
  std::uint64_t opens = 0;
  std::uint64_t nonce = 0;          // 64 random bits; the acknowledgement repeats it
  std::uint64_t hq_generation = 0;  // highest seen, 0 none
  Epoch epoch;
  Sequence first;                  // lowest kept, 0 none
  Sequence last;                   // highest committed
  Sequence acked;                  // what this terminal believes HQ has
  std::uint64_t acked_digest = 0;  // Fnv1a64 of the outside form of the event at acked, 0 not kept
  std::string agent_version;
  std::string clock;  // synced, holdover, unsynced
  std::int64_t clock_speed = 1;
  std::int64_t sent_utc_ms = 0;
  std::string device_class;
  // Members from here on are not in births of older agents.
  std::uint32_t boot = 0;          // number of the terminal's boot in this epoch, 0 not told
  std::int64_t sent_mono_ms = -1;  // CLOCK_BOOTTIME when it was sent, -1 not told
  std::string storage;             // ok, low, full, broken; empty not told
  std::vector<ClosedTail> closed;  // lowest epoch first
  friend bool operator==(const Birth&, const Birth&) = default;
};
std::string EncodeBirth(const Birth& birth);
Result<Birth> DecodeBirth(std::string_view json);  // kRejected names the member

struct Death {
  std::uint64_t birth_number = 0;
  bool clean = false;  // published by an orderly stop, not by the broker
  friend bool operator==(const Death&, const Death&) = default;
};
std::string EncodeDeath(const Death& death);
Result<Death> DecodeDeath(std::string_view json);

// Flags of an acknowledgement.
inline constexpr std::uint32_t kAckGap = 1;     // first was above watermark + 1: go back
inline constexpr std::uint32_t kAckBad = 2;     // the frame could not be read
inline constexpr std::uint32_t kAckResume = 4;  // answer to a birth: send from watermark + 1
inline constexpr std::uint32_t kAckRewind =
    8;  // HQ's database was restored: the watermark may fall
inline constexpr std::uint32_t kAckNewEpoch = 16;  // take the epoch given, it was never used before

struct Ack {
  std::uint64_t nonce = 0;  // of the birth that it answers; others are ignored
  std::uint64_t hq_generation = 0;
  Epoch epoch;
  Sequence watermark;
  std::uint32_t flags = 0;
  std::uint32_t credit = 4;  // frames that may be in flight
  // Fnv1a64 of the event that HQ holds at watermark, as Birth::acked_digest; 0 not told. A terminal
  // that has another event there is a fork of the one that HQ knows.
  std::uint64_t digest = 0;
  friend bool operator==(const Ack&, const Ack&) = default;
};
// Magic "TA", version 1, then varints in the order above; the digest is left out when it is 0.
std::string EncodeAck(const Ack& ack);
Result<Ack> DecodeAck(std::string_view bytes);

struct HqState {
  bool present = false;
  std::uint64_t generation = 0;
  std::string boot;  // random, per start of the receiver
  friend bool operator==(const HqState&, const HqState&) = default;
};
std::string EncodeHqState(const HqState& state);
Result<HqState> DecodeHqState(std::string_view json);

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_MESSAGES_H_
