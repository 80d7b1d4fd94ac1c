#include "firmware/replay/chipotle.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace trayline::replay {
namespace {

constexpr std::size_t kColumns = 5;
constexpr std::int64_t kQuantityMax = 9'999;     // the API's limit of a line
constexpr std::int64_t kDollarsMax = 1'000'000;  // of a line; more is a damaged file

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \r") - first + 1);
}

bool Number(std::string_view text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// "$2.39 " as 239.
bool Cents(std::string_view text, std::int64_t& out) {
  text = Trim(text);
  const auto dot = text.find('.');
  std::int64_t dollars = 0;
  std::int64_t cents = 0;
  if (!text.starts_with('$') || dot == std::string_view::npos || text.size() - dot != 3 ||
      !Number(text.substr(1, dot - 1), dollars) || !Number(text.substr(dot + 1), cents) ||
      dollars > kDollarsMax) {
    return false;
  }
  out = dollars * 100 + cents;
  return dollars >= 0 && cents >= 0;
}

// "[Salsa, [Rice, Cheese]]" as its leaves.
std::vector<std::string> Choices(std::string_view text) {
  std::vector<std::string> choices;
  if (text == "NULL") return choices;
  std::string choice;
  const auto finish = [&] {
    const std::string_view trimmed = Trim(choice);
    if (!trimmed.empty()) choices.emplace_back(trimmed);
    choice.clear();
  };
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ',') {
      finish();
    } else {
      choice.push_back(c);
    }
  }
  finish();
  return choices;
}

std::array<std::string_view, kColumns> Columns(std::string_view line) {
  std::array<std::string_view, kColumns> columns;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto tab = i + 1 < kColumns ? line.find('\t') : std::string_view::npos;
    columns[i] = line.substr(0, tab);
    line = tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
  }
  return columns;
}

}  // namespace

std::int64_t Order::ValueMinor() const {
  std::int64_t sum = 0;
  for (const OrderLine& line : lines) sum += line.line_minor;
  return sum;
}

Result<std::vector<Order>> ParseChipotle(std::string_view tsv) {
  std::vector<Order> orders;
  std::size_t number = 0;
  while (!tsv.empty()) {
    const auto end = tsv.find('\n');
    const std::string_view text = Trim(tsv.substr(0, end));
    tsv = end == std::string_view::npos ? std::string_view() : tsv.substr(end + 1);
    ++number;
    if (number == 1 || text.empty()) continue;  // the heading
    const auto columns = Columns(text);
    std::int64_t id = 0;
    OrderLine line{std::string(columns[2]), Choices(columns[3]), 1, 0};
    if (!Number(columns[0], id) || !Number(columns[1], line.quantity) ||
        !Cents(columns[4], line.line_minor) || line.item.empty() || line.quantity < 1 ||
        line.quantity > kQuantityMax) {
      return Error{Errc::kRejected,
                   "line " + std::to_string(number) +
                       " is not order id, quantity, item, choices, price in tab-separated columns"};
    }
    if (orders.empty() || orders.back().id != id) orders.push_back({id, {}});
    orders.back().lines.push_back(std::move(line));
  }
  return orders;
}

std::map<std::string, std::string> MenuNumbers(const std::vector<Order>& orders) {
  constexpr int kFirst = 101;
  std::set<std::string> names;
  for (const Order& order : orders) {
    for (const OrderLine& line : order.lines) names.insert(line.item);
  }
  std::map<std::string, std::string> numbers;
  int next = kFirst;
  for (const std::string& name : names) numbers[name] = std::to_string(next++);
  return numbers;
}

std::string Slug(std::string_view name) {
  std::string slug;
  for (const char c : name) {
    const char low = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    if ((low >= 'a' && low <= 'z') || (low >= '0' && low <= '9')) {
      slug.push_back(low);
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

}  // namespace trayline::replay
