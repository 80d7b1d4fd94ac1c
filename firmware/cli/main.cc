// trayline: the command line of a terminal.
#include <CLI/CLI.hpp>
#include <exception>
#include <functional>

#include "firmware/cli/commands.h"

#ifndef TRAYLINE_VERSION
#define TRAYLINE_VERSION "0.0.0"
#endif

namespace trayline::cli {
namespace {

// Everything that options are parsed into.
struct Words {
  Target target;
  bool json = false;
  bool rebuild = false;
  std::string journey;
  TailOptions tail;
  ExportOptions exported;
  RecordOptions record;
  ReplayOptions replay;
  std::function<int()> run;
};

void AddStatus(CLI::App& app, Words& words) {
  auto* command = app.add_subcommand("status", "What the agent of this terminal is doing");
  command->add_flag("--json", words.json, "As JSON");
  command->callback(
      [&words] { words.run = [&words] { return ShowStatus(words.target, words.json); }; });
}

void AddTail(CLI::App& app, Words& words) {
  auto* command = app.add_subcommand("tail", "The newest events of the journal");
  command->add_option("-n,--lines", words.tail.count, "How many (20)")
      ->check(CLI::Range(0, 100000));
  command->add_flag("-f,--follow", words.tail.follow, "Go on as events are recorded");
  command->add_flag("--json", words.tail.json, "One JSON object a line");
  command->callback([&words] { words.run = [&words] { return Tail(words.target, words.tail); }; });
}

void AddJourneys(CLI::App& app, Words& words) {
  auto* command = app.add_subcommand("journeys", "Open journeys, or one with its events");
  command->add_option("id", words.journey,
                      "A journey: 1795000000-17, or 17 for one of this journal");
  command->add_flag("--json", words.json, "As JSON");
  command->callback([&words] {
    words.run = [&words] { return Journeys(words.target, words.journey, words.json); };
  });
}

void AddRecord(CLI::App& app, Words& words) {
  auto* command = app.add_subcommand("record", "Records events given as JSON");
  command->add_option("file", words.record.file,
                      "One event, a list, or one event a line; - or none is standard input");
  command->add_option("--host", words.record.host,
                      "Name of the host that records (the document's, else cli)");
  command->add_flag("--strict", words.record.strict, "Refuse events with unknown fields");
  command->add_flag("--json", words.record.json, "Print the answers as they are");
  command->callback(
      [&words] { words.run = [&words] { return RecordEvents(words.target, words.record); }; });
}

void AddExport(CLI::App& app, Words& words) {
  auto* command = app.add_subcommand("export", "The journal's events, one JSON object a line");
  command->add_option("--from", words.exported.from, "First sequence number (1)");
  command->add_option("--to", words.exported.to, "Last sequence number (the newest)");
  command->add_option("-o,--output", words.exported.file, "File to write (standard output)");
  command->callback(
      [&words] { words.run = [&words] { return Export(words.target, words.exported); }; });
}

void AddDoctor(CLI::App& app, Words& words) {
  auto* command = app.add_subcommand("doctor", "What is wrong on this terminal, with the remedy");
  auto* json = command->add_flag("--json", words.json, "As JSON");
  command->add_flag("--rebuild", words.rebuild, "With traylined stopped: mend the journal")
      ->excludes(json);
  command->callback([&words] {
    words.run = [&words] {
      return words.rebuild ? Rebuild(words.target) : Doctor(words.target, words.json);
    };
  });
}

void AddReplay(CLI::App& app, Words& words) {
  auto* command = app.add_subcommand(
      "replay", "Plays real orders through the local API of terminals, faster than real time");
  command->add_option("files", words.replay.files, "Files of the set")->required();
  command->add_option("--set", words.replay.set, "What the files are: chipotle, rees46, jdata")
      ->check(CLI::IsMember({"chipotle", "rees46", "jdata"}));
  command
      ->add_option("--terminal", words.replay.targets,
                   "Folder of a terminal's agent; give it once for each terminal")
      ->allow_extra_args(false);
  command->add_option("--seed", words.replay.seed, "Seed of what is simulated (1)");
  command
      ->add_option("--speed", words.replay.speed,
                   "Times faster than real time (the terminals' clock_speed)")
      ->check(CLI::Range(1, 100000));
  command->add_option("--limit", words.replay.limit, "Orders or rows to play (all)");
  command->add_option("--answers", words.replay.answers,
                      "File for every sequence number that was answered");
  command->add_flag("-q,--quiet", words.replay.quiet, "No progress bar");
  command->add_flag("--real-terminal", words.replay.real_terminal,
                    "Play into a terminal that keeps real time, too");
  command->callback(
      [&words] { words.run = [&words] { return Replay(words.target, words.replay); }; });
}

std::string CommandNames(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

int Main(int argc, char** argv) {
  CLI::App app{"Trayline on this terminal: what is recorded, and whether headquarters has it.",
               "trayline"};
  app.set_version_flag("--version", "trayline " TRAYLINE_VERSION);
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.footer("trayline COMMAND --help says more. Exit status: 0 done, 1 not done, 2 used wrongly.");
  Words words;
  app.add_option("--config", words.target.config_path,
                 "Configuration of the agent ($TRAYLINE_CONFIG, /etc/trayline/trayline.conf)");
  app.add_option("--directory", words.target.directory, "Folder of the agent, instead of --config");
  AddStatus(app, words);
  AddTail(app, words);
  AddJourneys(app, words);
  AddRecord(app, words);
  AddExport(app, words);
  AddDoctor(app, words);
  AddReplay(app, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError& error) {
    const auto extra = app.remaining();
    if (!app.get_subcommands().empty() || extra.empty())
      return app.exit(error) == 0 ? kDone : kUsedWrongly;
    return WrongUse("there is no " +
                    std::string(extra.front().starts_with('-') ? "option '" : "command '") +
                    extra.front() + "'; commands are " + CommandNames(app));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsedWrongly;
  }
  if (!words.run) return WrongUse("name a command: " + CommandNames(app));
  return FinishScreen(words.run());
}

}  // namespace
}  // namespace trayline::cli

int main(int argc, char** argv) {
  trayline::cli::PrepareScreen();
  try {
    return trayline::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    trayline::cli::Note(error.what());
    return trayline::cli::kNotDone;
  }
}
