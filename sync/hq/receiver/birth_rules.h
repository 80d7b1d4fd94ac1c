// What HQ makes of a birth: whether this is the terminal that it knows, going on where it was, or
// a clone, a restored disk, an old retained message. Pure; any thread.
#ifndef TRAYLINE_SYNC_HQ_RECEIVER_BIRTH_RULES_H_
#define TRAYLINE_SYNC_HQ_RECEIVER_BIRTH_RULES_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/time.h"
#include "sync/hq/ports/hq_rows.h"
#include "sync/wire/messages.h"

namespace trayline::hq {

enum class BirthVerdict {
  kFirst,     // first birth of this terminal, or of a higher epoch: a sequence from 1 begins
  kResume,    // goes on in the epoch that is known
  kRepeat,    // the birth that is known already, delivered again because it is retained
  kRewind,    // HQ once acknowledged more than it has now: it must be sent again
  kStale,     // older than the birth that is known: nothing is to be done
  kOldEpoch,  // a lower epoch than the known one: refused
  kForeign,   // another journal under the known epoch: must take a new epoch
  kUnusable,  // numbers outside any range
};

// For logs: "first", "resume", ...
std::string_view BirthVerdictName(BirthVerdict verdict);

// digest_at_acked is Fnv1a64 of the body that HQ holds at birth.acked in the known epoch; none when
// HQ holds no event there (then it proves nothing).
BirthVerdict JudgeBirth(const TerminalRow& known, const LogRow& log, const wire::Birth& birth,
                        std::optional<std::uint64_t> digest_at_acked);

// An epoch that neither side has ever used: max(now in seconds, the higher of both + 1).
Epoch FreshEpoch(const TerminalRow& known, const wire::Birth& birth, WallTime now);

// The positions that HQ lacks and that the terminal, which keeps [first, last], no longer has:
// (watermark, result]. None when the terminal still has all that is missing.
std::optional<Sequence> LostUpTo(const LogRow& log, Sequence first, Sequence last);

// The closed epochs of a birth that HQ can work with: below the birth's epoch, rising, numbers in
// range. What is none of that is left out; the terminal keeps it.
std::vector<wire::ClosedTail> UsableTails(const wire::Birth& birth);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_RECEIVER_BIRTH_RULES_H_
