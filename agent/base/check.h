// TRAYLINE_CHECK: aborts when an invariant of our own code is broken. Never for input, disk,
// network or configuration; those are Errors.
#ifndef TRAYLINE_AGENT_BASE_CHECK_H_
#define TRAYLINE_AGENT_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define TRAYLINE_CHECK(condition)                                                            \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

#endif  // TRAYLINE_AGENT_BASE_CHECK_H_
