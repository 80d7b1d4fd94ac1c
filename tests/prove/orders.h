// Orders: the real orders as one terminal's host reports them, for ever: the set is played again
// and again, each time with other guests (firmware/replay). The same seed gives the same steps, so
// that what was sent can be made anew and compared. One thread.
#ifndef TRAYLINE_TESTS_PROVE_ORDERS_H_
#define TRAYLINE_TESTS_PROVE_ORDERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "firmware/replay/chipotle.h"
#include "firmware/replay/guest.h"

namespace trayline::prove {

// kNotFound, or kRejected with the line.
Result<std::vector<replay::Order>> ReadOrders(const std::string& tsv_path);

class OrderStream {
 public:
  // Of this terminal among terminals. orders are borrowed and not empty.
  OrderStream(const std::vector<replay::Order>& orders, std::size_t terminals, std::size_t terminal,
              std::uint64_t seed)
      : orders_(orders), terminals_(terminals), terminal_(terminal), seed_(seed) {}

  // Valid until the next call.
  const replay::Step& Next();

 private:
  const std::vector<replay::Order>& orders_;
  const std::size_t terminals_;
  const std::size_t terminal_;
  std::uint64_t seed_;  // of the next round through the set
  std::vector<replay::Step> round_;
  std::size_t at_ = 0;
};

}  // namespace trayline::prove

#endif  // TRAYLINE_TESTS_PROVE_ORDERS_H_
