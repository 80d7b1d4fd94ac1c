#include "tests/unit/sync/wire/wire_cases.h"

#include <limits>
#include <utility>

#include "agent/event/json_form.h"
#include "agent/event/spec.h"
#include "agent/event/vocabulary.h"

namespace trayline::wire {
namespace {

using event::EventType;
using event::Key;
using event::Record;
using event::RecordList;
using event::Stage;

std::uint64_t Below(std::mt19937_64& random, std::uint64_t limit) { return random() % limit; }

std::int64_t RandomNumber(std::mt19937_64& random) {
  switch (Below(random, 6)) {
    case 0:
      return std::numeric_limits<std::int64_t>::min();
    case 1:
      return std::numeric_limits<std::int64_t>::max();
    case 2:
      return static_cast<std::int64_t>(random());
    case 3:
      return -static_cast<std::int64_t>(Below(random, 1000));
    default:
      return static_cast<std::int64_t>(Below(random, 100));
  }
}

std::string RandomText(std::mt19937_64& random) {
  switch (Below(random, 8)) {
    case 0:
      return "";
    case 1:
      return std::to_string(Below(random, 500));
    case 2:
      return "k1-000" + std::to_string(100 + Below(random, 900));
    case 3:
      return "00" + std::to_string(Below(random, 50));
    case 4:
      return std::to_string(random());
    case 5:
      return std::string(Below(random, 300), 'x') + "\xC3\xA9";
    default: {
      const char* const words[] = {"alpha", "beta", "gamma", "Delta 4", "Delta 5", "\x01\x7F"};
      return words[Below(random, 6)];
    }
  }
}

// NOLINTNEXTLINE(misc-no-recursion): at most kRecordDepthMax deep
Record RandomRecord(std::mt19937_64& random, std::size_t depth) {
  Record record;
  const std::uint64_t fields = Below(random, 7);
  for (std::uint64_t i = 0; i < fields; ++i) {
    const auto key =
        static_cast<Key>(Below(random, 5) == 0 ? random() & 0xFFFF : Below(random, 112));
    switch (Below(random, depth < event::kRecordDepthMax ? 5 : 4)) {
      case 0:
      case 1:
        record.Set(key, RandomNumber(random));
        break;
      case 2:
      case 3:
        record.Set(key, RandomText(random));
        break;
      default: {
        RecordList list;
        const std::uint64_t size = Below(random, 4);
        for (std::uint64_t k = 0; k < size; ++k) list.push_back(RandomRecord(random, depth + 1));
        record.Set(key, std::move(list));
      }
    }
  }
  return record;
}

// Puts events one after the other.
class Recorder {
 public:
  explicit Recorder(Sequence first) : next_(first) {}
  void Put(EventType type, Record data) {
    event::Event event;
    event.sequence = next_;
    event.journey = JourneyId{kTestEpoch, 77};
    event.type = type;
    time_ += 1'234 + 17 * static_cast<std::int64_t>(next_.value % 5);
    event.time = WallFromMs(1'795'000'000'000 + time_);
    event.mono = MonoFromMs(90'000 + time_);
    event.offset_minutes = 60;
    event.boot = 3;
    event.data = std::move(data);
    events.push_back(std::move(event));
    next_ = next_.Next();
  }
  std::vector<event::Event> events;

 private:
  Sequence next_;
  std::int64_t time_ = 0;
};

Record Line(const char* id, const char* item, const char* name, std::int64_t price) {
  RecordList modifiers;
  modifiers.push_back(Record().Set(Key::kModifierId, std::string("no-onion")));
  modifiers.push_back(Record().Set(Key::kModifierId, std::string("large-size")));
  return Record()
      .Set(Key::kLineId, std::string(id))
      .Set(Key::kItemId, std::string(item))
      .Set(Key::kItemName, std::string(name))
      .Set(Key::kUnitPriceMinor, price)
      .Set(Key::kQuantity, std::int64_t{1})
      .Set(Key::kModifiers, std::move(modifiers));
}

}  // namespace

TerminalId TestTerminal() { return TerminalId{"demo", "s001", "k1"}; }

std::vector<event::Event> OrderEvents(Sequence first) {
  Recorder recorder(first);
  const auto stage = [](Stage from, Stage to) {
    return Record().Set(Key::kFromStage, from).Set(Key::kStage, to);
  };
  const auto lines = [](const Record& line) { return Record().Set(Key::kLines, RecordList{line}); };
  recorder.Put(EventType::kJourneyStarted, Record()
                                               .Set(Key::kCurrency, std::int64_t{978})
                                               .Set(Key::kEntrySource, std::int64_t{0})
                                               .Set(Key::kLocale, std::string("de-DE"))
                                               .Set(Key::kOrderMode, std::int64_t{1})
                                               .Set(Key::kChannel, std::int64_t{0})
                                               .Set(Key::kHost, std::string("kiosk-ui"))
                                               .Set(Key::kJourneyRef, std::string("ref-1")));
  recorder.Put(EventType::kViewItemList, Record().Set(Key::kItemListId, std::string("mains")));
  recorder.Put(EventType::kJourneyStageChanged, stage(Stage::kStarted, Stage::kBrowsing));
  recorder.Put(
      EventType::kAddToCart,
      lines(Line("1", "104", "Hamburger Deluxe", 895)).Set(Key::kCartRevision, std::int64_t{1}));
  recorder.Put(EventType::kJourneyStageChanged, stage(Stage::kBrowsing, Stage::kCarting));
  recorder.Put(EventType::kAddToCart,
               lines(Line("2", "117", "Iced Tea", 310)).Set(Key::kCartRevision, std::int64_t{2}));
  recorder.Put(EventType::kViewCart, Record().Set(Key::kValueMinor, std::int64_t{1205}));
  recorder.Put(EventType::kJourneyStageChanged, stage(Stage::kCarting, Stage::kReviewing));
  recorder.Put(EventType::kPaymentStarted, Record()
                                               .Set(Key::kValueMinor, std::int64_t{1205})
                                               .Set(Key::kPaymentMethod, std::string("card"))
                                               .Set(Key::kAttempt, std::int64_t{1}));
  recorder.Put(EventType::kPaymentApproved, Record().Set(Key::kAttempt, std::int64_t{1}));
  recorder.Put(EventType::kPurchase, Record()
                                         .Set(Key::kValueMinor, std::int64_t{1205})
                                         .Set(Key::kTransactionId, std::string("k1-000077")));
  recorder.Put(static_cast<EventType>(999),
               Record().Set(static_cast<Key>(40'000), std::string("later")));
  return std::move(recorder.events);
}

event::Event RandomEvent(std::mt19937_64& random) {
  event::Event event;
  const auto types = event::AllTypes();
  event.type = Below(random, 4) == 0 ? static_cast<EventType>(random() & 0xFFFF)
                                     : types[Below(random, types.size())].type;
  switch (Below(random, 4)) {
    case 0:
      break;
    case 1:
      event.journey = JourneyId{Epoch{random()}, 1 + (random() >> 1)};
      break;
    default:
      event.journey = JourneyId{kTestEpoch, 1 + Below(random, 5)};
  }
  const bool wild = Below(random, 10) == 0;
  event.time =
      WallFromMs(wild ? RandomNumber(random)
                      : 1'795'000'000'000 + static_cast<std::int64_t>(Below(random, 90'000)));
  event.mono =
      MonoFromMs(wild ? RandomNumber(random) : static_cast<std::int64_t>(Below(random, 90'000)));
  event.offset_minutes = static_cast<std::int32_t>(Below(random, 1'700)) - 850;
  event.boot = wild ? static_cast<std::uint32_t>(random()) : 7;
  event.clock = static_cast<event::ClockState>(Below(random, 3));
  event.training = Below(random, 5) == 0;
  event.bundle = Below(random, 3) == 0 ? random() : 0;
  event.data = RandomRecord(random, 1);
  if (Below(random, 3) == 0) event.data.Set(Key::kHost, std::string("host-name"));
  if (Below(random, 3) == 0) event.data.Set(Key::kJourneyRef, std::string("host-reference"));
  return event;
}

Range RandomRange(std::mt19937_64& random, std::size_t events_max) {
  Range range;
  range.first = Sequence{1 + (Below(random, 4) == 0 ? random() >> 2 : Below(random, 1000))};
  Sequence next = range.first;
  const auto maybe_void = [&] {
    while (Below(random, 4) == 0) {
      const VoidRun run{.first = next,
                        .count = 1 + (Below(random, 3) == 0 ? random() >> 20 : Below(random, 9)),
                        .quota = static_cast<event::QuotaClass>(Below(random, 3)),
                        .reason = static_cast<std::uint8_t>(random())};
      next.value += run.count;
      range.voids.push_back(run);
    }
  };
  const std::uint64_t events = Below(random, events_max + 1);
  maybe_void();
  for (std::uint64_t i = 0; i < events; ++i) {
    range.events.push_back(RandomEvent(random));
    range.events.back().sequence = next;
    next = next.Next();
    maybe_void();
  }
  if (next == range.first) range.voids.push_back(VoidRun{.first = next, .count = 1});
  return range;
}

std::vector<event::Event> AsOutside(const std::vector<event::Event>& events) {
  std::vector<event::Event> outside(events);
  for (event::Event& event : outside) {
    event.data = event::WithoutLocalFields(event.type, event.data);
  }
  return outside;
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (std::string("0123456789abcdef").find(c) == std::string::npos) continue;
    digits.push_back(c);
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return bytes;
}

std::string ToHex(const std::string& bytes) {
  const char* const digits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

}  // namespace trayline::wire
