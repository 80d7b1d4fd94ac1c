// Screen: what the commands print. Standard output gets what was asked for; complaints and notes
// go to standard error. A reader that has gone (`| head`) is no failure; a full disk is. Text for
// people is adapted to a terminal whose locale is not UTF-8; JSON never is. One thread.
#ifndef TRAYLINE_FIRMWARE_CLI_SCREEN_H_
#define TRAYLINE_FIRMWARE_CLI_SCREEN_H_

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace trayline::cli {

inline constexpr int kDone = 0;
inline constexpr int kNotDone = 1;
inline constexpr int kUsedWrongly = 2;

// Once, by main, before anything else: takes the locale's character set from the environment and
// has broken pipes reported as errors instead of ending the program.
void PrepareScreen();

// Text for people, on standard output.
void Show(std::string_view text);
// Bytes for programs, on standard output as they are.
void ShowBytes(std::string_view bytes);
// Hands what was shown to the kernel. False when that failed, or nobody reads any more: stop.
[[nodiscard]] bool FlushScreen();
// False when standard output is a pipe whose reader has gone. Does not block.
[[nodiscard]] bool SomebodyReads();

// Prints "trayline: text" to standard error.
void Note(std::string_view text);
// The same for an error; returns kNotDone.
int Complain(const Error& error);
// The same for a mistake of the caller; returns kUsedWrongly.
int WrongUse(std::string_view text);

// The exit status of a command that would end with status: output that could not be written makes
// it kNotDone, with a complaint, unless the reader has simply gone.
int FinishScreen(int status);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_SCREEN_H_
