// Normalise: what is recorded of a host's event. Pure.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/money.h"
#include "agent/journey/bounds.h"
#include "agent/journey/line_ids.h"
#include "agent/journey/machine.h"
#include "agent/journey/snapshot.h"

namespace trayline::journey {
namespace {

using event::EventType;
using event::Key;
using event::Record;
using event::RecordList;

RecordList Lines(const Record& data) {
  const auto lines = data.List(Key::kLines);
  return {lines.begin(), lines.end()};
}

bool HasId(const Record& line) { return !line.TextOr(Key::kLineId, "").empty(); }

// --- Adding -------------------------------------------------------------------------------------

RecordList WithIds(const Cart& cart, RecordList lines) {
  LineIds ids(cart);
  for (const Record& line : lines) {
    if (HasId(line)) ids.Use(BoundedText(line.TextOr(Key::kLineId, ""), kLineIdMax));
  }
  for (Record& line : lines) {
    if (!HasId(line)) line.Set(Key::kLineId, ids.Mint());
  }
  return lines;
}

// --- Finding the lines that a host without line ids means --------------------------------------

bool SaysItem(const Record& said) { return !said.TextOr(Key::kItemId, "").empty(); }

bool IsExactly(const CartLine& line, const CartLine& said) {
  return line.item_id == said.item_id && line.item_variant == said.item_variant &&
         line.modifiers_digest == said.modifiers_digest;
}

// As far as it is said: a host may name the item alone.
bool IsAsSaid(const CartLine& line, const CartLine& said, const Record& record) {
  return line.item_id == said.item_id &&
         (!record.Has(Key::kItemVariant) || line.item_variant == said.item_variant) &&
         (!record.Has(Key::kModifiers) || line.modifiers_digest == said.modifiers_digest);
}

// The latest line that record describes, null when there is none. A description that fits exactly
// goes before one that fits as far as it says anything; other_modifiers leaves the modifiers out of
// it, because they are what changes.
const CartLine* LatestLike(const Cart& cart, const Record& record, bool other_modifiers) {
  if (!SaysItem(record)) return nullptr;
  const CartLine said = CartLine::From(record);
  const auto& lines = cart.lines();
  const auto latest = [&lines](auto fits) -> const CartLine* {
    const auto found = std::find_if(lines.rbegin(), lines.rend(), fits);
    return found == lines.rend() ? nullptr : &*found;
  };
  const CartLine* line = latest([&said](const CartLine& known) { return IsExactly(known, said); });
  if (line != nullptr) return line;
  line = latest([&](const CartLine& known) { return IsAsSaid(known, said, record); });
  if (line != nullptr || !other_modifiers) return line;
  Record item = record;
  item.Remove(Key::kModifiers);
  return latest([&](const CartLine& known) { return IsAsSaid(known, said, item); });
}

// --- Removing -----------------------------------------------------------------------------------

// Takes said's quantity from as many lines as it needs, latest first; without a quantity one whole
// line. What is left when no line fits any more stays as the host sent it.
void SpreadRemoval(Cart& rest, Record said, RecordList& out) {
  const bool counted = said.Has(Key::kQuantity);
  std::int64_t left = said.IntOr(Key::kQuantity, 1);
  if (left <= 0) return out.push_back(std::move(said));  // no host may say so; kept as it is
  while (left > 0) {
    const CartLine* line = LatestLike(rest, said, /*other_modifiers=*/false);
    if (line == nullptr) break;
    Record part = said;
    part.Set(Key::kLineId, line->line_id);
    const std::int64_t taken = counted ? std::min(left, line->quantity) : left;
    if (counted) part.Set(Key::kQuantity, taken);
    left -= taken;
    rest.Remove(part);
    out.push_back(std::move(part));
  }
  if (left == 0) return;
  if (counted) said.Set(Key::kQuantity, left);
  out.push_back(std::move(said));
}

RecordList RemovalLines(const Cart& cart, RecordList lines) {
  Cart rest = cart;
  RecordList out;
  for (Record& line : lines) {
    if (HasId(line)) {
      rest.Remove(line);
      out.push_back(std::move(line));
    } else {
      SpreadRemoval(rest, std::move(line), out);
    }
  }
  return out;
}

RecordList UpdateLines(const Cart& cart, RecordList lines) {
  for (Record& line : lines) {
    if (HasId(line)) continue;
    const CartLine* known = LatestLike(cart, line, /*other_modifiers=*/true);
    if (known != nullptr) line.Set(Key::kLineId, known->line_id);
  }
  return lines;
}

// --- Drafts -------------------------------------------------------------------------------------

// One event about the cart, or several when the lines are more than a record may hold.
void AppendCartEvents(const Cart& cart, EventType type, const Record& rest, RecordList lines,
                      std::vector<Draft>& out) {
  for (std::size_t from = 0; from < lines.size(); from += event::kRecordListMax) {
    const std::size_t to = std::min(from + event::kRecordListMax, lines.size());
    RecordList part(std::make_move_iterator(lines.begin() + static_cast<std::ptrdiff_t>(from)),
                    std::make_move_iterator(lines.begin() + static_cast<std::ptrdiff_t>(to)));
    Record data = rest;
    data.Set(Key::kLines, std::move(part))
        .Set(Key::kCartRevision, static_cast<std::int64_t>(cart.revision() + out.size() + 1));
    out.push_back({type, std::move(data)});
  }
}

std::vector<Draft> CartChange(const Cart& cart, EventType type, Record data, RecordList lines) {
  std::vector<Draft> out;
  if (lines.empty()) {  // no host may say so; kept as it is
    out.push_back({type, std::move(data)});
    return out;
  }
  data.Remove(Key::kLines);
  AppendCartEvents(cart, type, data, std::move(lines), out);
  return out;
}

// The value and tax of the whole cart have no place in the deltas; currency and coupon have.
std::vector<Draft> SnapshotChange(const Journey& journey, const Record& data) {
  CartDelta delta = DeltaTo(journey.cart, Lines(data));
  Record rest;
  if (const auto currency = data.Int(Key::kCurrency); currency && *currency != journey.currency) {
    rest.Set(Key::kCurrency, *currency);
  }
  if (const auto coupon = data.Text(Key::kCoupon)) rest.Set(Key::kCoupon, std::string(*coupon));
  std::vector<Draft> out;
  AppendCartEvents(journey.cart, EventType::kRemoveFromCart, rest, std::move(delta.removed), out);
  AppendCartEvents(journey.cart, EventType::kAddToCart, rest, std::move(delta.added), out);
  AppendCartEvents(journey.cart, EventType::kUpdateCartLine, rest, std::move(delta.updated), out);
  return out;
}

std::int64_t LinesValueMinor(const Record& data) {
  std::int64_t sum = 0;
  for (const Record& line : data.List(Key::kLines)) {
    sum = std::min(sum + CartLine::From(line).ValueMinor(), kMoneyMaxMinor);
  }
  return sum;
}

// A value is computed from the event's own lines, else from the cart; without either it stays
// unknown. Once the purchase is known, its value is not guessed again.
Record WithValue(const Journey& journey, Record data) {
  if (data.Has(Key::kValueMinor) || journey.purchased) return data;
  if (!data.List(Key::kLines).empty()) {
    data.Set(Key::kValueMinor, LinesValueMinor(data));
  } else if (!journey.cart.empty()) {
    data.Set(Key::kValueMinor, journey.cart.ValueMinor());
  }
  return data;
}

}  // namespace

std::vector<Draft> Normalise(const Journey& journey, EventType type, Record data) {
  const Cart& cart = journey.cart;
  RecordList lines;
  switch (type) {
    case EventType::kAddToCart:
      lines = WithIds(cart, Lines(data));
      return CartChange(cart, type, std::move(data), std::move(lines));
    case EventType::kRemoveFromCart:
      lines = RemovalLines(cart, Lines(data));
      return CartChange(cart, type, std::move(data), std::move(lines));
    case EventType::kUpdateCartLine:
      lines = UpdateLines(cart, Lines(data));
      return CartChange(cart, type, std::move(data), std::move(lines));
    case EventType::kCartSnapshot:
      return SnapshotChange(journey, data);
    case EventType::kViewCart:
    case EventType::kBeginCheckout:
    case EventType::kPurchase:
      return {{type, WithValue(journey, std::move(data))}};
    default:
      return {{type, std::move(data)}};
  }
}

}  // namespace trayline::journey
