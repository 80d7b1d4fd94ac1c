#include "tests/bench/ordering_events.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <random>
#include <string_view>
#include <utility>

#include "agent/event/vocabulary.h"

namespace trayline::bench {
namespace {

using event::EventType;
using event::Key;
using event::Record;
using event::RecordList;
using event::Stage;

constexpr std::int64_t kUsDollar = 840;

std::vector<std::string> SplitTabs(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\t') {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back().push_back(c);
    }
  }
  return cells;
}

// "[Fresh Tomato Salsa, [Rice, Cheese]]" without its brackets, cut at the commas.
std::vector<std::string> SplitChoices(const std::string& text) {
  std::vector<std::string> choices;
  if (text == "NULL") return choices;
  std::string choice;
  for (const char c : text + ",") {
    if (c == ',') {
      if (!choice.empty()) choices.push_back(choice);
      choice.clear();
    } else if (c != '[' && c != ']' && !(c == ' ' && choice.empty())) {
      choice.push_back(c);
    }
  }
  return choices;
}

// "Tomatillo-Red Chili Salsa (Hot)" as "tomatillo-red-chili-salsa-hot".
std::string Slug(std::string_view text) {
  std::string slug;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (letter || capital) {
      slug.push_back(capital ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

// "$16.98 " in cents.
std::int64_t Cents(const std::string& text) {
  return std::llround(std::stod(text.substr(text.find('$') + 1)) * 100);
}

// One kiosk on which the orders are played.
class Kiosk {
 public:
  Kiosk(std::span<const Order> orders, const Replay& replay)
      : random_(replay.seed),
        next_(replay.first),
        journey_{replay.epoch, replay.first_journey - 1},
        wall_ms_(replay.start_utc_ms),
        replay_(replay) {
    std::map<std::string, int> names;
    for (const Order& order : orders) {
      for (const OrderLine& line : order.lines) names.emplace(line.item_name, 0);
    }
    int number = 101;
    for (const auto& [name, unused] : names) item_ids_[name] = std::to_string(number++);
  }

  // extra: what may be put in and taken out again, so that the basket that is bought is the real
  // one.
  void Play(const Order& order, const OrderLine& extra) {
    Begin();
    for (const OrderLine& line : order.lines) Choose(line);
    if (Chance(30)) PutInAndTakeOut(extra);
    if (Chance(8)) ChangeQuantity(order);
    Pause(2'400);
    Put(EventType::kViewCart, Record().Set(Key::kValueMinor, value_));
    Move(Stage::kReviewing);
    const std::uint64_t ending = random_() % 100;
    if (ending < 9) return WalkAway();
    if (ending < 15) return Cancel();
    Pay();
  }

  std::vector<event::Event> Take() { return std::move(events_); }

 private:
  bool Chance(unsigned percent) { return random_() % 100 < percent; }

  // A guest's pause: most near typical_ms, some much longer; to the millisecond.
  void Pause(double typical_ms) {
    std::lognormal_distribution<double> pause(std::log(typical_ms), 0.6);
    wall_ms_ += 120 + static_cast<std::int64_t>(std::min(pause(random_), 25'000.0));
  }

  void Put(EventType type, Record data) {
    event::Event event;
    event.sequence = next_;
    next_ = next_.Next();
    event.journey = journey_;
    event.type = type;
    event.time = WallFromMs(wall_ms_);
    event.offset_minutes = replay_.offset_minutes;
    event.boot = replay_.boot;
    event.mono = MonoFromMs(wall_ms_ - replay_.start_utc_ms + replay_.start_mono_ms);
    event.data = std::move(data);
    events_.push_back(std::move(event));
  }

  void Move(Stage next) {
    Put(EventType::kJourneyStageChanged,
        Record().Set(Key::kStage, next).Set(Key::kFromStage, stage_));
    stage_ = next;
  }

  void Begin() {
    wall_ms_ += 8'000 + static_cast<std::int64_t>(random_() % 170'000);
    ++journey_.number;
    started_ms_ = wall_ms_;
    stage_ = Stage::kStarted;
    lines_.clear();
    value_ = 0;
    revision_ = adds_ = removes_ = 0;
    const bool table = Chance(15);
    Put(EventType::kJourneyStarted,
        Record()
            .Set(Key::kCurrency, kUsDollar)
            .Set(Key::kEntrySource,
                 table ? event::EntrySource::kTableQr : event::EntrySource::kWalkUp)
            .Set(Key::kLocale, std::string(Chance(12) ? "es" : "en"))
            .Set(Key::kOrderMode,
                 Chance(55) ? event::OrderMode::kTakeAway : event::OrderMode::kDineIn)
            .Set(Key::kChannel, event::Channel::kKiosk)
            .Set(Key::kHost, std::string("kiosk-ui"))
            .Set(Key::kJourneyRef, "s" + std::to_string(journey_.number * 7919)));
    Pause(1'700);
    Put(EventType::kViewItemList, Record().Set(Key::kItemListId, std::string("menu")));
    Move(Stage::kBrowsing);
  }

  void Choose(const OrderLine& line) {
    Pause(3'400);
    Record seen;
    seen.Set(Key::kItemId, item_ids_[line.item_name]).Set(Key::kItemName, line.item_name);
    Put(EventType::kViewItem, Record().Set(Key::kLines, RecordList{seen}));
    Pause(1'500 + 900 * static_cast<double>(std::min<std::size_t>(line.choices.size(), 6)));
    Add(line);
  }

  void Add(const OrderLine& line) {
    RecordList modifiers;
    for (const std::string& choice : line.choices) {
      modifiers.push_back(Record().Set(Key::kModifierId, Slug(choice)));
    }
    Record added;
    added.Set(Key::kLineId, std::to_string(lines_.size() + 1))
        .Set(Key::kItemId, item_ids_[line.item_name])
        .Set(Key::kItemName, line.item_name)
        .Set(Key::kUnitPriceMinor, line.unit_price_minor)
        .Set(Key::kQuantity, line.quantity);
    if (!modifiers.empty()) added.Set(Key::kModifiers, std::move(modifiers));
    lines_.push_back(added);
    value_ += line.unit_price_minor * line.quantity;
    ++adds_;
    Put(EventType::kAddToCart,
        Record().Set(Key::kLines, RecordList{added}).Set(Key::kCartRevision, ++revision_));
    if (stage_ != Stage::kCarting) Move(Stage::kCarting);
  }

  void PutInAndTakeOut(const OrderLine& extra) {
    Choose(extra);
    Pause(3'600);
    ++removes_;
    value_ -= extra.unit_price_minor * extra.quantity;
    Put(EventType::kRemoveFromCart,
        Record().Set(Key::kLines, RecordList{lines_.back()}).Set(Key::kCartRevision, ++revision_));
  }

  void ChangeQuantity(const Order& order) {
    Record line = lines_.front();
    for (const std::int64_t more : {std::int64_t{1}, std::int64_t{0}}) {
      Pause(1'500);
      line.Set(Key::kQuantity, order.lines.front().quantity + more);
      Put(EventType::kUpdateCartLine,
          Record().Set(Key::kLines, RecordList{line}).Set(Key::kCartRevision, ++revision_));
    }
  }

  void Risk(event::Risk risk) {
    Put(EventType::kJourneyAtRisk, Record()
                                       .Set(Key::kValueMinor, value_)
                                       .Set(Key::kLineCount, Lines())
                                       .Set(Key::kRisk, risk)
                                       .Set(Key::kAdds, adds_)
                                       .Set(Key::kRemoves, removes_)
                                       .Set(Key::kCycles, std::int64_t{0})
                                       .Set(Key::kElapsedMs, wall_ms_ - started_ms_));
  }

  void WalkAway() {
    wall_ms_ += 50'000 + static_cast<std::int64_t>(random_() % 9);
    Put(EventType::kIdleWarned, Record().Set(Key::kElapsedMs, std::int64_t{50'000}));
    Risk(event::Risk::kIdleWarned);
    wall_ms_ += 20'000 + static_cast<std::int64_t>(random_() % 9);
    Record end = Ending(event::Outcome::kAbandonedCart, event::Evidence::kIdleTimeout);
    Record abandoned = end;
    abandoned.Set(Key::kStage, stage_).Set(Key::kLastTouchpoint, EventType::kViewCart);
    Put(EventType::kJourneyAbandoned, std::move(abandoned));
    Close(std::move(end));
  }

  void Cancel() {
    Pause(2'800);
    Put(EventType::kCancelRequested, Record().Set(Key::kBy, event::Actor::kGuest));
    Risk(event::Risk::kCancelRequested);
    Pause(2'500);
    Put(EventType::kOrderCancelled, Record()
                                        .Set(Key::kReason, static_cast<std::int64_t>(random_() % 8))
                                        .Set(Key::kBy, event::Actor::kGuest));
    Close(Ending(event::Outcome::kCancelled, event::Evidence::kCancelTap));
  }

  void Pay() {
    Pause(2'900);
    Put(EventType::kBeginCheckout, Record().Set(Key::kValueMinor, value_));
    Move(Stage::kPaying);
    const std::string method = Chance(82) ? "card" : "wallet";
    for (std::int64_t attempt = 1;; ++attempt) {
      Pause(1'600);
      Put(EventType::kPaymentStarted, Record()
                                          .Set(Key::kValueMinor, value_)
                                          .Set(Key::kPaymentMethod, method)
                                          .Set(Key::kAttempt, attempt));
      if (stage_ != Stage::kPaying) Move(Stage::kPaying);
      Pause(4'200);
      if (attempt > 1 || !Chance(4)) break;
      Put(EventType::kPaymentFailed, Record()
                                         .Set(Key::kAttempt, attempt)
                                         .Set(Key::kFailureCode, std::string("declined"))
                                         .Set(Key::kHardDecline, false));
      Move(Stage::kReviewing);
      Risk(event::Risk::kPaymentDeclined);
    }
    Put(EventType::kPaymentApproved,
        Record().Set(Key::kValueMinor, value_).Set(Key::kAttempt, std::int64_t{1}));
    Move(Stage::kCompleted);
    Close(Ending(event::Outcome::kCompleted, event::Evidence::kHostReport));
    wall_ms_ += 300 + static_cast<std::int64_t>(random_() % 600);
    Put(EventType::kPurchase,
        Record()
            .Set(Key::kValueMinor, value_)
            .Set(Key::kTransactionId, "T" + std::to_string(journey_.number - 9'000)));
  }

  [[nodiscard]] Record Ending(event::Outcome outcome, event::Evidence evidence) const {
    return Record()
        .Set(Key::kValueMinor, value_)
        .Set(Key::kCurrency, kUsDollar)
        .Set(Key::kLineCount, Lines())
        .Set(Key::kOutcome, outcome)
        .Set(Key::kEvidence, evidence)
        .Set(Key::kRevision, std::int64_t{1});
  }

  void Close(Record end) {
    end.Set(Key::kStage, stage_ == Stage::kReviewing ? Stage::kReviewing : Stage::kPaying)
        .Set(Key::kElapsedMs, wall_ms_ - started_ms_);
    Put(EventType::kJourneyClosed, std::move(end));
  }

  [[nodiscard]] std::int64_t Lines() const { return adds_ - removes_; }

  std::mt19937_64 random_;
  std::map<std::string, std::string> item_ids_;
  std::vector<event::Event> events_;
  RecordList lines_;
  Sequence next_;
  JourneyId journey_;
  Stage stage_ = Stage::kIdle;
  std::int64_t wall_ms_;
  std::int64_t started_ms_ = 0;
  std::int64_t value_ = 0;
  std::int64_t revision_ = 0;
  std::int64_t adds_ = 0;
  std::int64_t removes_ = 0;
  Replay replay_;
};

}  // namespace

Result<std::vector<Order>> LoadOrders(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error{Errc::kNotFound, path + " cannot be opened"};
  std::vector<Order> orders;
  std::string line;
  std::string before;
  std::size_t number = 0;
  while (std::getline(file, line)) {
    if (++number == 1) continue;  // names of the columns
    const auto cells = SplitTabs(line);
    if (cells.size() != 5 || cells[4].find('$') == std::string::npos) {
      return Error{Errc::kCorrupt, path + ":" + std::to_string(number) + ": not an order line"};
    }
    if (cells[0] != before) orders.emplace_back();
    before = cells[0];
    const std::int64_t quantity = std::stoll(cells[1]);
    orders.back().lines.push_back(OrderLine{.item_name = cells[2],
                                            .choices = SplitChoices(cells[3]),
                                            .quantity = quantity,
                                            .unit_price_minor = Cents(cells[4]) / quantity});
  }
  return orders;
}

std::vector<event::Event> PlayOrders(std::span<const Order> orders, const Replay& replay) {
  Kiosk kiosk(orders, replay);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const Order& other = orders[(i * 31 + 7) % orders.size()];
    kiosk.Play(orders[i], other.lines.front());
  }
  return kiosk.Take();
}

}  // namespace trayline::bench
