// Plan: which guests come to which terminal, one after the other. Pure, seeded.
#ifndef TRAYLINE_FIRMWARE_REPLAY_PLAN_H_
#define TRAYLINE_FIRMWARE_REPLAY_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "firmware/replay/guest.h"

namespace trayline::replay {

struct Turn {
  Millis gap{0};  // between the guest before and this one
  Visit visit;
};

// turns[t] are the guests of terminal t in order. Orders are dealt out in the file's order, so that
// every one is played once.
std::vector<std::vector<Turn>> PlanRush(const std::vector<Order>& orders, std::size_t terminals,
                                        const Rates& rates, std::uint64_t seed);

}  // namespace trayline::replay

#endif  // TRAYLINE_FIRMWARE_REPLAY_PLAN_H_
