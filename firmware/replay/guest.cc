#include "firmware/replay/guest.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace trayline::replay {
namespace {

using nlohmann::json;

// One visit while it is being played.
class Player {
 public:
  Player(const Order& order, const Order& extra, const std::map<std::string, std::string>& menu,
         const Rates& rates, Dice& dice)
      : order_(order), extra_(extra), menu_(menu), rates_(rates), dice_(dice) {}

  Visit Play();

 private:
  void Start();
  bool FillCart();
  void AddLine(const OrderLine& line);
  void PutInAndTakeOut();
  void ChangeQuantity();
  void Cancel();
  void Review();
  bool Pay();
  void Say(std::string type, json data = json::object());
  void Think(std::int64_t least_ms, std::int64_t greatest_ms) {
    now_ += Millis(dice_.Between(least_ms, greatest_ms));
  }
  json LineOf(const OrderLine& line) const;
  [[nodiscard]] bool LeavesAt(std::size_t line) const { return walk_away_ && line == leave_after_; }

  const Order& order_;
  const Order& extra_;
  const std::map<std::string, std::string>& menu_;
  const Rates& rates_;
  Dice& dice_;
  Visit visit_;
  Millis now_{0};
  bool walk_away_ = false;
  std::size_t leave_after_ = 0;  // lines; beyond the last: at the review
};

// A till knows the price of one; the file has the line's.
std::int64_t UnitMinor(const OrderLine& line) { return line.line_minor / line.quantity; }

json Player::LineOf(const OrderLine& line) const {
  json modifiers = json::array();
  for (const std::string& choice : line.choices) modifiers.push_back({{"id", Slug(choice)}});
  json out = {{"item_id", menu_.at(line.item)},
              {"item_name", line.item},
              {"unit_price_minor", UnitMinor(line)},
              {"quantity", line.quantity}};
  // Cents that a division leaves over are the till's own discount, so that lines add up as filed.
  const std::int64_t over = line.line_minor - UnitMinor(line) * line.quantity;
  if (over > 0) out["unit_price_minor"] = UnitMinor(line) + 1;
  if (over > 0) out["discount_minor"] = line.quantity - over;
  if (!modifiers.empty()) out["modifiers"] = std::move(modifiers);
  return out;
}

void Player::Say(std::string type, json data) {
  visit_.steps.push_back({now_, std::move(type), std::move(data), {}});
}

void Player::Start() {
  const bool qr = dice_.Happens(rates_.table_qr);
  Say("journey.started", {{"entry_source", qr ? "table_qr" : "walk_up"},
                          {"order_mode", dice_.Happens(rates_.dine_in) ? "dine_in" : "take_away"},
                          {"locale", "en"}});
  Think(900, 2500);
  Say("ecommerce.view_item_list", {{"item_list_id", "menu"}});
}

void Player::AddLine(const OrderLine& line) {
  Think(1500, 6000);
  Say("ecommerce.view_item",
      {{"lines", {{{"item_id", menu_.at(line.item)}, {"item_name", line.item}}}}});
  Think(1200,
        3000 + 900 * static_cast<std::int64_t>(std::min<std::size_t>(line.choices.size(), 6)));
  Say("ecommerce.add_to_cart", {{"lines", {LineOf(line)}}});
}

// Something is put in and taken out again, so the basket ends as it was filed: one line, or a burst
// of two in one event.
void Player::PutInAndTakeOut() {
  const bool burst = dice_.Happens(rates_.removal_burst) && extra_.lines.size() > 1;
  const std::size_t count = burst ? 2 : 1;
  json out = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    AddLine(extra_.lines[i]);
    out.push_back(LineOf(extra_.lines[i]));
  }
  Think(2000, 7000);
  Say("ecommerce.remove_from_cart", {{"lines", std::move(out)}});
  ++visit_.removals;
}

// The last line is made one more and one less again.
void Player::ChangeQuantity() {
  json line = LineOf(order_.lines.front());
  for (const std::int64_t quantity :
       {order_.lines.front().quantity + 1, order_.lines.front().quantity}) {
    Think(800, 2500);
    line["quantity"] = quantity;
    Say("ecommerce.update_cart_line", {{"lines", {line}}});
  }
}

void Player::Cancel() {
  constexpr std::array<std::string_view, 8> kReasons{
      "changed_mind", "changed_mind",     "too_expensive",    "too_slow",
      "not_given",    "item_unavailable", "ordering_problem", "not_given"};
  Think(1500, 5000);
  Say("order.cancel_requested", {{"by", "guest"}});
  Think(1500, 4000);
  Say("order.cancelled",
      {{"by", "guest"},
       {"reason", kReasons[static_cast<std::size_t>(dice_.Between(0, kReasons.size() - 1))]}});
  visit_.ending = Ending::kCancelled;
}

// False when the guest has walked away while choosing.
bool Player::FillCart() {
  const bool removes = dice_.Happens(rates_.removal);
  const auto remove_at = static_cast<std::size_t>(
      dice_.Between(0, static_cast<std::int64_t>(order_.lines.size()) - 1));
  for (std::size_t i = 0; i < order_.lines.size(); ++i) {
    if (LeavesAt(i)) return false;
    AddLine(order_.lines[i]);
    if (removes && i == remove_at) PutInAndTakeOut();
  }
  if (dice_.Happens(rates_.quantity_change)) ChangeQuantity();
  return true;
}

void Player::Review() {
  Think(1000, 3500);
  Say("ecommerce.view_cart", {{"value_minor", order_.ValueMinor()}});
}

// False when no payment came about.
bool Player::Pay() {
  constexpr int kAttempts = 3;
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    Think(1500, 4500);
    if (attempt == 1) Say("ecommerce.begin_checkout", {{"value_minor", order_.ValueMinor()}});
    Think(800, 2500);
    Say("payment.started",
        {{"attempt", attempt}, {"value_minor", order_.ValueMinor()}, {"payment_method", "card"}});
    Think(2500, 6000);
    const bool declined = dice_.Happens(attempt == 1 ? rates_.decline : rates_.decline_again);
    if (!declined) {
      Say("payment.approved", {{"attempt", attempt}, {"value_minor", order_.ValueMinor()}});
      return true;
    }
    ++visit_.declines;
    Say("payment.failed",
        {{"attempt", attempt}, {"failure_code", "declined"}, {"hard_decline", false}});
  }
  return false;
}

Visit Player::Play() {
  walk_away_ = dice_.Happens(rates_.walk_away);
  leave_after_ =
      static_cast<std::size_t>(dice_.Between(0, static_cast<std::int64_t>(order_.lines.size())));
  const bool cancels = !walk_away_ && dice_.Happens(rates_.cancel);
  Start();
  if (!FillCart()) {
    visit_.ending = Ending::kWalkedAway;
    return std::move(visit_);
  }
  Review();
  if (walk_away_) {
    visit_.ending = Ending::kWalkedAway;
    return std::move(visit_);
  }
  if (cancels) {
    Cancel();
    return std::move(visit_);
  }
  if (!Pay()) {
    visit_.ending = Ending::kDeclinedForGood;
    return std::move(visit_);
  }
  Think(300, 900);
  Say("ecommerce.purchase",
      {{"transaction_id", "T" + std::to_string(order_.id)}, {"value_minor", order_.ValueMinor()}});
  return std::move(visit_);
}

std::string Percent(std::int64_t ppm) {
  return std::to_string(ppm / 10'000) +
         (ppm % 10'000 != 0 ? "." + std::to_string(ppm % 10'000 / 1000) : "") + " %";
}

}  // namespace

std::string Describe(const Rates& rates) {
  return "removal " + Percent(rates.removal) + " of journeys (bursts " +
         Percent(rates.removal_burst) + " of them), cancelled " + Percent(rates.cancel) +
         ", walked away " + Percent(rates.walk_away) + ", first payment declined " +
         Percent(rates.decline) + " (each retry " + Percent(rates.decline_again) + ")";
}

Visit PlayGuest(const Order& order, const Order& extra,
                const std::map<std::string, std::string>& menu, const Rates& rates, Dice& dice) {
  return Player(order, extra, menu, rates, dice).Play();
}

}  // namespace trayline::replay
