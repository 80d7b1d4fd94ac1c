#include "agent/journal/age_marks.h"

#include <chrono>
#include <utility>

#include "agent/journal/options.h"

namespace trayline::journal {

namespace {

// The wall clock is led back to true time in smaller steps than this; more is a hand, a dead
// battery or a wrong time server.
constexpr Millis kStep{60 * 60 * 1000};

}  // namespace

Status AgeMarks::Prepare() {
  auto insert =
      database_.Prepare("INSERT OR REPLACE INTO age_mark(sequence, wall_utc_ms) VALUES(?, ?)");
  if (!insert.ok()) return insert.error();
  auto newest_old = database_.Prepare("SELECT max(sequence) FROM age_mark WHERE wall_utc_ms <= ?");
  if (!newest_old.ok()) return newest_old.error();
  auto newest =
      database_.Prepare("SELECT wall_utc_ms FROM age_mark ORDER BY sequence DESC LIMIT 1");
  if (!newest.ok()) return newest.error();
  auto remove_up_to = database_.Prepare("DELETE FROM age_mark WHERE sequence <= ?");
  if (!remove_up_to.ok()) return remove_up_to.error();
  auto remove_all = database_.Prepare("DELETE FROM age_mark");
  if (!remove_all.ok()) return remove_all.error();
  statements_.emplace(Statements{std::move(*insert), std::move(*newest_old), std::move(*newest),
                                 std::move(*remove_up_to), std::move(*remove_all)});
  return {};
}

bool AgeMarks::IsDue(Sequence last) const {
  // A clock that was never set would make everything look old, or nothing.
  if (clock_.State() == event::ClockState::kUnsynced) return false;
  return !marked_ || clock_.Mono() - *marked_ >= kAgeMarkEvery ||
         last.value - marked_at_.value >= kAgeMarkEveryRows;
}

Status AgeMarks::Write(Sequence last) {
  written_ = Moment{clock_.Wall(), clock_.Mono()};
  if (Status status = DropAllIfStepped(*written_); !status.ok()) return status;
  return statements_->insert.Run({last.value, ToMs(written_->wall)});
}

void AgeMarks::Committed(Sequence last) {
  known_ = written_;
  marked_ = clock_.Mono();
  marked_at_ = last;
}

Result<Sequence> AgeMarks::NewestOld() {
  if (clock_.State() == event::ClockState::kUnsynced) return Sequence{};
  const Moment now{clock_.Wall(), clock_.Mono()};
  if (Status status = DropAllIfStepped(now); !status.ok()) return status.error();
  known_ = now;
  const WallTime oldest = now.wall - std::chrono::days(days_);
  const auto mark = statements_->newest_old.ReadInt({ToMs(oldest)});
  if (!mark.ok()) return mark.error();
  return Sequence{static_cast<std::uint64_t>(mark->value_or(0))};
}

Status AgeMarks::DropUpTo(Sequence cut) { return statements_->remove_up_to.Run({cut.value}); }

Status AgeMarks::DropAllIfStepped(const Moment& now) {
  const auto stepped = HasStepped(now);
  if (!stepped.ok()) return stepped.error();
  if (!*stepped) return {};
  marked_.reset();  // the next commit begins anew
  return statements_->remove_all.Run();
}

Result<bool> AgeMarks::HasStepped(const Moment& now) {
  if (known_) {
    const Millis apart = (now.wall - known_->wall) - (now.mono - known_->mono);
    return std::chrono::abs(apart) > kStep;
  }
  // The first look since Open: nothing but the last note tells what the clock showed before. A
  // terminal that stood in a store room for weeks looks the same as one whose clock was put
  // forward; both keep what they have for some days more.
  const auto newest = statements_->newest.ReadInt();
  if (!newest.ok()) return newest.error();
  if (!newest->has_value()) return false;
  const Millis since = now.wall - WallFromMs(**newest);
  return since < -kStep || since > std::chrono::days(days_);
}

}  // namespace trayline::journal
