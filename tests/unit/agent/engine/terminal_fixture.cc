#include "tests/unit/agent/engine/terminal_fixture.h"

#include "agent/base/hash.h"

namespace trayline::engine {

using event::EventType;
using event::Key;
using event::Record;

Terminal::Terminal(Options options)
    : store(fakes::MemoryEventStore::Options{.commit_at_once = false}),
      options_(std::move(options)),
      log_(LogLevel::kError, nullptr) {
  Start();
}

void Terminal::Start() {
  engine = std::make_unique<Engine>(options_, store, clock, log_, [this](std::function<void()> f) {
    posted_.push_back(std::move(f));
  });
  const Status started = engine->Start({"test", "boot-1", 1});
  ASSERT_TRUE(started.ok()) << started.error().text;
  Pump();
}

void Terminal::Kill(bool new_boot) {
  engine.reset();
  posted_.clear();
  store.Restart(false, new_boot);
}

void Terminal::Pump() {
  for (bool more = true; more;) {
    more = store.RunOnce();
    while (!posted_.empty()) {
      const auto next = std::move(posted_.front());
      posted_.pop_front();
      next();
      more = true;
    }
  }
}

RecordAnswer Terminal::Send(RecordBatch batch) {
  RecordAnswer answer{Error{Errc::kRetryLater, "no answer came"}, {}, {}};
  engine->Record(std::move(batch), [&answer](RecordAnswer given) { answer = std::move(given); });
  Pump();
  return answer;
}

RecordAnswer Terminal::Say(EventType type, Record data, std::uint64_t id, std::string ref,
                           std::string host) {
  RecordBatch batch{std::move(host), {}};
  batch.items.push_back(Item(type, std::move(data), id, std::move(ref)));
  return Send(std::move(batch));
}

std::vector<event::Event> Terminal::Events() {
  std::vector<event::Event> events;
  const Epoch epoch = store.State().epoch;
  for (const auto& row : store.Events()) {
    auto event = event::DecodeBody(row.body, epoch, row.sequence, row.type, row.journey);
    EXPECT_TRUE(event.ok());
    if (event.ok()) events.push_back(*std::move(event));
  }
  return events;
}

std::vector<EventType> Terminal::Types() {
  std::vector<EventType> types;
  for (const auto& event : Events()) types.push_back(event.type);
  return types;
}

std::size_t Terminal::CountOf(EventType type) {
  const auto types = Types();
  return static_cast<std::size_t>(std::count(types.begin(), types.end(), type));
}

RecordItem Item(EventType type, Record data, std::uint64_t id, std::string ref) {
  std::string body;
  event::EncodeRecord(data, body);
  RecordItem item;
  item.digest = Fnv1a64(body + ref, static_cast<std::uint64_t>(type) + 1) | 1;
  item.event.type = type;
  item.event.data = std::move(data);
  item.event.journey_ref = std::move(ref);
  if (id != 0) item.event.id = id;
  return item;
}

Record OneLine(const std::string& item, std::int64_t unit_price_minor, std::int64_t quantity) {
  Record line;
  line.Set(Key::kItemId, item).Set(Key::kUnitPriceMinor, unit_price_minor);
  line.Set(Key::kQuantity, quantity);
  Record data;
  data.Set(Key::kLines, event::RecordList{std::move(line)});
  return data;
}

}  // namespace trayline::engine
