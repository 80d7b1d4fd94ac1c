// Ids for lines that the host gives none. Only the .cc files of this module include it. Pure; not
// shared between threads.
#ifndef TRAYLINE_AGENT_JOURNEY_LINE_IDS_H_
#define TRAYLINE_AGENT_JOURNEY_LINE_IDS_H_

#include <set>
#include <string>
#include <string_view>

#include "agent/journey/cart.h"

namespace trayline::journey {

class LineIds {
 public:
  // cart must outlive it.
  explicit LineIds(const Cart& cart) : cart_(cart), next_(cart.next_line()) {}

  // The host gives this id to a line of the same event.
  void Use(std::string_view id) { used_.emplace(id); }

  // The next number that neither the cart nor the event has.
  std::string Mint() {
    std::string id = std::to_string(next_++);
    while (cart_.Find(id) != nullptr || used_.contains(id)) id = std::to_string(next_++);
    return id;
  }

 private:
  const Cart& cart_;
  std::set<std::string, std::less<>> used_;
  std::uint64_t next_;
};

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_LINE_IDS_H_
