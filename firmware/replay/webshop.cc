#include "firmware/replay/webshop.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

namespace trayline::replay {
namespace {

using nlohmann::json;

constexpr std::size_t kRefMax = 64;                // bytes of a journey_ref at the local API
constexpr std::int64_t kUnitsMax = 1'000'000'000;  // of a price; more is a damaged file

std::vector<std::string_view> Split(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const auto comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

bool Number(std::string_view text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// "13.48" as 1348; some prices of the set are negative, which is the shop's business.
bool Cents(std::string_view text, std::int64_t& out) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto dot = text.find('.');
  std::int64_t units = 0;
  std::int64_t cents = 0;
  if (!Number(text.substr(0, dot), units) || units > kUnitsMax) return false;
  if (dot != std::string_view::npos) {
    const auto decimals = text.substr(dot + 1);
    if (decimals.size() > 2 || !Number(decimals, cents)) return false;
    if (decimals.size() == 1) cents *= 10;
  }
  out = (units * 100 + cents) * (negative ? -1 : 1);
  return units >= 0 && cents >= 0;
}

// "2022-10-01 00:00:00[ UTC]".
bool Time(std::string_view text, WallTime& out) {
  const auto parsed = ParseRfc3339(std::string(text.substr(0, 19)) + "Z");
  if (parsed.ok()) out = parsed->time;
  return parsed.ok();
}

// Calls row(cells) for each line below the heading; row says whether it could be read.
template <typename Row>
Status ForEachRow(std::string_view csv, std::size_t columns, Row row) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  std::size_t number = 0;
  while (!csv.empty()) {
    const auto end = csv.find('\n');
    std::string_view line = csv.substr(0, end);
    csv = end == std::string_view::npos ? std::string_view() : csv.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (++number == 1 || line.empty()) continue;
    const auto cells = Split(line);
    if (cells.size() != columns || !row(cells)) {
      return Error{Errc::kRejected, "line " + std::to_string(number) + " cannot be read: '" +
                                        std::string(line.substr(0, 80)) + "'"};
    }
  }
  return {};
}

// Collects steps; at the end they stand by time, and count from the first.
class Collector {
 public:
  void Add(WallTime time, std::string type, json data, std::string_view session) {
    std::string ref(session.substr(0, kRefMax));
    sessions_.insert(ref);
    out_.steps.push_back(
        {time.time_since_epoch(), std::move(type), std::move(data), std::move(ref)});
  }
  void LeaveOut() { ++out_.left_out; }
  Sessions Finish() {
    out_.sessions = sessions_.size();
    // The published files are in order; a cut or joined one need not be. Rows of one second stay as
    // they are.
    std::stable_sort(out_.steps.begin(), out_.steps.end(),
                     [](const Step& a, const Step& b) { return a.at < b.at; });
    const Millis first = out_.steps.empty() ? Millis(0) : out_.steps.front().at;
    for (Step& step : out_.steps) step.at -= first;
    return std::move(out_);
  }

 private:
  Sessions out_;
  std::set<std::string> sessions_;
};

json Line(std::string_view item) { return {{"item_id", std::string(item)}}; }

}  // namespace

Result<Sessions> ParseRees46(std::string_view csv) {
  Collector out;
  const Status read = ForEachRow(csv, 6, [&](const std::vector<std::string_view>& cells) {
    WallTime time;
    std::int64_t price = 0;
    if (!Time(cells[0], time) || !Cents(cells[3], price)) return false;
    json line = Line(cells[2]);
    line["unit_price_minor"] = price;
    const std::string_view kind = cells[1];
    if (kind == "view") {
      out.Add(time, "ecommerce.view_item", {{"lines", {line}}}, cells[5]);
    } else if (kind == "cart") {
      out.Add(time, "ecommerce.add_to_cart", {{"lines", {line}}}, cells[5]);
    } else if (kind == "remove_from_cart") {
      out.Add(time, "ecommerce.remove_from_cart", {{"lines", {line}}}, cells[5]);
    } else if (kind == "purchase") {
      out.Add(time, "ecommerce.purchase", {{"lines", {line}}}, cells[5]);
    } else {
      return false;
    }
    return true;
  });
  if (!read.ok()) return read.error();
  return out.Finish();
}

Result<Sessions> ParseJdata(std::string_view csv) {
  Collector out;
  const Status read = ForEachRow(csv, 7, [&](const std::vector<std::string_view>& cells) {
    WallTime time;
    std::int64_t kind = 0;
    if (!Time(cells[2], time) || !Number(cells[4], kind)) return false;
    const std::string_view user = cells[0].substr(0, cells[0].find('.'));
    const json data = {{"lines", {Line(cells[1])}}};
    switch (kind) {
      case 1:
        out.Add(time, "ecommerce.view_item", data, user);
        return true;
      case 2:
        out.Add(time, "ecommerce.add_to_cart", data, user);
        return true;
      case 3:
        out.Add(time, "ecommerce.remove_from_cart", data, user);
        return true;
      case 4:
        out.Add(time, "ecommerce.purchase", data, user);
        return true;
      case 5:  // follow: to keep an item in mind is no ordering event
        out.LeaveOut();
        return true;
      case 6:
        out.Add(time, "ecommerce.select_item", data, user);
        return true;
      default:
        return false;
    }
  });
  if (!read.ok()) return read.error();
  return out.Finish();
}

}  // namespace trayline::replay
