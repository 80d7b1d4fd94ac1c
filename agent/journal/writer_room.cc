// How a Writer makes room: what HQ has is deleted, what it has not is given up; and how much room
// there is.
#include <algorithm>

#include "agent/journal/files.h"
#include "agent/journal/writer.h"
#include "agent/journal/writer_statements.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

namespace {

// Of a row beside its body: its other columns, cell and header bytes.
constexpr std::int64_t kRowBytes = 64;
// A foreign key may split a page of its table and one of its index.
constexpr std::int64_t kForeignKeyPages = 3;
// The rows of the journal, a stream, an age mark, interior pages.
constexpr std::int64_t kOtherPages = 64;
// A device that has less than this free is full, whatever else may be the reason.
constexpr std::uint64_t kDeviceFullBytes = 1024ULL * 1024;
// A position that no event has.
constexpr Sequence kNowhere{0};

}  // namespace

// HQ has it, no reload needs it, no window of a stream is built from it: up to here at most, and no
// further than acked for what is deleted.
Sequence Writer::HighestDeletable() const {
  if (last_.value <= kKeepRows || first_ == Sequence{}) return Sequence{};
  return std::min(checkpoint_at_, Sequence{last_.value - kKeepRows});
}

Result<Writer::Retained> Writer::Retain(const Cursors& cursors, bool pressed) {
  if (foreign_keys_since_prune_ >= kForeignKeysSlack) {
    if (Status status = PruneForeignKeys(); !status.ok()) return status.error();
  }
  const Sequence deletable = std::min(cursors.acked, HighestDeletable());
  if (first_ == Sequence{} || deletable < first_) return Retained{};
  const auto old = age_marks_.NewestOld();
  if (!old.ok()) return old.error();
  const auto oversized = IsOversized();
  if (!oversized.ok()) return oversized.error();
  const Sequence wanted = pressed || *oversized ? deletable : std::min(*old, deletable);
  if (wanted < first_) return Retained{};
  const auto cut = EndOfStep(wanted);
  if (!cut.ok()) return cut.error();

  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.error();
  // The cursor goes with them: after a crash it must not point below the first event.
  Status status = PutCursors(cursors);
  if (status.ok()) status = statements_->delete_events->Run({cut->value});
  const auto deleted = static_cast<std::uint64_t>(database_.changes());
  if (status.ok()) status = voids_.DropUpTo(*cut);
  if (status.ok()) status = age_marks_.DropUpTo(*cut);
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status.error();
  first_ = cut->Next();
  return Retained{deleted, true, *cut < wanted};
}

// Up to where a step goes: so many events, however many voids lie between them.
Result<Sequence> Writer::EndOfStep(Sequence wanted) {
  const auto beyond = statements_->step_end->ReadInt({first_.value, kRetentionStepRows});
  if (!beyond.ok()) return beyond.error();
  if (!beyond->has_value()) return wanted;
  return std::min(wanted, Sequence{static_cast<std::uint64_t>(**beyond) - 1});
}

Result<Shedder::Step> Writer::Shed(bool insist) {
  return shedder_.Take({first_, HighestDeletable(), last_}, insist);
}

Result<Writer::Room> Writer::MeasureRoom() {
  const auto pages = statements_->page_count->ReadInt();
  if (!pages.ok()) return pages.error();
  const auto free_pages = statements_->free_pages->ReadInt();
  if (!free_pages.ok()) return free_pages.error();
  return Room{pages->value_or(0), free_pages->value_or(0), PagesMax(options_)};
}

Result<bool> Writer::IsOversized() {
  const auto room = MeasureRoom();
  if (!room.ok()) return room.error();
  return room->used() * kPageBytes > options_.retention_bytes || room->IsUsed(kRetentionPercent);
}

std::int64_t Writer::PagesFor(std::span<const ports::Transaction* const> group) {
  std::int64_t bytes = 0;
  std::int64_t pages = kOtherPages;
  for (const ports::Transaction* part : group) {
    for (const ports::StoredEvent& event : part->events) {
      bytes += kRowBytes + static_cast<std::int64_t>(event.body.size());
    }
    if (part->checkpoint) bytes += static_cast<std::int64_t>(part->checkpoint->state.size());
    pages += kForeignKeyPages * static_cast<std::int64_t>(part->foreign_keys.size());
  }
  return pages + 2 * bytes / kPageBytes;
}

// SQLite has one code for both. What the quota surely had room for, the device had not.
bool Writer::IsDeviceFull(std::span<const ports::Transaction* const> group) {
  const auto room = MeasureRoom();
  if (!room.ok() || room->available() >= PagesFor(group)) return true;
  const auto free_bytes = FreeBytes(options_.path);
  return free_bytes.ok() && *free_bytes < kDeviceFullBytes;
}

// Writing what is there already, SQLite would leave out; a row that comes and goes marks its page,
// and the page is written.
Status Writer::Probe() {
  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.error();
  Status status = statements_->probe_insert->Run({kNowhere.value});
  if (status.ok()) status = statements_->probe_delete->Run({kNowhere.value});
  if (!status.ok()) return status;
  return transaction->Commit();
}

}  // namespace trayline::journal
