#include "agent/journey/snapshot.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/journey/line_ids.h"

namespace trayline::journey {
namespace {

using event::Key;
using event::Record;
using event::RecordList;

struct Wanted {
  const Record* record;
  CartLine line;
  const CartLine* match = nullptr;
};

bool SameItem(const CartLine& a, const CartLine& b) {
  return a.item_id == b.item_id && a.item_variant == b.item_variant;
}

bool SameDish(const CartLine& a, const CartLine& b) {
  return a.modifiers_digest == b.modifiers_digest && SameItem(a, b);
}

bool SameButId(const CartLine& a, const CartLine& b) {
  return SameDish(a, b) && a.quantity == b.quantity && a.unit_price_minor == b.unit_price_minor &&
         a.discount_minor == b.discount_minor && a.modifiers_minor == b.modifiers_minor &&
         a.item_name == b.item_name;
}

// The lines of the snapshot; an id that comes twice counts for its first line only.
std::vector<Wanted> Read(const RecordList& snapshot) {
  std::vector<Wanted> wanted;
  wanted.reserve(snapshot.size());
  for (const Record& record : snapshot) {
    Wanted line{&record, CartLine::From(record)};
    if (line.line.quantity == 0) continue;
    const bool taken = std::any_of(wanted.begin(), wanted.end(), [&line](const Wanted& earlier) {
      return earlier.line.line_id == line.line.line_id;
    });
    if (taken) line.line.line_id.clear();
    wanted.push_back(std::move(line));
  }
  return wanted;
}

class Matching {
 public:
  explicit Matching(const Cart& cart) {
    for (const CartLine& line : cart.lines()) free_.push_back(&line);
  }

  void ById(std::vector<Wanted>& wanted) {
    for (Wanted& line : wanted) {
      if (line.line.line_id.empty()) continue;
      Take(line, [&line](const CartLine& known) { return known.line_id == line.line.line_id; });
    }
  }

  void By(bool (*same)(const CartLine&, const CartLine&), std::vector<Wanted>& wanted) {
    for (Wanted& line : wanted) {
      if (line.match != nullptr || !line.line.line_id.empty()) continue;
      Take(line, [&line, same](const CartLine& known) { return same(known, line.line); });
    }
  }

  [[nodiscard]] const std::vector<const CartLine*>& unmatched() const { return free_; }

 private:
  template <typename Fits>
  void Take(Wanted& line, Fits fits) {
    const auto found = std::find_if(free_.begin(), free_.end(),
                                    [&fits](const CartLine* known) { return fits(*known); });
    if (found == free_.end()) return;
    line.match = *found;
    free_.erase(found);
  }

  std::vector<const CartLine*> free_;  // lines of the cart, in their order
};

Record Removal(const CartLine& known, std::int64_t quantity) {
  Record record;
  record.Set(Key::kLineId, known.line_id).Set(Key::kQuantity, quantity);
  if (!known.item_id.empty()) record.Set(Key::kItemId, known.item_id);
  return record;
}

// What differs beside the quantity; nullopt when nothing does.
std::optional<Record> Change(const CartLine& known, const Wanted& wanted) {
  const CartLine& line = wanted.line;
  Record record;
  if (line.item_id != known.item_id) record.Set(Key::kItemId, line.item_id);
  if (line.item_name != known.item_name) record.Set(Key::kItemName, line.item_name);
  if (line.item_variant != known.item_variant) record.Set(Key::kItemVariant, line.item_variant);
  if (line.unit_price_minor != known.unit_price_minor) {
    record.Set(Key::kUnitPriceMinor, line.unit_price_minor);
  }
  if (line.discount_minor != known.discount_minor) {
    record.Set(Key::kDiscountMinor, line.discount_minor);
  }
  if (line.modifiers_digest != known.modifiers_digest ||
      line.modifiers_minor != known.modifiers_minor) {
    const auto modifiers = wanted.record->List(Key::kModifiers);
    record.Set(Key::kModifiers, RecordList(modifiers.begin(), modifiers.end()));
  }
  if (record.empty()) return std::nullopt;
  record.Set(Key::kLineId, known.line_id);
  return record;
}

void Compare(const Wanted& wanted, CartDelta& delta) {
  const CartLine& known = *wanted.match;
  const std::int64_t more = wanted.line.quantity - known.quantity;
  if (more < 0) delta.removed.push_back(Removal(known, -more));
  if (more > 0) {
    Record record = *wanted.record;
    record.Set(Key::kLineId, known.line_id).Set(Key::kQuantity, more);
    record.Remove(Key::kDiscountMinor);  // it is the whole line's, and a change of it is an update
    delta.added.push_back(std::move(record));
  }
  if (auto change = Change(known, wanted)) delta.updated.push_back(std::move(*change));
}

}  // namespace

CartDelta DeltaTo(const Cart& cart, const RecordList& snapshot) {
  std::vector<Wanted> wanted = Read(snapshot);
  Matching matching(cart);
  matching.ById(wanted);
  matching.By(SameButId, wanted);
  matching.By(SameDish, wanted);
  matching.By(SameItem, wanted);
  CartDelta delta;
  for (const CartLine* gone : matching.unmatched()) {
    delta.removed.push_back(Removal(*gone, gone->quantity));
  }
  LineIds ids(cart);
  for (const Wanted& line : wanted) ids.Use(line.line.line_id);
  for (const Wanted& line : wanted) {
    if (line.match != nullptr) {
      Compare(line, delta);
      continue;
    }
    Record record = *line.record;
    if (line.line.line_id.empty()) record.Set(Key::kLineId, ids.Mint());
    delta.added.push_back(std::move(record));
  }
  return delta;
}

}  // namespace trayline::journey
