// The Chipotle set: 1,834 real restaurant orders as final baskets (tests/data/README.md says what
// it is). Pure.
#ifndef TRAYLINE_FIRMWARE_REPLAY_CHIPOTLE_H_
#define TRAYLINE_FIRMWARE_REPLAY_CHIPOTLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace trayline::replay {

struct OrderLine {
  std::string item;                  // "Chicken Bowl"
  std::vector<std::string> choices;  // "Black Beans", ...; brackets of the file taken apart
  std::int64_t quantity = 1;
  std::int64_t line_minor = 0;  // price of the whole line in cents, as in the file
};

struct Order {
  std::int64_t id = 0;
  std::vector<OrderLine> lines;
  [[nodiscard]] std::int64_t ValueMinor() const;
};

// The file's tab-separated text. The price column holds "$2.39 " with its space, the choices a
// literal NULL or nested brackets. kRejected names the line that is not so.
Result<std::vector<Order>> ParseChipotle(std::string_view tsv);

// A menu number for each item name, from "101" in alphabetical order, as a till would have it.
std::map<std::string, std::string> MenuNumbers(const std::vector<Order>& orders);

// "Tomatillo-Red Chili Salsa (Hot)" -> "tomatillo-red-chili-salsa-hot".
std::string Slug(std::string_view name);

}  // namespace trayline::replay

#endif  // TRAYLINE_FIRMWARE_REPLAY_CHIPOTLE_H_
