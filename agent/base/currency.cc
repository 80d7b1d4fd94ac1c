#include <algorithm>
#include <array>

#include "agent/base/money.h"

namespace trayline {
namespace {

struct Row {
  std::string_view code;
  std::uint16_t numeric;
  int decimals;
};

// ISO 4217:2015 active codes that restaurants take; decimals as in the standard's table A.1.
constexpr std::array kCurrencies{
    Row{"AED", 784, 2}, Row{"AUD", 36, 2},  Row{"BHD", 48, 3},  Row{"BRL", 986, 2},
    Row{"CAD", 124, 2}, Row{"CHF", 756, 2}, Row{"CLP", 152, 0}, Row{"CNY", 156, 2},
    Row{"COP", 170, 2}, Row{"CZK", 203, 2}, Row{"DKK", 208, 2}, Row{"EGP", 818, 2},
    Row{"EUR", 978, 2}, Row{"GBP", 826, 2}, Row{"HKD", 344, 2}, Row{"HUF", 348, 2},
    Row{"IDR", 360, 2}, Row{"ILS", 376, 2}, Row{"INR", 356, 2}, Row{"JPY", 392, 0},
    Row{"KRW", 410, 0}, Row{"KWD", 414, 3}, Row{"MOP", 446, 2}, Row{"MXN", 484, 2},
    Row{"MYR", 458, 2}, Row{"NOK", 578, 2}, Row{"NZD", 554, 2}, Row{"PEN", 604, 2},
    Row{"PHP", 608, 2}, Row{"PLN", 985, 2}, Row{"RON", 946, 2}, Row{"SAR", 682, 2},
    Row{"SEK", 752, 2}, Row{"SGD", 702, 2}, Row{"THB", 764, 2}, Row{"TRY", 949, 2},
    Row{"TWD", 901, 2}, Row{"UAH", 980, 2}, Row{"USD", 840, 2}, Row{"VND", 704, 0},
    Row{"ZAR", 710, 2},
};

}  // namespace

Currency::Currency(std::string_view code, std::uint16_t numeric, int decimals)
    : numeric_(numeric), decimals_(decimals) {
  std::copy_n(code.begin(), 3, code_);
}

Result<Currency> Currency::Parse(std::string_view code) {
  const auto row = std::find_if(kCurrencies.begin(), kCurrencies.end(),
                                [code](const Row& r) { return r.code == code; });
  if (row == kCurrencies.end()) {
    return Error{Errc::kRejected,
                 "'" + std::string(code.substr(0, 8)) + "' is not a known ISO 4217 currency code"};
  }
  return Currency(row->code, row->numeric, row->decimals);
}

Result<Currency> CurrencyFromNumeric(std::uint16_t numeric) {
  const auto row = std::find_if(kCurrencies.begin(), kCurrencies.end(),
                                [numeric](const Row& r) { return r.numeric == numeric; });
  if (row == kCurrencies.end()) {
    return Error{Errc::kNotFound, "no currency with number " + std::to_string(numeric)};
  }
  return Currency::Parse(row->code);
}

std::string FormatMoney(std::int64_t minor, const Currency& currency) {
  // Negated as unsigned: the lowest number has no positive twin.
  const auto bits = static_cast<std::uint64_t>(minor);
  std::string digits = std::to_string(minor < 0 ? 0 - bits : bits);
  const auto decimals = static_cast<std::size_t>(currency.decimals());
  if (decimals > 0) {
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, ".");
  }
  return (minor < 0 ? "-" : "") + digits + " " + std::string(currency.code());
}

}  // namespace trayline
