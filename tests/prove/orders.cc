#include "tests/prove/orders.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "firmware/replay/plan.h"

namespace trayline::prove {

Result<std::vector<replay::Order>> ReadOrders(const std::string& tsv_path) {
  std::ifstream file(tsv_path, std::ios::binary);
  if (!file) return Error{Errc::kNotFound, tsv_path + ": cannot be read"};
  std::ostringstream text;
  text << file.rdbuf();
  auto orders = replay::ParseChipotle(text.view());
  if (!orders) return orders.error().In(tsv_path);
  if (orders->empty()) return Error{Errc::kRejected, tsv_path + ": no orders"};
  return orders;
}

const replay::Step& OrderStream::Next() {
  while (at_ == round_.size()) {
    round_.clear();
    at_ = 0;
    auto turns = replay::PlanRush(orders_, terminals_, replay::Rates{}, seed_++);
    for (replay::Turn& turn : turns[terminal_]) {
      for (replay::Step& step : turn.visit.steps) round_.push_back(std::move(step));
    }
  }
  return round_[at_++];
}

}  // namespace trayline::prove
