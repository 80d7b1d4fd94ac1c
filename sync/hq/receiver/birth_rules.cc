#include "sync/hq/receiver/birth_rules.h"

#include <algorithm>
#include <utility>

namespace trayline::hq {
namespace {

bool InRange(const wire::Birth& birth) {
  return birth.epoch.value != 0 && birth.epoch.value <= kHqNumberMax &&
         birth.first.value <= kHqNumberMax && birth.last.value <= kHqNumberMax &&
         birth.acked.value <= birth.last.value && birth.first.value <= birth.last.value;
}

// Whether birth, in the known epoch and newer than the known birth, is of another history.
bool IsAnotherHistory(const LogRow& log, const wire::Birth& birth,
                      std::optional<std::uint64_t> digest_at_acked) {
  // It never committed what HQ has of it: a disk was restored, or this is a clone.
  if (birth.last < log.watermark && birth.acked <= log.watermark) return true;
  return birth.acked_digest != 0 && digest_at_acked && *digest_at_acked != birth.acked_digest;
}

}  // namespace

std::string_view BirthVerdictName(BirthVerdict verdict) {
  switch (verdict) {
    case BirthVerdict::kFirst:
      return "first";
    case BirthVerdict::kResume:
      return "resume";
    case BirthVerdict::kRepeat:
      return "repeat";
    case BirthVerdict::kRewind:
      return "rewind";
    case BirthVerdict::kStale:
      return "stale";
    case BirthVerdict::kOldEpoch:
      return "old_epoch";
    case BirthVerdict::kForeign:
      return "foreign";
    case BirthVerdict::kUnusable:
      return "unusable";
  }
  return "unknown";
}

BirthVerdict JudgeBirth(const TerminalRow& known, const LogRow& log, const wire::Birth& birth,
                        std::optional<std::uint64_t> digest_at_acked) {
  if (!InRange(birth)) return BirthVerdict::kUnusable;
  if (birth.epoch < known.epoch) return BirthVerdict::kOldEpoch;
  if (birth.epoch > known.epoch) {
    return birth.acked.value > 0 ? BirthVerdict::kRewind : BirthVerdict::kFirst;
  }
  if (birth.journal_id != known.journal_id || birth.opens < known.opens) {
    return BirthVerdict::kForeign;
  }
  const auto theirs = std::pair(birth.opens, birth.birth_number);
  const auto ours = std::pair(known.opens, known.birth_number);
  if (theirs < ours) return BirthVerdict::kStale;
  const bool repeated = theirs == ours;
  if (repeated && birth.nonce != known.nonce) return BirthVerdict::kForeign;
  // A repeated birth may be as old as its connection: its numbers say less than HQ's.
  if (repeated && birth.acked <= log.watermark) return BirthVerdict::kRepeat;
  if (IsAnotherHistory(log, birth, digest_at_acked)) return BirthVerdict::kForeign;
  return birth.acked > log.watermark ? BirthVerdict::kRewind : BirthVerdict::kResume;
}

Epoch FreshEpoch(const TerminalRow& known, const wire::Birth& birth, WallTime now) {
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(ToMs(now) / 1000, 1));
  return Epoch{std::max(seconds, std::max(known.epoch, birth.epoch).value + 1)};
}

std::optional<Sequence> LostUpTo(const LogRow& log, Sequence first, Sequence last) {
  const Sequence lost = first.value == 0 ? last : Sequence{first.value - 1};
  if (lost <= log.watermark) return std::nullopt;
  return lost;
}

std::vector<wire::ClosedTail> UsableTails(const wire::Birth& birth) {
  std::vector<wire::ClosedTail> tails;
  Epoch below;
  for (const wire::ClosedTail& tail : birth.closed) {
    const bool in_range = tail.epoch > below && tail.epoch < birth.epoch && tail.last.value > 0 &&
                          tail.last.value <= kHqNumberMax && tail.first <= tail.last &&
                          tail.acked <= tail.last;
    if (!in_range) continue;
    below = tail.epoch;
    tails.push_back(tail);
  }
  return tails;
}

}  // namespace trayline::hq
