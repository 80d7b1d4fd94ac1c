// Money: whole minor units of one currency. No floating point anywhere, and no sum across
// currencies. Value types.
#ifndef TRAYLINE_AGENT_BASE_MONEY_H_
#define TRAYLINE_AGENT_BASE_MONEY_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace trayline {

// An ISO 4217 currency: three capital letters and the number of decimals that its minor unit has.
class Currency {
 public:
  // kRejected when the code is not in our table (agent/base/currency.cc).
  static Result<Currency> Parse(std::string_view code);

  [[nodiscard]] std::string_view code() const { return {code_, 3}; }
  [[nodiscard]] std::uint16_t numeric() const { return numeric_; }
  [[nodiscard]] int decimals() const { return decimals_; }
  friend bool operator==(const Currency&, const Currency&) = default;

 private:
  Currency(std::string_view code, std::uint16_t numeric, int decimals);

  char code_[4] = {0, 0, 0, 0};
  std::uint16_t numeric_;
  int decimals_;
};

// The currency with this ISO 4217 number; kNotFound otherwise.
Result<Currency> CurrencyFromNumeric(std::uint16_t numeric);

// The largest amount that a field may hold: ten thousand million minor units. It keeps every sum
// of a cart far inside 64 bits.
inline constexpr std::int64_t kMoneyMaxMinor = 10'000'000'000;

// "205.25 USD", "86 JPY", "-1.00 EUR".
std::string FormatMoney(std::int64_t minor, const Currency& currency);

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_MONEY_H_
