// doctor --rebuild: mends a journal while nobody works on it.
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "agent/journal/database_check.h"
#include "agent/journal/salvage.h"
#include "agent/platform/file_lock.h"
#include "agent/platform/files.h"
#include "agent/platform/system_clock.h"
#include "agent/platform/system_random.h"
#include "firmware/cli/commands.h"
#include "firmware/cli/text.h"
#include "firmware/config/journal_options.h"

namespace trayline::cli {
namespace {

Result<platform::FileLock> LockJournal(const config::Config& config) {
  auto lock = platform::FileLock::Take(config::LockPath(config));
  if (lock.ok() || lock.error().code != Errc::kConflict) return lock;
  return Error{Errc::kConflict,
               "traylined works on the journal in " + config.directory +
                   "; stop it first (systemctl stop traylined) and start it again afterwards"};
}

// Root works as the owner of the folder: what is made here must be the agent's.
Status BecomeOwner(const std::string& directory) {
  struct stat folder {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &folder) != 0) return {};
  if (::setegid(folder.st_gid) == 0 && ::seteuid(folder.st_uid) == 0) return {};
  return Error{Errc::kRejected, "cannot work as the owner of " + directory};
}

// A sound journal keeps everything; only what is derived from its events is made anew.
int MakeStateAnew(const journal::Options& options) {
  const Status dropped = journal::DropCheckpoint(options);
  if (dropped.ok()) {
    Show(
        "the journal is sound; traylined makes its journeys anew from all events when it starts\n");
    return kDone;
  }
  if (dropped.error().code != Errc::kConflict) return Complain(dropped.error());
  Show("the journal is sound; its checkpoint stays, because the events before it are gone: " +
       dropped.error().text + "\n");
  return kDone;
}

int Salvage(const journal::Options& options, const std::vector<std::string>& findings) {
  platform::SystemClock clock;
  platform::SystemRandom random;
  Log log = StderrLog(LogLevel::kWarn);
  const auto report =
      journal::RecoverDatabase(options, clock, random, log, "trayline doctor: " + findings.front());
  if (!report.ok()) return Complain(report.error().In("the journal could not be rebuilt"));
  std::string text = "rebuilt: " + Count(static_cast<std::int64_t>(report->carried)) +
                     " unsent events go on, " + Count(static_cast<std::int64_t>(report->lost)) +
                     " could not be read; open journeys " +
                     (report->checkpoint ? "go on" : "as far as their events tell") +
                     "; the new epoch is " + std::to_string(report->epoch.value) + "\n";
  for (const std::string& path : report->quarantined) text += "kept as it was: " + path + "\n";
  Show(text);
  return kDone;
}

}  // namespace

int Rebuild(const Target& target) {
  const auto config = LoadConfig(target);
  if (!config) return Complain(config.error());
  if (Status owner = BecomeOwner(config->directory); !owner.ok()) return Complain(owner.error());
  const auto lock = LockJournal(*config);
  if (!lock.ok()) return Complain(lock.error());
  const auto boot_id = platform::ReadBootId();
  if (!boot_id.ok()) return Complain(boot_id.error());
  const journal::Options options = config::JournalOptions(*config, *boot_id);
  auto findings = journal::CheckDatabase(options);
  if (!findings.ok() && findings.error().code != Errc::kCorrupt) return Complain(findings.error());
  if (!findings.ok()) return Salvage(options, {findings.error().text});
  if (findings->empty()) return MakeStateAnew(options);
  for (const std::string& finding : *findings) Show("damaged: " + finding + "\n");
  return Salvage(options, *findings);
}

}  // namespace trayline::cli
