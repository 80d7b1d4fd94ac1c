#include "tests/bench/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <thread>
#include <utility>

namespace trayline::bench {

namespace {

// Six significant digits: more is noise.
std::string NumberText(double value) {
  std::ostringstream out;
  out << std::setprecision(6) << value;
  return out.str();
}

std::string JsonText(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20) out.push_back(c);
  }
  out.push_back('"');
  return out;
}

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos &&
        (line.starts_with("model name") || line.starts_with("Model"))) {
      return line.substr(colon + 2);
    }
  }
  return "unknown processor";
}

}  // namespace

bool Report::Figure::IsMet() const {
  if (comparison == Goal::kNone) return true;
  return comparison == Goal::kAtLeast ? *value >= goal : *value <= goal;
}

std::string Report::Figure::GoalText() const {
  return (comparison == Goal::kAtLeast ? ">= " : "<= ") + NumberText(goal);
}

void Report::Add(std::string id, double value, std::string unit, Goal comparison, double goal) {
  figures_.push_back({std::move(id), value, std::move(unit), comparison, goal, {}});
}

void Report::AddNotMeasured(std::string id, std::string unit, std::string why, Goal comparison,
                            double goal) {
  figures_.push_back(
      {std::move(id), std::nullopt, std::move(unit), comparison, goal, std::move(why)});
}

void Report::Print(std::ostream& out) const {
  out << name_ << " on " << machine_ << "\n";
  for (const Figure& figure : figures_) {
    out << "  " << std::left << std::setw(32) << figure.id << std::right << std::setw(12)
        << (figure.value ? NumberText(*figure.value) : "-") << " " << std::left << std::setw(10)
        << figure.unit;
    if (figure.comparison != Goal::kNone) out << " goal " << figure.GoalText();
    if (!figure.value) {
      out << "  NOT MEASURED: " << figure.why_not;
    } else if (figure.comparison != Goal::kNone) {
      out << (figure.IsMet() ? "  met" : "  NOT MET");
    }
    out << "\n";
  }
}

std::string Report::Json() const {
  std::string out =
      "{\"bench\":" + JsonText(name_) + ",\"machine\":" + JsonText(machine_) + ",\"figures\":[";
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    const bool has_goal = figure.comparison != Goal::kNone;
    out += std::string(i == 0 ? "" : ",") + "\n  {\"id\":" + JsonText(figure.id) +
           ",\"value\":" + (figure.value ? NumberText(*figure.value) : "null") +
           ",\"unit\":" + JsonText(figure.unit) +
           ",\"goal\":" + (has_goal ? JsonText(figure.GoalText()) : "null") + ",\"met\":";
    if (figure.value) {
      out += figure.IsMet() ? "true" : "false";
    } else {
      out += "null,\"not_measured\":" + JsonText(figure.why_not);
    }
    out += "}";
  }
  return out + "\n]}\n";
}

Status Report::WriteJson(const std::string& path) const {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << Json();
  file.close();
  if (!file) return Error{Errc::kRetryLater, "cannot write " + path};
  return {};
}

std::string MachineText() {
  utsname system{};
  ::uname(&system);
#ifdef NDEBUG
  const char* build = "release";
#else
  const char* build = "not a release build";
#endif
  // Others at work make absolute figures poor and ratios noisy.
  double load = 0;
  ::getloadavg(&load, 1);
  return CpuName() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, " +
         system.sysname + " " + system.release + ", " + build + ", load " + NumberText(load);
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Result<BenchOptions> ParseBenchOptions(int argc, const char* const* argv) {
  BenchOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--quick") {
      options.quick = true;
    } else if (word == "--json" && has_value) {
      options.json_path = argv[++i];
    } else if (word == "--folder" && has_value) {
      options.folder = argv[++i];
    } else {
      return Error{Errc::kRejected, "unknown or incomplete option " + std::string(word) +
                                        "; there are --quick, --json FILE, --folder FOLDER"};
    }
  }
  return options;
}

int Finish(const Report& report, const BenchOptions& options) {
  report.Print(std::cout);
  if (options.json_path.empty()) return 0;
  const Status status = report.WriteJson(options.json_path);
  if (status.ok()) return 0;
  std::cerr << status.error().text << "\n";
  return 1;
}

}  // namespace trayline::bench
