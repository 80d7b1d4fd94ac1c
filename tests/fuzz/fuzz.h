// What all fuzz targets share. A target is LLVMFuzzerTestOneInput in a file of its own: it feeds
// the bytes to what reads them in the product and aborts (TRAYLINE_CHECK) when a promise is broken.
// libFuzzer calls it with what it invents (preset fuzz); replay_main.cc calls it with the files of
// corpus/ and regressions/ in every test run. One thread; no state is kept between two inputs that
// could change what the second one does.
#ifndef TRAYLINE_TESTS_FUZZ_FUZZ_H_
#define TRAYLINE_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/base/check.h"
#include "agent/base/ids.h"

// Called with each input; always returns 0. The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace trayline::fuzz {

inline constexpr Epoch kEpoch{1'790'000'000};

inline std::string_view AsText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline const TerminalId& Terminal() {
  static const TerminalId terminal{"demo", "s001", "k1"};
  return terminal;
}

}  // namespace trayline::fuzz

#endif  // TRAYLINE_TESTS_FUZZ_FUZZ_H_
