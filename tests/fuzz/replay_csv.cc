// The three data sets that `trayline replay` reads from a file of anybody's. What is read can be
// added up.
#include "firmware/replay/chipotle.h"
#include "firmware/replay/plan.h"
#include "firmware/replay/webshop.h"
#include "tests/fuzz/fuzz.h"

namespace {

constexpr std::size_t kOrdersPlayed = 64;  // enough of them; playing thousands says no more

void TryOrders(std::string_view text) {
  namespace replay = trayline::replay;
  auto orders = replay::ParseChipotle(text);
  if (!orders.ok() || orders->empty()) return;
  for (const auto& order : *orders) (void)order.ValueMinor();
  if (orders->size() > kOrdersPlayed) orders->resize(kOrdersPlayed);
  const auto turns = replay::PlanRush(*orders, 2, replay::Rates{}, 1);
  TRAYLINE_CHECK(turns.size() == 2);
}

void TrySessions(const trayline::Result<trayline::replay::Sessions>& sessions) {
  if (!sessions.ok()) return;
  for (std::size_t i = 1; i < sessions->steps.size(); ++i) {
    TRAYLINE_CHECK(sessions->steps[i - 1].at <= sessions->steps[i].at);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = trayline::fuzz::AsText(data, size);
  TryOrders(text);
  TrySessions(trayline::replay::ParseRees46(text));
  TrySessions(trayline::replay::ParseJdata(text));
  return 0;
}
