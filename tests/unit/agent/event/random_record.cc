#include "tests/unit/agent/event/random_record.h"

#include <string>
#include <utility>

namespace trayline::event {
namespace {

std::uint64_t Below(std::mt19937_64& random, std::uint64_t limit) { return random() % limit; }

// Numbers of every width, both signs.
std::int64_t RandomInt(std::mt19937_64& random) {
  return static_cast<std::int64_t>(random()) >> Below(random, 64);
}

std::string RandomText(std::mt19937_64& random) {
  std::string text(Below(random, 20) == 0 ? Below(random, kRecordTextMax + 1) : Below(random, 24),
                   '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): depth levels deep
Record RandomRecord(std::mt19937_64& random, std::size_t depth) {
  Record record;
  const std::uint64_t fields = Below(random, depth == kRecordDepthMax ? 12 : 5);
  for (std::uint64_t i = 0; i < fields; ++i) {
    const auto key =
        static_cast<Key>(Below(random, 4) == 0 ? Below(random, 65536) : Below(random, 120));
    const std::uint64_t kind = Below(random, depth > 1 ? 5 : 4);
    if (kind < 2) {
      record.Set(key, RandomInt(random));
    } else if (kind < 4) {
      record.Set(key, RandomText(random));
    } else {
      RecordList list(Below(random, 4));
      for (Record& child : list) child = RandomRecord(random, depth - 1);
      record.Set(key, std::move(list));
    }
  }
  return record;
}

Event RandomEvent(std::mt19937_64& random, Epoch epoch) {
  Event event;
  event.sequence = Sequence{random()};
  event.type = static_cast<EventType>(Below(random, 256));
  const std::uint64_t journey = Below(random, 3);
  if (journey > 0) event.journey = JourneyId{journey == 1 ? epoch : Epoch{random()}, random() | 1};
  event.time = WallFromMs(RandomInt(random));
  event.offset_minutes = static_cast<std::int32_t>(random());
  event.boot = static_cast<std::uint32_t>(random());
  event.mono = MonoFromMs(RandomInt(random));
  event.clock = static_cast<ClockState>(Below(random, kClockStateNames.size()));
  event.training = Below(random, 2) == 0;
  event.bundle = Below(random, 2) == 0 ? 0 : random();
  event.data = RandomRecord(random);
  return event;
}

}  // namespace trayline::event
