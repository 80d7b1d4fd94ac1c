// WindowBuilder: finds the last records of each host stream in rows that are given newest first.
// Pure; value type.
#ifndef TRAYLINE_AGENT_JOURNAL_WINDOW_H_
#define TRAYLINE_AGENT_JOURNAL_WINDOW_H_

#include <cstdint>
#include <map>
#include <vector>

#include "agent/base/ids.h"
#include "agent/ports/event_store.h"

namespace trayline::journal {

class WindowBuilder {
 public:
  // The next older row of a stream. The rows of one record lie together and only its oldest has the
  // digest. Records beyond the newest kStreamWindow of a stream are passed over.
  void Add(std::uint32_t stream, std::uint64_t number, std::uint64_t digest, Sequence sequence,
           event::EventType type, JourneyId journey);

  // By stream, then number. Without a record whose oldest row was never given.
  [[nodiscard]] std::vector<ports::WindowEntry> Build() const;

 private:
  std::map<std::uint32_t, std::vector<ports::WindowEntry>> newest_first_;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_WINDOW_H_
