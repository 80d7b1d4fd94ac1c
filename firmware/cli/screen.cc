#include "firmware/cli/screen.h"

#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>

#include "firmware/cli/width.h"

namespace trayline::cli {
namespace {

// What the locale of the environment can show. An unset locale (C) says nothing about the terminal,
// and nearly all show UTF-8, so only a locale that names another character set counts.
bool KnowsUtf8() {
  const std::string_view charset = nl_langinfo(CODESET);
  return charset == "UTF-8" || charset == "ANSI_X3.4-1968";
}

void Put(std::FILE* stream, std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream));
}

void PutText(std::FILE* stream, std::string_view text) {
  if (KnowsUtf8()) {
    Put(stream, text);
  } else {
    Put(stream, AsciiOnly(text));
  }
}

}  // namespace

void PrepareScreen() {
  std::setlocale(LC_CTYPE, "");
  ::signal(SIGPIPE, SIG_IGN);
}

void Show(std::string_view text) { PutText(stdout, text); }

void ShowBytes(std::string_view bytes) { Put(stdout, bytes); }

bool FlushScreen() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

bool SomebodyReads() {
  pollfd out{STDOUT_FILENO, 0, 0};
  return ::poll(&out, 1, 0) <= 0 || (out.revents & (POLLERR | POLLHUP)) == 0;
}

void Note(std::string_view text) {
  std::fflush(stdout);  // so that both streams on one screen come in their order
  PutText(stderr, "trayline: " + std::string(text) + "\n");
}

int Complain(const Error& error) {
  Note(error.text);
  return kNotDone;
}

int WrongUse(std::string_view text) {
  Note(text);
  return kUsedWrongly;
}

int FinishScreen(int status) {
  errno = 0;
  if (FlushScreen()) return status;
  const int reason = errno;
  if (!SomebodyReads()) return status;
  return Complain({Errc::kFull, "the output could not be written" +
                                    (reason != 0 ? ": " + std::string(std::strerror(reason))
                                                 : std::string("; is the disk full?"))});
}

}  // namespace trayline::cli
