// Words and times as the API writes them. Internal to sync/hq/api; pure.
#ifndef TRAYLINE_SYNC_HQ_API_JSON_WORDS_H_
#define TRAYLINE_SYNC_HQ_API_JSON_WORDS_H_

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "agent/base/money.h"
#include "agent/base/time.h"
#include "agent/event/vocabulary.h"

namespace trayline::hq {

inline std::string StageWord(event::Stage stage) {
  return std::string(WordName(stage, event::kStageNames));
}
inline std::string OutcomeWord(event::Outcome outcome) {
  return std::string(WordName(outcome, event::kOutcomeNames));
}

// Letters and decimals of an ISO 4217 number; "XXX" (no currency) for one that is not known.
inline std::pair<std::string, int> CurrencyWord(std::int64_t number) {
  if (number > 0 && number <= std::numeric_limits<std::uint16_t>::max()) {
    const auto currency = CurrencyFromNumeric(static_cast<std::uint16_t>(number));
    if (currency.ok()) return {std::string(currency->code()), currency->decimals()};
  }
  return {"XXX", 2};
}

// null for 1970: never.
inline nlohmann::ordered_json TimeOrNull(WallTime time) {
  if (time == WallTime()) return nullptr;
  return FormatRfc3339(time, 0);
}

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_API_JSON_WORDS_H_
