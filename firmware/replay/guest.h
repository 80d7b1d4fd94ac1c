// A guest at a kiosk: from a real final basket to what a kiosk's page would have reported while it
// came about. The basket, its prices and choices are real; the order of adding, the timing, every
// removal, cancellation, walk-away and declined payment are simulated. Pure, seeded.
#ifndef TRAYLINE_FIRMWARE_REPLAY_GUEST_H_
#define TRAYLINE_FIRMWARE_REPLAY_GUEST_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "firmware/replay/chipotle.h"
#include "firmware/replay/dice.h"

namespace trayline::replay {

// What a host sends, and when, counted from the start of its visit.
struct Step {
  Millis at{0};
  std::string type;  // short name, "ecommerce.add_to_cart"
  nlohmann::json data = nlohmann::json::object();
  std::string journey_ref;  // empty for a kiosk, which has one guest at a time
};

// How often a simulated guest does what the data does not say, in millionths of journeys.
struct Rates {
  std::int64_t removal = 300'000;        // of 21-40 % measured in the web-shop sets
  std::int64_t removal_burst = 360'000;  // of removals: several lines at once, as measured
  std::int64_t quantity_change = 80'000;
  std::int64_t cancel = 60'000;
  std::int64_t walk_away = 90'000;
  std::int64_t decline = 40'000;         // first attempt declined
  std::int64_t decline_again = 250'000;  // of retries
  std::int64_t table_qr = 150'000;       // entry by a QR code instead of walking up
  std::int64_t dine_in = 550'000;        // else taken away
};

// The rates in words, one line, for outputs.
std::string Describe(const Rates& rates);

enum class Ending { kPaid, kCancelled, kWalkedAway, kDeclinedForGood };

struct Visit {
  std::vector<Step> steps;
  Ending ending = Ending::kPaid;
  int removals = 0;
  int declines = 0;
};

// menu is MenuNumbers(). extra is any order whose items may be put in and taken out again.
Visit PlayGuest(const Order& order, const Order& extra,
                const std::map<std::string, std::string>& menu, const Rates& rates, Dice& dice);

}  // namespace trayline::replay

#endif  // TRAYLINE_FIRMWARE_REPLAY_GUEST_H_
