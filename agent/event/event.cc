#include "agent/event/event.h"

#include <limits>
#include <utility>

#include "agent/base/varint.h"

namespace trayline::event {
namespace {

constexpr std::uint64_t kBodyVersion = 1;

// Flags of the body.
constexpr std::uint64_t kClockMask = 3;
constexpr std::uint64_t kTraining = 4;
constexpr std::uint64_t kHasBundle = 8;
constexpr std::uint64_t kHasJourneyEpoch = 16;
constexpr std::uint64_t kKnownFlags = 31;

constexpr std::size_t kBundleBytes = 8;
constexpr std::size_t kHeadBytesMax = 64;  // all that stands before the record

// About what data takes encoded, so that the body grows once.
std::size_t SizeHint(const Record& data) {
  constexpr std::size_t kIntBytes = 8;    // head and a price
  constexpr std::size_t kLineBytes = 96;  // a cart line with a name
  std::size_t size = 1;
  for (const Field& field : data.fields()) {
    size += kIntBytes;
    if (const auto* text = std::get_if<std::string>(&field.value)) {
      size += text->size();
    } else if (const auto* list = std::get_if<RecordList>(&field.value)) {
      size += list->size() * kLineBytes;
    }
  }
  return size;
}

Error Damaged(const char* what) {
  return Error{Errc::kCorrupt, std::string("event body: ") + what};
}

std::uint64_t LittleEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

// Sets what the flags say; false when they contradict themselves or are not of this version.
bool ApplyFlags(std::uint64_t flags, Event& event) {
  if ((flags & ~kKnownFlags) != 0 || (flags & kClockMask) >= kClockStateNames.size()) return false;
  if ((flags & kHasJourneyEpoch) != 0 && event.journey.IsNone()) return false;
  event.clock = static_cast<ClockState>(flags & kClockMask);
  event.training = (flags & kTraining) != 0;
  return true;
}

}  // namespace

std::string EncodeBody(const Event& event, Epoch epoch) {
  const bool own_epoch = event.journey.IsNone() || event.journey.epoch == epoch;
  std::uint64_t flags = static_cast<std::uint64_t>(event.clock);
  if (event.training) flags |= kTraining;
  if (event.bundle != 0) flags |= kHasBundle;
  if (!own_epoch) flags |= kHasJourneyEpoch;

  std::string body;
  body.reserve(kHeadBytesMax + SizeHint(event.data));
  PutVarint(body, kBodyVersion);
  PutSigned(body, ToMs(event.time));
  PutSigned(body, ToMs(event.mono));
  PutVarint(body, event.boot);
  PutSigned(body, event.offset_minutes);
  PutVarint(body, flags);
  if (event.bundle != 0) {
    for (std::size_t i = 0; i < kBundleBytes; ++i) {
      body.push_back(static_cast<char>(event.bundle >> (8 * i) & 0xFF));
    }
  }
  if (!own_epoch) PutVarint(body, event.journey.epoch.value);
  EncodeRecord(event.data, body);
  return body;
}

Result<Event> DecodeBody(std::string_view body, Epoch epoch, Sequence sequence, EventType type,
                         std::uint64_t journey_number) {
  VarintReader in(body);
  const std::uint64_t version = in.Varint();
  if (!in.ok() || version == 0) return Damaged("no version");
  if (version > kBodyVersion) {
    return Error{Errc::kRejected,
                 "event body: version " + std::to_string(version) + " is newer than this program"};
  }
  Event event;
  event.sequence = sequence;
  event.type = type;
  if (journey_number != 0) event.journey = JourneyId{epoch, journey_number};
  event.time = WallFromMs(in.Signed());
  event.mono = MonoFromMs(in.Signed());
  const std::uint64_t boot = in.Varint();
  const std::int64_t offset = in.Signed();
  const std::uint64_t flags = in.Varint();
  if (!in.ok()) return Damaged("cut short before its record");
  if (boot > std::numeric_limits<std::uint32_t>::max()) return Damaged("boot out of range");
  event.boot = static_cast<std::uint32_t>(boot);
  if (!std::in_range<std::int32_t>(offset)) return Damaged("offset out of range");
  event.offset_minutes = static_cast<std::int32_t>(offset);
  if (!ApplyFlags(flags, event)) return Damaged("flags that are not of this version");
  if ((flags & kHasBundle) != 0) event.bundle = LittleEndian(in.Raw(kBundleBytes));
  if ((flags & kHasJourneyEpoch) != 0) event.journey.epoch.value = in.Varint();
  if (!in.ok()) return Damaged("cut short before its record");
  Result<Record> data = DecodeRecord(in.rest());
  if (!data) return data.error().In("event body");
  event.data = std::move(*data);
  return event;
}

}  // namespace trayline::event
