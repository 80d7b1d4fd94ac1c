// TimeShare: how the store thread divides itself between storing what arrives and making journeys
// of it. While messages wait, at most a quarter of the time goes to journeys: what is not stored
// cannot be acknowledged. Value type, one thread.
#ifndef TRAYLINE_SYNC_HQ_ANALYSIS_TIME_SHARE_H_
#define TRAYLINE_SYNC_HQ_ANALYSIS_TIME_SHARE_H_

#include <algorithm>

#include "agent/base/time.h"

namespace trayline::hq {

class TimeShare {
 public:
  void SpentStoring(Millis time) { debt_ -= time; }
  // Three times as long must be stored before journeys are due again, and no more than kDebtMax,
  // so that one slow step does not stop them.
  void SpentOnJourneys(Millis time) { debt_ = std::min(debt_ + time * 3, kDebtMax); }

  // messages_wait: something waits to be stored.
  [[nodiscard]] bool JourneysAreDue(bool messages_wait) {
    if (!messages_wait || debt_ <= Millis(0)) {
      debt_ = std::max(debt_, Millis(0));
      return true;
    }
    return false;
  }

 private:
  static constexpr Millis kDebtMax{500};
  Millis debt_{0};
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_ANALYSIS_TIME_SHARE_H_
