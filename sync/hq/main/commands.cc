// The commands that work on a database without serving it.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "agent/http/router.h"
#include "agent/platform/system_clock.h"
#include "agent/platform/system_random.h"
#include "sync/hq/analysis/projector.h"
#include "sync/hq/api/hq_api.h"
#include "sync/hq/api/live_feed.h"
#include "sync/hq/main/files.h"
#include "sync/hq/main/open_database.h"
#include "sync/hq/main/server_app.h"
#include "sync/hq/store/sqlite_hq_reader.h"

namespace trayline::hq {

Status Rebuild(const Options& options, Log& log) {
  auto lock = LockDatabase(options);
  if (!lock.ok()) return lock.error();
  platform::SystemRandom random;
  auto store = OpenDatabase(options, random);
  if (!store.ok()) return store.error();
  auto state = (*store)->LoadReceiver();
  if (!state.ok()) return state.error();
  if (Status dropped = (*store)->DropProjection(); !dropped.ok()) return dropped;
  Projector projector({}, **store, log);
  if (Status started = projector.Start(state->logs); !started.ok()) return started;
  std::uint64_t events = 0;
  while (projector.HasWork()) {
    auto step = projector.Step();
    if (!step.ok()) return step.error();
    events += step->events;
  }
  log.Info("hq.rebuilt", {{"events", events}});
  return {};
}

Result<Restored> MarkRestored(const Options& options, Log& log) {
  std::error_code ignored;
  if (!std::filesystem::exists(options.database, ignored)) {
    return Error{Errc::kNotFound, "there is no " + options.database};
  }
  auto lock = LockDatabase(options);
  if (!lock.ok()) return lock.error();
  platform::SystemRandom random;
  auto store = OpenDatabase(options, random);
  if (!store.ok()) return store.error();
  auto state = (*store)->LoadReceiver();
  if (!state.ok()) return state.error();
  GenerationFile file(options.database + ".generation");
  auto generation = file.Load((*store)->database_id());
  if (!generation.ok()) return generation.error();
  Restored done{
      .generation = 0, .highest_known = *generation, .terminals = state->terminals.size()};
  for (const TerminalRow& row : state->terminals) {
    done.highest_known = std::max(done.highest_known, row.seen_generation);
  }
  if (done.highest_known >= kHqNumberMax) {
    return Error{Errc::kCorrupt, "the generation cannot rise any more"};
  }
  done.generation = done.highest_known + 1;
  if (Status raised = file.Raise(done.generation); !raised.ok()) return raised.error();
  log.Info("hq.restored", {{"generation", done.generation}, {"terminals", done.terminals}});
  return done;
}

Status Check(const Options& options) {
  if (!options.web.empty()) {
    LiveFeed feed;
    platform::SystemClock clock;
    SqliteHqReader unused(options.database);
    http::Router router;
    Status pages = AddRoutes(router, {.web = options.web}, unused, feed, clock);
    if (!pages.ok()) return pages;
  }
  SqliteHqReader reader(options.database);
  auto terminals = reader.Terminals();
  if (terminals.ok() || terminals.error().code == Errc::kNotFound) return {};
  return terminals.error();
}

}  // namespace trayline::hq
