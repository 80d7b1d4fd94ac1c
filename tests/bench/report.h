// Report: the figures of one benchmark, each with its goal, as a table for people and as JSON for
// tools. Also what all benchmarks share: their options and the median. Main thread.
#ifndef TRAYLINE_TESTS_BENCH_REPORT_H_
#define TRAYLINE_TESTS_BENCH_REPORT_H_

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace trayline::bench {

// "<cpu>, <n> cores, Linux <release>, <build type>, load <of the last minute>".
std::string MachineText();

enum class Goal { kNone, kAtLeast, kAtMost };

class Report {
 public:
  // name as in {"bench": name}. The load is that before the measuring.
  explicit Report(std::string name) : name_(std::move(name)), machine_(MachineText()) {}

  // unit as people read it: "ratio", "us", "events/s", "bytes".
  void Add(std::string id, double value, std::string unit, Goal comparison = Goal::kNone,
           double goal = 0);
  // A figure that cannot be had on this machine, and why; neither met nor missed.
  void AddNotMeasured(std::string id, std::string unit, std::string why, Goal comparison,
                      double goal);

  void Print(std::ostream& out) const;
  // {"bench":…,"machine":…,"figures":[{"id":…,"value":…,"unit":…,"goal":">= 0.9","met":true}]}.
  // Without a goal: goal null, met true. Not measured: value and met null, "not_measured" says why.
  [[nodiscard]] std::string Json() const;
  // kRetryLater when the file cannot be written.
  Status WriteJson(const std::string& path) const;

 private:
  struct Figure {
    std::string id;
    std::optional<double> value;  // none: not measured
    std::string unit;
    Goal comparison = Goal::kNone;
    double goal = 0;
    std::string why_not;
    [[nodiscard]] bool IsMet() const;
    [[nodiscard]] std::string GoalText() const;
  };

  const std::string name_;
  const std::string machine_;
  std::vector<Figure> figures_;
};

// The middle one, or the mean of the two in the middle; 0 of none.
double Median(std::vector<double> values);

struct BenchOptions {
  bool quick = false;     // fewer rounds, to see that it runs
  std::string json_path;  // empty: no file
  std::string folder;     // where to keep files; empty: the system's temporary folder
};

// From --quick, --json FILE, --folder FOLDER. kRejected names what is not known.
Result<BenchOptions> ParseBenchOptions(int argc, const char* const* argv);

// Prints the table, writes the JSON if asked for. 0, or 1 when the file could not be written.
int Finish(const Report& report, const BenchOptions& options);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_REPORT_H_
