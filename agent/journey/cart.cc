#include "agent/journey/cart.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "agent/base/hash.h"
#include "agent/base/money.h"
#include "agent/base/varint.h"
#include "agent/journey/bounds.h"

namespace trayline::journey {
namespace {

using event::Key;
using event::Record;

// A host's own number above this does not move the count on, so counting never overflows.
constexpr std::uint64_t kHostNumberMax = 1'000'000'000'000'000;

// The greatest line: quantity x two prices at their limits is 2e16, a cart of them 5e18 < 2^63.
static_assert(kLineQuantityMax * 2 * kMoneyMaxMinor <=
              INT64_MAX / static_cast<std::int64_t>(kCartLinesMax));

std::int64_t BoundedMoney(std::int64_t minor) {
  return std::clamp(minor, -kMoneyMaxMinor, kMoneyMaxMinor);
}

std::int64_t BoundedQuantity(std::int64_t quantity) {
  return std::clamp<std::int64_t>(quantity, 0, kLineQuantityMax);
}

std::string LineText(const Record& record, Key key, std::size_t limit) {
  return std::string(BoundedText(record.TextOr(key, ""), limit));
}

// Added to one by one: each step stays within the bound, so no sum overflows.
std::int64_t ModifiersMinor(std::span<const Record> modifiers) {
  std::int64_t sum = 0;
  for (const Record& modifier : modifiers) {
    const std::int64_t quantity = BoundedQuantity(modifier.IntOr(Key::kQuantity, 1));
    sum = BoundedMoney(sum + quantity * BoundedMoney(modifier.IntOr(Key::kPriceMinor, 0)));
  }
  return sum;
}

std::uint64_t ModifiersDigest(std::span<const Record> modifiers) {
  if (modifiers.empty()) return 0;
  std::vector<std::string> parts;
  parts.reserve(modifiers.size());
  for (const Record& modifier : modifiers) {
    std::string part;
    PutBytes(part, modifier.TextOr(Key::kModifierId, ""));
    PutSigned(part, modifier.IntOr(Key::kQuantity, 1));
    parts.push_back(std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  std::uint64_t digest = kFnv64Offset;
  for (const std::string& part : parts) digest = Fnv1a64(part, digest);
  return digest == 0 ? 1 : digest;
}

}  // namespace

std::int64_t CartLine::ValueMinor() const {
  const std::int64_t each = BoundedMoney(unit_price_minor) + BoundedMoney(modifiers_minor);
  const std::int64_t value = BoundedQuantity(quantity) * each - BoundedMoney(discount_minor);
  return std::clamp<std::int64_t>(value, 0, kMoneyMaxMinor);
}

CartLine CartLine::From(const Record& record) {
  CartLine line;
  line.line_id = LineText(record, Key::kLineId, kLineIdMax);
  line.item_id = LineText(record, Key::kItemId, kLineIdMax);
  line.item_name = LineText(record, Key::kItemName, kItemNameMax);
  line.item_variant = LineText(record, Key::kItemVariant, kLineIdMax);
  line.unit_price_minor = BoundedMoney(record.IntOr(Key::kUnitPriceMinor, 0));
  line.quantity = BoundedQuantity(record.IntOr(Key::kQuantity, 1));
  line.discount_minor = BoundedMoney(record.IntOr(Key::kDiscountMinor, 0));
  line.modifiers_minor = ModifiersMinor(record.List(Key::kModifiers));
  line.modifiers_digest = ModifiersDigest(record.List(Key::kModifiers));
  return line;
}

void Cart::Add(const Record& record) {
  CartLine line = CartLine::From(record);
  if (line.quantity == 0) return;
  if (line.line_id.empty()) line.line_id = std::to_string(next_line_);
  NoteNumber(line.line_id);
  const std::size_t there = IndexOf(line.line_id);
  if (there < lines_.size()) {
    CartLine& known = lines_[there];
    known.quantity = BoundedQuantity(known.quantity + line.quantity);
    known.discount_minor = BoundedMoney(known.discount_minor + line.discount_minor);
  } else if (lines_.size() < kCartLinesMax) {
    lines_.push_back(std::move(line));
  }
}

void Cart::Remove(const Record& record) {
  const std::size_t there = IndexOf(record.TextOr(Key::kLineId, ""));
  if (there == lines_.size()) return;
  const auto quantity = record.Int(Key::kQuantity);
  if (!quantity || BoundedQuantity(*quantity) >= lines_[there].quantity) {
    Forget(there);
  } else {
    lines_[there].quantity -= BoundedQuantity(*quantity);
  }
}

void Cart::Update(const Record& record) {
  const std::size_t there = IndexOf(record.TextOr(Key::kLineId, ""));
  if (there == lines_.size()) return;
  CartLine& line = lines_[there];
  CartLine said = CartLine::From(record);
  if (record.Has(Key::kItemId)) line.item_id = std::move(said.item_id);
  if (record.Has(Key::kItemName)) line.item_name = std::move(said.item_name);
  if (record.Has(Key::kItemVariant)) line.item_variant = std::move(said.item_variant);
  if (record.Has(Key::kUnitPriceMinor)) line.unit_price_minor = said.unit_price_minor;
  if (record.Has(Key::kDiscountMinor)) line.discount_minor = said.discount_minor;
  if (record.Has(Key::kModifiers)) {
    line.modifiers_minor = said.modifiers_minor;
    line.modifiers_digest = said.modifiers_digest;
  }
  if (record.Has(Key::kQuantity)) line.quantity = said.quantity;
  if (line.quantity == 0) Forget(there);
}

void Cart::Clear() { lines_.clear(); }

std::int64_t Cart::ValueMinor() const {
  std::int64_t sum = 0;
  for (const CartLine& line : lines_) sum += line.ValueMinor();
  return std::min(sum, kMoneyMaxMinor);
}

const CartLine* Cart::Find(std::string_view line_id) const {
  const std::size_t there = IndexOf(line_id);
  return there == lines_.size() ? nullptr : &lines_[there];
}

std::size_t Cart::IndexOf(std::string_view line_id) const {
  const std::string_view wanted = BoundedText(line_id, kLineIdMax);
  const auto found = std::find_if(lines_.begin(), lines_.end(), [wanted](const CartLine& line) {
    return line.line_id == wanted;
  });
  return static_cast<std::size_t>(found - lines_.begin());
}

void Cart::Forget(std::size_t index) {
  lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Cart::NoteNumber(std::string_view line_id) {
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(line_id.data(), line_id.data() + line_id.size(), number);
  if (error != std::errc() || end != line_id.data() + line_id.size()) return;
  if (number == next_line_ || (number > next_line_ && number <= kHostNumberMax)) {
    next_line_ = number + 1;
  }
}

}  // namespace trayline::journey
