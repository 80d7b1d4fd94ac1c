// Rounds and seeds of the long tests, from the environment.
#ifndef TRAYLINE_TESTS_FAULT_CHILD_ENVIRONMENT_H_
#define TRAYLINE_TESTS_FAULT_CHILD_ENVIRONMENT_H_

#include <cstdint>
#include <cstdlib>

namespace trayline::fault {

// The number that the variable holds, or fallback when it is not set.
inline std::uint64_t FromEnvironment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_CHILD_ENVIRONMENT_H_
