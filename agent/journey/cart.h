// Cart: the lines of one journey as the host's deltas have left them. The host is the authority on
// price and tax; the cart only adds up. Value type, pure.
#ifndef TRAYLINE_AGENT_JOURNEY_CART_H_
#define TRAYLINE_AGENT_JOURNEY_CART_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/event/record.h"

namespace trayline::journey {

inline constexpr std::size_t kCartLinesMax = 256;  // as event::kRecordListMax
// Bytes kept of a line's texts, the limits of agent/event for hosts; longer ones are cut at a
// character. Texts are compared as they are kept.
inline constexpr std::size_t kLineIdMax = 64;
inline constexpr std::size_t kItemNameMax = 200;
inline constexpr std::int64_t kLineQuantityMax = 1'000'000;  // adds may pile up on one line

struct CartLine {
  std::string line_id;  // the host's, or minted: "1", "2", ... within the journey
  std::string item_id;
  std::string item_name;
  std::string item_variant;
  std::int64_t unit_price_minor = 0;
  std::int64_t quantity = 0;
  std::int64_t discount_minor = 0;   // of the whole line, taken off
  std::int64_t modifiers_minor = 0;  // sum of quantity x price of the modifiers, per unit
  // Which modifiers: FNV-1a 64 of their sorted ids with quantities, 0 for none. Their order and
  // prices do not matter.
  std::uint64_t modifiers_digest = 0;

  // The line that a record describes: what it leaves out is empty, 0, or a quantity of 1.
  static CartLine From(const event::Record& record);
  // quantity x (unit price + modifiers) - discount, within 0..kMoneyMaxMinor whatever the values.
  [[nodiscard]] std::int64_t ValueMinor() const;
  friend bool operator==(const CartLine&, const CartLine&) = default;
};

class Cart {
 public:
  // Folds one line of an add_to_cart, remove_from_cart or update_cart_line. Adding to a line that
  // is there raises its quantity and its discount; a line without an id gets the next number.
  // Removing takes quantity away (the whole line when none is given or none is left). Updating
  // replaces what is given; a quantity of 0 removes the line. Ignored: removals and updates without
  // a match, and new lines beyond kCartLinesMax (React calls them irregular).
  void Add(const event::Record& line);
  void Remove(const event::Record& line);
  void Update(const event::Record& line);
  void Clear();

  [[nodiscard]] const std::vector<CartLine>& lines() const { return lines_; }
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  // Counts the events about it.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  void BumpRevision() { ++revision_; }
  // Sum of the lines, within 0..kMoneyMaxMinor.
  [[nodiscard]] std::int64_t ValueMinor() const;
  // Null when there is none.
  [[nodiscard]] const CartLine* Find(std::string_view line_id) const;
  // Next number for a line that the host gives no id; above every number that a line ever had in
  // this journey, so none is given twice.
  [[nodiscard]] std::uint64_t next_line() const { return next_line_; }

  friend bool operator==(const Cart&, const Cart&) = default;

 private:
  friend struct CartCodec;  // reads and writes the checkpoint form
  // Index of the line, lines_.size() when there is none.
  [[nodiscard]] std::size_t IndexOf(std::string_view line_id) const;
  void Forget(std::size_t index);
  void NoteNumber(std::string_view line_id);

  std::vector<CartLine> lines_;
  std::uint64_t revision_ = 0;
  std::uint64_t next_line_ = 1;
};

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_CART_H_
