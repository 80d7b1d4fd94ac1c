#include "firmware/replay/plan.h"

namespace trayline::replay {
namespace {

// A queue at lunch: the next guest steps up within seconds. After a walk-away nobody says that the
// kiosk is free, and it takes longer; sometimes the next guest is there before the idle warning has
// run out.
Millis GapAfter(Ending ending, Dice& dice) {
  if (ending == Ending::kWalkedAway) return Millis(dice.Between(15'000, 110'000));
  return Millis(dice.Between(2'000, 12'000));
}

}  // namespace

std::vector<std::vector<Turn>> PlanRush(const std::vector<Order>& orders, std::size_t terminals,
                                        const Rates& rates, std::uint64_t seed) {
  std::vector<std::vector<Turn>> turns(terminals);
  if (orders.empty() || terminals == 0) return turns;
  const auto menu = MenuNumbers(orders);
  Dice dice(seed);
  std::vector<Ending> last(terminals, Ending::kPaid);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const std::size_t terminal = i % terminals;
    const auto other = dice.Between(0, static_cast<std::int64_t>(orders.size()) - 1);
    Turn turn{GapAfter(last[terminal], dice),
              PlayGuest(orders[i], orders[static_cast<std::size_t>(other)], menu, rates, dice)};
    last[terminal] = turn.visit.ending;
    turns[terminal].push_back(std::move(turn));
  }
  return turns;
}

}  // namespace trayline::replay
