// Verify: what was answered against what is in the databases, read from the files themselves after
// everything has stopped. The main thread; blocks on the disk.
#ifndef TRAYLINE_TESTS_PROVE_VERIFY_H_
#define TRAYLINE_TESTS_PROVE_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "tests/prove/host.h"
#include "tests/prove/orders.h"

namespace trayline::prove {

// One terminal's answers and where to look for them.
struct Claim {
  std::string terminal;  // "demo/s001/k1"
  std::string hq_database;
  std::string journal;
  const std::vector<Answer>& answers;
  OrderStream sent;  // from its beginning
};

// What was found, in events that a host was answered unless said otherwise.
struct Findings {
  std::uint64_t answered = 0;
  std::uint64_t no_change = 0;    // answered that nothing was to be recorded
  std::uint64_t at_hq = 0;        // all rows at headquarters, what agents added included
  std::uint64_t voided = 0;       // positions that headquarters holds as given up
  std::uint64_t in_journals = 0;  // rows that journals still keep, compared with headquarters'

  std::uint64_t missing = 0;    // the answered number holds nothing, or another kind of event
  std::uint64_t doubled = 0;    // more events of a kind at headquarters than were sent, or two rows
                                // of one id in a journal
  std::uint64_t reordered = 0;  // an answered number is not above the one before, or the event is
                                // in another journey than was answered
  std::uint64_t different = 0;  // other content than the host sent, or than the journal keeps
  std::uint64_t gaps = 0;       // positions below headquarters' last that it does not have
  std::vector<std::string> examples;  // of what is wrong, a few

  [[nodiscard]] bool AllWell() const {
    return missing + doubled + reordered + different + gaps + voided == 0;
  }
  void Wrong(std::uint64_t& count, const std::string& example);
};

// Adds to findings. An error when a database cannot be read.
Status Verify(Claim claim, Findings& findings);

}  // namespace trayline::prove

#endif  // TRAYLINE_TESTS_PROVE_VERIFY_H_
