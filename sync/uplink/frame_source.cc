#include "sync/uplink/frame_source.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "agent/base/hash.h"

namespace trayline::uplink {
namespace {

constexpr auto kVoidDamaged = static_cast<std::uint8_t>(ports::VoidReason::kDamaged);

}  // namespace

FrameSource::FrameSource(ports::EventReader& reader, TerminalId terminal)
    : reader_(reader), terminal_(std::move(terminal)) {
  events_.reserve(2 * kRowsMax);
}

Result<wire::Encoded> FrameSource::Make(Epoch epoch, Sequence first, std::size_t limit) {
  Position(epoch, first);
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

Result<Sequence> FrameSource::LastJourneyClosed(Epoch epoch, Sequence first) {
  Position(epoch, first);
  if (Status filled = Fill(); !filled.ok() && begin_ == end_) return filled.error();
  for (std::size_t i = events_.size(); i > offset_; --i) {
    const event::Event& event = events_[i - 1];
    if (event.type == event::EventType::kJourneyClosed) return event.sequence;
  }
  return Sequence{};
}

std::uint64_t FrameSource::DigestOf(Epoch epoch, Sequence sequence) {
  if (sequence == Sequence{}) return 0;
  if (epoch == epoch_ && sequence >= begin_ && sequence < end_) {
    const auto held = std::lower_bound(
        events_.begin() + static_cast<std::ptrdiff_t>(offset_), events_.end(), sequence,
        [](const event::Event& event, Sequence wanted) { return event.sequence < wanted; });
    return held != events_.end() && held->sequence == sequence ? DigestOf(*held, epoch) : 0;
  }
  auto range = reader_.ReadRange(epoch, Sequence{sequence.value - 1}, 1, kReadBytesMax);
  if (!range.ok() || range->events.empty()) return 0;
  const ports::StoredEvent& row = range->events.front();
  if (row.sequence != sequence) return 0;
  auto event = event::DecodeBody(row.body, epoch, row.sequence, row.type, row.journey);
  return event.ok() ? DigestOf(*event, epoch) : 0;
}

// There and back: the wire decides what leaves the terminal, and nobody else.
std::uint64_t FrameSource::DigestOf(const event::Event& event, Epoch epoch) {
  auto sent = encoder_.Encode(terminal_, epoch, event.sequence, {&event, 1}, {});
  if (!sent.ok()) return 0;
  auto received = decoder_.Decode(sent->bytes, terminal_);
  if (!received.ok() || received->events.size() != 1) return 0;
  return Fnv1a64(event::EncodeBody(received->events.front(), epoch));
}

void FrameSource::Position(Epoch epoch, Sequence first) {
  if (epoch != epoch_ || first < begin_ || first > end_) {
    if (epoch != epoch_) damaged_until_ = Sequence{};
    epoch_ = epoch;
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
    auto range = reader_.ReadRange(epoch_, Sequence{end_.value - 1}, wanted, kReadBytesMax);
    if (!range.ok()) return range.error().In("reading the journal for a frame");
    if (range->covered < end_) return {};
    if (Status taken = Take(*range); !taken.ok()) return taken;
    // Fewer than asked for: the end for now (or the bytes; the next frame goes on there).
    if (range->events.size() < wanted) return {};
  }
  return {};
}

Status FrameSource::Take(const ports::JournalRange& range) {
  auto run = range.voids.begin();
  for (const ports::StoredEvent& row : range.events) {
    for (; run != range.voids.end() && run->first < row.sequence; ++run) TakeVoid(*run);
    if (Status taken = TakeRow(row); !taken.ok()) return taken;
  }
  for (; run != range.voids.end(); ++run) TakeVoid(*run);
  CoverMissing(range.covered.Next());
  return {};
}

void FrameSource::TakeVoid(const ports::VoidRun& run) {
  const Sequence behind{run.first.value + run.count};
  if (behind <= end_) return;
  CoverMissing(run.first);
  // The journal may have grown a run since its first part was read.
  const Sequence first = std::max(run.first, end_);
  voids_.push_back(
      {first, behind.value - first.value, run.quota, static_cast<std::uint8_t>(run.reason)});
  end_ = behind;
}

void FrameSource::CoverMissing(Sequence next) {
  if (next <= end_) return;
  voids_.push_back({end_, next.value - end_.value, event::QuotaClass::kBrowsing, kVoidDamaged});
  end_ = next;
}

Status FrameSource::TakeRow(const ports::StoredEvent& row) {
  if (row.sequence < end_) return {};
  CoverMissing(row.sequence);
  auto event = event::DecodeBody(row.body, epoch_, row.sequence, row.type, row.journey);
  if (event.ok()) {
    events_.push_back(*std::move(event));
    end_ = row.sequence.Next();
    return {};
  }
  if (event.error().code != Errc::kCorrupt) {
    return event.error().In("event " + std::to_string(row.sequence.value));
  }
  CoverMissing(row.sequence.Next());
  CountDamaged(row.sequence);
  return {};
}

}  // namespace trayline::uplink
