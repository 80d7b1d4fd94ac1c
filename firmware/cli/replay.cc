#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <ostream>
#include <set>
#include <sstream>
#include <thread>

#include "agent/base/hash.h"
#include "firmware/cli/commands.h"
#include "firmware/cli/progress.h"
#include "firmware/cli/replay_driver.h"
#include "firmware/cli/text.h"
#include "firmware/replay/chipotle.h"
#include "firmware/replay/plan.h"
#include "firmware/replay/webshop.h"

namespace trayline::cli {
namespace {

using replay::Step;

// What is played, by terminal, and how it was made.
struct Timelines {
  std::string host;
  std::vector<std::vector<Step>> terminals;
  std::vector<std::string> notes;  // lines for the person who looks
};

Result<std::string> ReadFiles(const std::vector<std::string>& files, std::size_t index) {
  std::ifstream in(files[index], std::ios::binary);
  if (!in) {
    return Error{Errc::kNotFound, files[index] + " cannot be read: " + std::strerror(errno)};
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string EndingsNote(const std::vector<std::vector<replay::Turn>>& turns) {
  std::size_t paid = 0;
  std::size_t cancelled = 0;
  std::size_t walked = 0;
  std::size_t declined = 0;
  for (const auto& terminal : turns) {
    for (const auto& turn : terminal) {
      paid += turn.visit.ending == replay::Ending::kPaid ? 1U : 0U;
      cancelled += turn.visit.ending == replay::Ending::kCancelled ? 1U : 0U;
      walked += turn.visit.ending == replay::Ending::kWalkedAway ? 1U : 0U;
      declined += turn.visit.ending == replay::Ending::kDeclinedForGood ? 1U : 0U;
    }
  }
  return "Guests: " + std::to_string(paid) + " paid, " + std::to_string(cancelled) +
         " cancelled, " + std::to_string(walked) + " walked away, " + std::to_string(declined) +
         " declined for good";
}

Result<Timelines> PlanChipotle(const ReplayOptions& options, std::size_t terminals) {
  const auto text = ReadFiles(options.files, 0);
  if (!text) return text.error();
  auto orders = replay::ParseChipotle(*text);
  if (!orders) return orders.error().In(options.files[0]);
  if (options.limit > 0 && options.limit < orders->size()) {
    orders->erase(orders->begin() + static_cast<std::ptrdiff_t>(options.limit), orders->end());
  }
  const replay::Rates rates;
  const auto turns = replay::PlanRush(*orders, terminals, rates, options.seed);
  Timelines out{"kiosk-ui", {}, {}};
  for (const auto& terminal : turns) {
    std::vector<Step> steps;
    Millis now{0};
    for (const auto& turn : terminal) {
      now += turn.gap;
      for (Step step : turn.visit.steps) {
        step.at += now;
        steps.push_back(std::move(step));
      }
      now = steps.back().at;
    }
    out.terminals.push_back(std::move(steps));
  }
  out.notes = {"Real: " + std::to_string(orders->size()) +
                   " restaurant orders (final baskets, prices, choices)",
               "Simulated on top (seed " + std::to_string(options.seed) +
                   "): order of adding, timing; " + replay::Describe(rates),
               EndingsNote(turns)};
  return out;
}

Result<Timelines> PlanWebshop(const ReplayOptions& options, std::size_t terminals) {
  Timelines out{options.set, std::vector<std::vector<Step>>(terminals), {}};
  std::size_t rows = 0;
  std::set<std::string> sessions;
  std::size_t left_out = 0;
  Millis ends{0};
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    const auto text = ReadFiles(options.files, i);
    if (!text) return text.error();
    auto parsed = options.set == "rees46" ? replay::ParseRees46(*text) : replay::ParseJdata(*text);
    if (!parsed) return parsed.error().In(options.files[i]);
    left_out += parsed->left_out;
    const Millis begins = ends;  // each file counts from its own first row
    for (Step& step : parsed->steps) {
      if (options.limit > 0 && rows == options.limit) break;
      ++rows;
      step.at += begins;
      ends = std::max(ends, step.at);
      sessions.insert(step.journey_ref);
      auto& terminal = out.terminals[Fnv1a32(step.journey_ref) % terminals];
      terminal.push_back(std::move(step));
    }
  }
  out.notes = {"Real: " + std::to_string(rows) + " web-shop events of " +
                   std::to_string(sessions.size()) +
                   " sessions, as they are (no kiosk recorded them)",
               std::to_string(left_out) + " rows are no ordering event and were left out"};
  return out;
}

// What a replay must know of the terminals before it begins.
struct Pace {
  std::int64_t speed = 1;
  std::string real;  // a terminal that keeps real time; empty: none does
};

// The set's own pace is the terminals' clock; a terminal that runs at another speed would see
// guests who freeze or race.
Result<Pace> PaceOf(const ReplayOptions& options, const std::vector<Target>& targets) {
  Pace pace{options.speed, {}};
  for (const Target& target : targets) {
    auto agent = AgentClient::Find(target);
    if (!agent) return agent.error();
    const auto status = agent->Get("/v1/status");
    if (!status) return status.error();
    const std::string name = TextOf(*status, "terminal", "a terminal");
    const std::int64_t theirs =
        std::max<std::int64_t>(1, NumberOf(ObjectOf(*status, "clock"), "speed", 1));
    if (theirs == 1) pace.real = name;
    if (pace.speed == 0) pace.speed = theirs;
    if (pace.speed != theirs) {
      Note(name + " runs at clock_speed " + std::to_string(theirs) + ", the replay at " +
           std::to_string(pace.speed) + ": its timers and the guests will not agree");
    }
  }
  return pace;
}

// Replays every timeline on a thread of its own.
std::vector<Result<DriverResult>> DriveAll(const Timelines& timelines,
                                           const std::vector<Target>& targets, std::int64_t speed,
                                           Progress& progress) {
  std::vector<Result<DriverResult>> results(targets.size(), Result<DriverResult>(DriverResult{}));
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    threads.emplace_back([&, i] {
      const DriverOptions options{.target = targets[i], .host = timelines.host, .speed = speed};
      results[i] = Drive(options, timelines.terminals[i],
                         [&progress](std::uint64_t by) { progress.Advance(by); });
    });
  }
  threads.clear();
  progress.Finish();
  return results;
}

void WriteAnswers(std::ostream& out, const DriverResult& result) {
  for (const Answered& a : result.answers) {
    out << Json{{"terminal", a.terminal}, {"epoch", a.epoch}, {"first", a.first}, {"last", a.last}}
               .dump()
        << "\n";
  }
}

int Summarise(const std::vector<Result<DriverResult>>& results, double seconds,
              std::ofstream& answers) {
  DriverResult sum;
  int status = kDone;
  for (const auto& result : results) {
    if (!result) {
      status = Complain(result.error());
      continue;
    }
    sum.sent += result->sent;
    sum.recorded += result->recorded;
    sum.repeated += result->repeated;
    sum.no_change += result->no_change;
    sum.refused += result->refused;
    sum.retries += result->retries;
    if (sum.first_refusal.empty()) sum.first_refusal = result->first_refusal;
    if (answers.is_open()) WriteAnswers(answers, *result);
  }
  const auto count = [](std::uint64_t n) { return Count(static_cast<std::int64_t>(n)); };
  Show("Answered: " + count(sum.sent) + " events in " +
       Duration(static_cast<std::int64_t>(seconds)) + ", " + count(sum.recorded) + " recorded, " +
       count(sum.repeated) + " recorded before, " + count(sum.no_change) + " changed nothing, " +
       count(sum.refused) + " refused, " + count(sum.retries) + " requests sent again\n");
  if (sum.refused > 0) {
    Note("the first refusal was " + sum.first_refusal);
    status = kNotDone;
  }
  return status;
}

// What is wrong with the options beyond what the parser sees; empty when nothing is.
std::string WrongOptions(const ReplayOptions& options) {
  if (options.files.empty()) return "name the file to replay";
  if (options.set == "chipotle" && options.files.size() > 1) {
    return "the chipotle set is one file, not " + std::to_string(options.files.size()) +
           "; --terminal takes one folder each time it is given";
  }
  return {};
}

int Play(const ReplayOptions& options, const Timelines& timelines,
         const std::vector<Target>& targets, std::int64_t speed, std::ofstream& answers) {
  std::uint64_t total = 0;
  for (const auto& terminal : timelines.terminals) total += terminal.size();
  for (const std::string& note : timelines.notes) Show(note + "\n");
  Show("Playing " + Count(static_cast<std::int64_t>(total)) + " events on " +
       std::to_string(targets.size()) + (targets.size() == 1 ? " terminal, " : " terminals, ") +
       (speed == 1 ? "in real time" : std::to_string(speed) + " times faster than real time") +
       "\n");
  static_cast<void>(FlushScreen());  // what is played matters more than who watches
  Progress progress(total, "events", options.quiet);
  const auto started = std::chrono::steady_clock::now();
  const auto results = DriveAll(timelines, targets, speed, progress);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  return Summarise(results, took.count(), answers);
}

}  // namespace

int Replay(const Target& target, const ReplayOptions& options) {
  const std::string wrong = WrongOptions(options);
  if (!wrong.empty()) return WrongUse(wrong);
  std::vector<Target> targets;
  for (const std::string& directory : options.targets) targets.push_back({{}, directory});
  if (targets.empty()) targets.push_back(target);
  const auto pace = PaceOf(options, targets);
  if (!pace) return Complain(pace.error());
  if (!pace->real.empty() && !options.real_terminal) {
    return WrongUse(pace->real +
                    " keeps real time, as a terminal in a restaurant does: what is played would "
                    "stay in its journal and count at headquarters; give --real-terminal if you "
                    "want that, or set clock_speed above 1 on a terminal for demonstrations");
  }
  const auto timelines = options.set == "chipotle" ? PlanChipotle(options, targets.size())
                                                   : PlanWebshop(options, targets.size());
  if (!timelines) return Complain(timelines.error());
  std::ofstream answers;
  if (!options.answers.empty()) {  // before an hour of playing, not after it
    answers.open(options.answers, std::ios::trunc);
    if (!answers) {
      return Complain(
          {Errc::kRejected, options.answers + " cannot be written: " + std::strerror(errno)});
    }
  }
  int status = Play(options, *timelines, targets, pace->speed, answers);
  if (answers.is_open() && !answers.flush()) {
    status = Complain({Errc::kFull, options.answers + " cannot be written; is the disk full?"});
  }
  return status;
}

}  // namespace trayline::cli
