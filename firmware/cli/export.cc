// export: the journal's events as JSON lines, page by page.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "firmware/cli/commands.h"
#include "firmware/cli/event_pages.h"
#include "firmware/cli/text.h"

namespace trayline::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Writes one export, to a file of its own or to standard output.
class Exporter {
 public:
  Exporter(AgentClient& agent, const ExportOptions& options, std::FILE* out)
      : agent_(agent), options_(options), out_(out) {}

  int Run();

 private:
  // True when the export is complete, or its reader has gone.
  Result<bool> WritePage();
  Status Finish();
  [[nodiscard]] Error CannotWrite(int reason) const;
  [[nodiscard]] std::string Summary() const;

  AgentClient& agent_;
  const ExportOptions& options_;
  std::FILE* out_;
  std::uint64_t epoch_ = 0;
  std::uint64_t after_ = 0;
  std::uint64_t first_ = 0;  // sequence numbers of what the kernel has taken
  std::uint64_t last_ = 0;
  std::int64_t count_ = 0;
};

Error Exporter::CannotWrite(int reason) const {
  const std::string name = options_.file.empty() ? "standard output" : options_.file;
  std::clearerr(out_);  // it is said here, and not once more when the program ends
  return {Errc::kFull, name + " cannot be written: " + std::strerror(reason)};
}

// A file that is being kept is synced: it may lie on a stick that is pulled out next. What is no
// file, a pipe or /dev/null, cannot be.
Status Exporter::Finish() {
  if (std::fflush(out_) != 0) return CannotWrite(errno);
  if (out_ == stdout || ::fsync(fileno(out_)) == 0) return {};
  const int reason = errno;
  if (reason == EINVAL || reason == EROFS || reason == ENOTSUP) return {};
  return CannotWrite(reason);
}

Result<bool> Exporter::WritePage() {
  const auto page = ReadPage(agent_, after_, kPageMax, 0);
  if (!page) return page.error();
  if (epoch_ == 0) epoch_ = page->epoch;
  if (page->epoch != epoch_) {
    return Error{Errc::kConflict, "the journal was replaced meanwhile (epoch " +
                                      std::to_string(page->epoch) + ", before " +
                                      std::to_string(epoch_) + "); export it again from the start"};
  }
  std::int64_t pending = 0;
  for (const Json& event : page->events) {
    const std::uint64_t sequence = CountOf(event, "sequence");
    if (options_.to != 0 && sequence > options_.to) break;
    const std::string line = event.dump() + "\n";
    if (std::fwrite(line.data(), 1, line.size(), out_) != line.size()) {
      const int reason = errno;
      if (out_ == stdout && !SomebodyReads()) return true;
      return CannotWrite(reason);
    }
    if (first_ == 0) first_ = sequence;
    ++pending;
  }
  if (out_ == stdout && !SomebodyReads()) return true;
  if (std::fflush(out_) != 0) return CannotWrite(errno);
  count_ += pending;
  after_ = page->last;
  if (pending > 0) last_ = options_.to != 0 ? std::min(options_.to, after_) : after_;
  return page->events.empty() || (options_.to != 0 && page->last >= options_.to);
}

std::string Exporter::Summary() const {
  if (count_ == 0) return "no event was exported";
  return Count(count_) + " events exported, " + std::to_string(first_) + " to " +
         std::to_string(last_) + " of epoch " + std::to_string(epoch_);
}

int Exporter::Run() {
  after_ = options_.from == 0 ? 0 : options_.from - 1;
  for (;;) {
    auto complete = WritePage();
    if (complete.ok() && *complete && (out_ != stdout || SomebodyReads())) {
      const Status finished = Finish();
      if (!finished.ok()) complete = finished.error();
    }
    if (!complete) {
      Complain(complete.error());
      Note(Summary() + "; the rest is missing" +
           (count_ == 0 ? "" : "; go on with --from " + std::to_string(last_ + 1)));
      return kNotDone;
    }
    if (*complete) break;
  }
  if (out_ != stdout) Note(Summary());
  return kDone;
}

}  // namespace

int Export(const Target& target, const ExportOptions& options) {
  if (options.to != 0 && options.to < options.from) {
    return WrongUse("--to " + std::to_string(options.to) + " lies before --from " +
                    std::to_string(options.from));
  }
  auto agent = AgentClient::Find(target);
  if (!agent) return Complain(agent.error());
  const auto ends = ReadEnds(*agent);  // before a file is made: an agent that is away leaves none
  if (!ends) return Complain(ends.error());
  File file;
  if (!options.file.empty()) {
    file.reset(std::fopen(options.file.c_str(), "wb"));
    if (!file) {
      return Complain(
          {Errc::kRejected, options.file + " cannot be written: " + std::strerror(errno)});
    }
  }
  return Exporter(*agent, options, file ? file.get() : stdout).Run();
}

}  // namespace trayline::cli
