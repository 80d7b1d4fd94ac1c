#include "sync/uplink/frame_source.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "agent/base/hash.h"

namespace trayline::uplink {
namespace {

constexpr std::uint8_t kVoidQuota = 0;
constexpr std::uint8_t kVoidDamaged = 1;

}  // namespace

FrameSource::FrameSource(ports::EventReader& reader, TerminalId terminal, Epoch epoch)
    : reader_(reader), terminal_(std::move(terminal)), epoch_(epoch) {
  events_.reserve(2 * kRowsMax);
}

Result<wire::Encoded> FrameSource::Make(Sequence first, std::size_t limit) {
  Position(first);
  if (Status filled = Fill(); !filled.ok() && begin_ == end_) return filled.error();
  if (begin_ == end_) return Error{Errc::kNotFound, "no event from " + std::to_string(first.value)};
  auto frame = Encode(std::min({events_.size() - offset_, limit, kRowsMax}));
  if (frame.ok() || frame.error().code != Errc::kRejected) return frame;
  // One of the events cannot be written: up to it they go one by one, itself as void.
  frame = Encode(std::min<std::size_t>(events_.size() - offset_, 1));
  if (frame.ok() || frame.error().code != Errc::kRejected) return frame;
  GiveUpFirstEvent();
  return Encode(0);
}

Result<wire::Encoded> FrameSource::Encode(std::size_t count) {
  const std::span<const event::Event> events(events_.data() + offset_, count);
  // Void runs before the first event that stays behind.
  std::span<const wire::VoidRun> voids(voids_);
  if (offset_ + count < events_.size()) {
    const Sequence behind = events_[offset_ + count].sequence;
    const auto end = std::find_if(voids_.begin(), voids_.end(),
                                  [&](const wire::VoidRun& run) { return run.first > behind; });
    voids = voids.first(static_cast<std::size_t>(end - voids_.begin()));
  }
  return encoder_.Encode(terminal_, epoch_, begin_, events, voids);
}

void FrameSource::GiveUpFirstEvent() {
  if (offset_ == events_.size()) return;
  const Sequence sequence = events_[offset_].sequence;
  ++offset_;
  const auto place = std::find_if(voids_.begin(), voids_.end(),
                                  [&](const wire::VoidRun& run) { return run.first > sequence; });
  voids_.insert(place, {sequence, 1, event::QuotaClass::kBrowsing, kVoidDamaged});
  CountDamaged(sequence);
}

void FrameSource::CountDamaged(Sequence sequence) {
  if (sequence <= damaged_until_) return;
  ++damaged_;
  damaged_until_ = sequence;
}

Result<Sequence> FrameSource::LastJourneyClosed(Sequence first) {
  Position(first);
  if (Status filled = Fill(); !filled.ok() && begin_ == end_) return filled.error();
  for (std::size_t i = events_.size(); i > offset_; --i) {
    const event::Event& event = events_[i - 1];
    if (event.type == event::EventType::kJourneyClosed) return event.sequence;
  }
  return Sequence{};
}

std::uint64_t FrameSource::DigestOf(Sequence sequence) {
  if (sequence == Sequence{}) return 0;
  auto rows = reader_.Read(Sequence{sequence.value - 1}, 1, kReadBytesMax);
  if (!rows.ok() || rows->empty() || rows->front().sequence != sequence) return 0;
  const ports::StoredEvent& row = rows->front();
  auto event = event::DecodeBody(row.body, epoch_, row.sequence, row.type, row.journey);
  if (!event.ok()) return 0;
  // There and back: the wire decides what leaves the terminal, and nobody else.
  auto sent = encoder_.Encode(terminal_, epoch_, sequence, {&*event, 1}, {});
  if (!sent.ok()) return 0;
  auto received = decoder_.Decode(sent->bytes, terminal_);
  if (!received.ok() || received->events.size() != 1) return 0;
  return Fnv1a64(event::EncodeBody(received->events.front(), epoch_));
}

void FrameSource::Position(Sequence first) {
  if (first < begin_ || first > end_) {
    events_.clear();
    voids_.clear();
    offset_ = 0;
    begin_ = first;
    end_ = first;
    return;
  }
  while (offset_ < events_.size() && events_[offset_].sequence < first) ++offset_;
  std::erase_if(
      voids_, [&](const wire::VoidRun& run) { return run.first.value + run.count <= first.value; });
  if (!voids_.empty() && voids_.front().first < first) {  // a frame ended within a run
    wire::VoidRun& run = voids_.front();
    run.count -= first.value - run.first.value;
    run.first = first;
  }
  begin_ = first;
  if (offset_ >= kRowsMax || offset_ == events_.size()) {
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(offset_));
    offset_ = 0;
  }
}

Status FrameSource::Fill() {
  while (events_.size() - offset_ < kRowsMax) {
    const std::size_t wanted = kRowsMax - (events_.size() - offset_);
    auto rows = reader_.Read(Sequence{end_.value - 1}, wanted, kReadBytesMax);
    if (!rows.ok()) return rows.error().In("reading the journal for a frame");
    if (rows->empty()) return {};
    for (const ports::StoredEvent& row : *rows) {
      if (Status taken = Take(row); !taken.ok()) return taken;
    }
    // Fewer than asked for: the end for now (or the bytes; the next frame goes on there).
    if (rows->size() < wanted) return {};
  }
  return {};
}

Status FrameSource::Take(const ports::StoredEvent& row) {
  if (row.sequence > end_) {
    AddVoid(end_, row.sequence.value - end_.value, kVoidQuota);
    end_ = row.sequence;
  }
  auto event = event::DecodeBody(row.body, epoch_, row.sequence, row.type, row.journey);
  if (event.ok()) {
    events_.push_back(*std::move(event));
  } else if (event.error().code == Errc::kCorrupt) {
    AddVoid(row.sequence, 1, kVoidDamaged);
    CountDamaged(row.sequence);
  } else {
    return event.error().In("event " + std::to_string(row.sequence.value));
  }
  end_ = row.sequence.Next();
  return {};
}

// The journal does not say what a lost row was; browsing is what is given up first, so it is what
// is claimed. An order is never given up by quota.
void FrameSource::AddVoid(Sequence first, std::uint64_t count, std::uint8_t reason) {
  voids_.push_back({first, count, event::QuotaClass::kBrowsing, reason});
}

}  // namespace trayline::uplink
