// The web-shop sets as a host would have sent them: sessions side by side, each a journey by its
// reference, in the files' own time (tests/data/README.md says what they are). Pure.
#ifndef TRAYLINE_FIRMWARE_REPLAY_WEBSHOP_H_
#define TRAYLINE_FIRMWARE_REPLAY_WEBSHOP_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "firmware/replay/guest.h"

namespace trayline::replay {

struct Sessions {
  std::vector<Step> steps;   // by time, the file's order within one; at counts from the first
  std::size_t sessions = 0;  // different journey references
  std::size_t left_out = 0;  // rows that are no ordering event (JData: follow)
};

// event_time,event_type,product_id,price,user_id,user_session with "2022-10-01 00:00:00 UTC" and
// prices in units with two decimals. kRejected names the row that is not so.
Result<Sessions> ParseRees46(std::string_view csv);

// user_id,sku_id,time,model_id,type,cate,brand with "266079.0" as a user, "2016-01-31 23:59:02" and
// type 1 view, 2 add, 3 remove, 4 order, 5 follow, 6 click. A session is a user.
Result<Sessions> ParseJdata(std::string_view csv);

}  // namespace trayline::replay

#endif  // TRAYLINE_FIRMWARE_REPLAY_WEBSHOP_H_
