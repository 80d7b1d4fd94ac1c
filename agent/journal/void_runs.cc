#include "agent/journal/void_runs.h"

#include <utility>

namespace trayline::journal {

using ports::VoidRun;

namespace {

bool AreAlike(const VoidRun& one, const VoidRun& other) {
  return one.quota == other.quota && one.reason == other.reason;
}
Sequence EndOf(const VoidRun& run) { return Sequence{run.first.value + run.count}; }

}  // namespace

Status VoidRuns::Prepare() {
  auto before = database_.Prepare(
      "SELECT first, count, quota, reason FROM void_run WHERE first < ? "
      "ORDER BY first DESC LIMIT 1");
  if (!before.ok()) return before.error();
  auto at = database_.Prepare("SELECT first, count, quota, reason FROM void_run WHERE first = ?");
  if (!at.ok()) return at.error();
  auto insert =
      database_.Prepare("INSERT INTO void_run(first, count, quota, reason) VALUES(?, ?, ?, ?)");
  if (!insert.ok()) return insert.error();
  auto remove = database_.Prepare("DELETE FROM void_run WHERE first = ?");
  if (!remove.ok()) return remove.error();
  auto remove_up_to = database_.Prepare("DELETE FROM void_run WHERE first <= ?");
  if (!remove_up_to.ok()) return remove_up_to.error();
  auto count = database_.Prepare("SELECT count(*) FROM void_run");
  if (!count.ok()) return count.error();
  statements_.emplace(Statements{std::move(*before), std::move(*at), std::move(*insert),
                                 std::move(*remove), std::move(*remove_up_to), std::move(*count)});
  return {};
}

Result<std::optional<VoidRun>> VoidRuns::One(sqlite::Statement& select, Sequence position) {
  std::optional<VoidRun> run;
  Status status = select.ForEach({position.value}, [&run](const sqlite::Row& row) {
    run = VoidRun{Sequence{row.Unsigned(0)}, row.Unsigned(1),
                  static_cast<event::QuotaClass>(row.Unsigned(2)),
                  static_cast<ports::VoidReason>(row.Unsigned(3))};
    return sqlite::Visit::kStop;
  });
  if (!status.ok()) return status.error();
  return run;
}

Status VoidRuns::Insert(const VoidRun& run) {
  return statements_->insert.Run({run.first.value, run.count, static_cast<std::uint8_t>(run.quota),
                                  static_cast<std::uint8_t>(run.reason)});
}

Status VoidRuns::Add(VoidRun run) {
  auto left = One(statements_->before, run.first);
  if (!left.ok()) return left.error();
  auto right = One(statements_->at, EndOf(run));
  if (!right.ok()) return right.error();
  if (*left && EndOf(**left) == run.first && AreAlike(**left, run)) {
    if (Status status = statements_->remove.Run({(*left)->first.value}); !status.ok())
      return status;
    run.first = (*left)->first;
    run.count += (*left)->count;
  }
  if (*right && AreAlike(**right, run)) {
    if (Status status = statements_->remove.Run({(*right)->first.value}); !status.ok())
      return status;
    run.count += (*right)->count;
  }
  return Insert(run);
}

Status VoidRuns::DropUpTo(Sequence cut) {
  auto spanning = One(statements_->before, cut.Next());
  if (!spanning.ok()) return spanning.error();
  if (!*spanning) return {};
  if (Status status = statements_->remove_up_to.Run({cut.value}); !status.ok()) return status;
  const Sequence end = EndOf(**spanning);
  if (end.value <= cut.value + 1) return {};
  VoidRun rest = **spanning;
  rest.first = cut.Next();
  rest.count = end.value - rest.first.value;
  return Insert(rest);
}

Result<std::uint64_t> VoidRuns::Count() {
  const auto count = statements_->count.ReadInt();
  if (!count.ok()) return count.error();
  return static_cast<std::uint64_t>(count->value_or(0));
}

}  // namespace trayline::journal
