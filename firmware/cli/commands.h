// The commands of `trayline`. Each prints to standard output what was asked for and nothing else,
// complains on standard error, and returns the exit status: 0 done, 1 not done, 2 used wrongly
// (firmware/cli/screen.h). One thread, but for Replay, which makes one for each terminal.
#ifndef TRAYLINE_FIRMWARE_CLI_COMMANDS_H_
#define TRAYLINE_FIRMWARE_CLI_COMMANDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/cli/agent_client.h"
#include "firmware/cli/screen.h"

namespace trayline::cli {

int ShowStatus(const Target& target, bool json);

struct TailOptions {
  std::uint64_t count = 20;  // 0..100000
  bool follow = false;       // goes on until somebody ends it, over restarts of the agent too
  bool json = false;
};
int Tail(const Target& target, const TailOptions& options);

// The open journeys, or one with its cart and events when id is given: "1795000000-17", or "17" or
// "j17" for one of the journal's present epoch.
int Journeys(const Target& target, const std::string& id, bool json);

struct ExportOptions {
  std::uint64_t from = 1;
  std::uint64_t to = 0;  // 0: to the end
  std::string file;      // empty: standard output
};
// Holds one page of events at a time, however long the journal is.
int Export(const Target& target, const ExportOptions& options);

struct RecordOptions {
  std::string file = "-";
  std::string host;  // empty: the one that the document names, else "cli"
  bool strict = false;
  bool json = false;
};
// Ids are the caller's: none is made up here, and an event without one is recorded as often as it
// is sent.
int RecordEvents(const Target& target, const RecordOptions& options);

int Doctor(const Target& target, bool json);
// With traylined stopped: makes what is derived from the journal's events anew, and salvages a
// damaged journal into a new one. Nothing is deleted.
int Rebuild(const Target& target);

struct ReplayOptions {
  std::string set = "chipotle";  // chipotle, rees46, jdata
  std::vector<std::string> files;
  std::vector<std::string> targets;  // folders of terminals; empty: the one of Target
  std::uint64_t seed = 1;
  std::int64_t speed = 0;      // 0: the terminals' own clock speed
  std::uint64_t limit = 0;     // orders or rows, 0: all
  std::string answers;         // file that every answer is noted in, one JSON object a line
  bool quiet = false;          // no progress
  bool real_terminal = false;  // also into a terminal whose clock is the real one
};
int Replay(const Target& target, const ReplayOptions& options);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_COMMANDS_H_
