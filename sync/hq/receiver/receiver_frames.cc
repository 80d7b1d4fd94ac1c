// Frames: what of them is taken, and how the rest is answered. The rest of ReceiverCore stands in
// receiver_core.cc.
#include <algorithm>
#include <utility>

#include "agent/base/hash.h"
#include "sync/hq/receiver/frame_rows.h"
#include "sync/hq/receiver/origins.h"
#include "sync/hq/receiver/receiver_core.h"

namespace trayline::hq {
namespace {

// The last position of a frame; nullopt when its range is none that HQ takes.
std::optional<Sequence> LastOf(const wire::FrameHeader& header) {
  if (header.first.value == 0 || header.first.value > kHqNumberMax) return std::nullopt;
  if (header.count == 0 || header.count > kHqNumberMax) return std::nullopt;
  const std::uint64_t last = header.first.value + header.count - 1;
  if (last > kHqNumberMax) return std::nullopt;
  return Sequence{last};
}

}  // namespace

void ReceiverCore::OnFrame(Peer& peer, const std::string& payload, WallTime now) {
  Touch(peer, now);
  const auto header = decoder_.ReadHeader(payload);
  if (!header.ok()) return Bad(peer, TurnOf(peer), header.error());
  const auto last = LastOf(*header);
  if (!last || header->terminal_hash != Fnv1a32(ToUnit(peer.row.id))) {
    return Bad(peer, TurnOf(peer), Error{Errc::kCorrupt, "its header does not fit its topic"});
  }
  if (!IsNext(peer, *header, *last)) return;
  peer.gaps_in_a_row = 0;
  OpenLog& log = LogOf(peer, header->epoch);
  auto frame = decoder_.Decode(payload, peer.row.id);
  if (!frame.ok()) return OnUnreadable(peer, log, *header, payload, frame.error(), now);
  if (Status status = CheckFrame(*frame); !status.ok()) {
    return OnUnreadable(peer, log, *header, payload, status.error(), now);
  }
  Take(peer, log, *frame, now);
}

bool ReceiverCore::IsNext(Peer& peer, const wire::FrameHeader& header, Sequence last) {
  if (header.epoch > peer.row.epoch) {
    ++counters_.refused_frames;  // a higher epoch begins with its birth
    return false;
  }
  if (header.epoch < peer.row.epoch) {
    const wire::ClosedTail* tail = FindTail(peer, header.epoch);
    if (tail == nullptr || last > tail->last) {
      ++counters_.refused_frames;
      Answer(peer, peer.row.epoch, 0);
      return false;
    }
  }
  const Sequence watermark = LogOf(peer, header.epoch).row.watermark;
  if (last <= watermark) {
    ++counters_.duplicates;
    ++peer.row.duplicates;
    Answer(peer, header.epoch, 0);
    return false;
  }
  if (const Epoch turn = TurnOf(peer); header.epoch != turn) {
    ++counters_.refused_frames;  // something of a closed epoch comes before it
    Answer(peer, turn, wire::kAckResume);
    return false;
  }
  if (header.first.value > watermark.value + 1) {
    OnGap(peer, header);
    return false;
  }
  return true;
}

void ReceiverCore::Take(Peer& peer, OpenLog& log, const wire::Frame& frame, WallTime now) {
  auto repeated = FindRepeated(peer, log.row, frame);
  if (!repeated.ok()) {
    log_.Error("receiver.read_failed", {{"reason", repeated.error().text}});
    return;  // without an answer it is sent again
  }
  const std::uint64_t received = log.row.received;
  const std::size_t origins = batch_.origins.size();
  AppendFrame(frame, now, *repeated, log.row, batch_);
  for (std::size_t i = origins; i < batch_.origins.size(); ++i) {
    peer.origins.insert(batch_.origins[i].origin.epoch);
  }
  const bool ends_in_event =
      log.row.received > received && batch_.events.back().sequence == log.row.watermark;
  log.digest = ends_in_event ? Fnv1a64(batch_.events.back().body) : 0;
  log.dirty = true;
  counters_.events += log.row.received - received;
  counters_.repeated += repeated->size();
  ++counters_.frames;
  ++frames_;
  must_commit_ = true;
  if (log.row.epoch == peer.row.epoch) {
    peer.row.known_last = std::max(peer.row.known_last, log.row.watermark);
  }
  // Whoever sends something new is not away, whatever an old retained death says.
  if (!peer.row.IsOnline()) peer.row.death_number = 0;
  Answer(peer, log.row.epoch, 0);
}

// An event is known by its first place: as the event that stands there, or as one that stood there
// and was renumbered before this one. Frames without renumbered events, of epochs of which nothing
// was renumbered, cost nothing.
Result<std::set<Sequence>> ReceiverCore::FindRepeated(Peer& peer, const LogRow& log,
                                                      const wire::Frame& frame) {
  std::multimap<Position, const event::Event*> asked;
  const bool moved_away = peer.origins.contains(log.epoch);
  for (const event::Event& event : frame.events) {
    if (event.sequence <= log.watermark) continue;
    const auto origin = OriginOf(event, log.epoch);
    if (origin || moved_away) {
      asked.emplace(origin.value_or(Position{log.epoch, event.sequence}), &event);
    }
  }
  std::set<Sequence> repeated;
  if (asked.empty()) return repeated;
  if (!batch_.events.empty()) {
    CommitPending();  // what is in hand may be what is looked for
    if (!loaded_) return Error{Errc::kRetryLater, "what came before could not be committed"};
  }
  std::vector<Position> places;
  for (const auto& [place, event] : asked) places.push_back(place);
  auto known = store_.FindByPlace(log.terminal, places);
  if (!known.ok()) return known.error();
  for (const KnownEvent& stored : *known) {
    const auto [begin, end] = asked.equal_range(stored.place);
    for (auto at = begin; at != end; ++at) {
      if (IsSameEvent(stored.row, *at->second)) repeated.insert(at->second->sequence);
    }
  }
  return repeated;
}

// Something before this frame is missing. A terminal goes back to the watermark for it, unless it
// was acknowledged more than HQ has: then HQ's database was set back while the terminal stayed
// connected, and only REWIND under a higher generation makes it go back so far. To say so without
// need costs a repetition and nothing else.
void ReceiverCore::OnGap(Peer& peer, const wire::FrameHeader& header) {
  ++counters_.gaps;
  ++peer.row.gaps;
  ++peer.gaps_in_a_row;
  const std::uint64_t seen = peer.row.seen_generation;
  bool rewind = seen != 0 && seen < options_.generation;
  if (peer.gaps_in_a_row >= kGapsBeforeRewind) {
    rewind = true;
    if (peer.gaps_in_a_row == kGapsBeforeRewind) {
      log_.Warn("receiver.rewind", {{"terminal", ToText(peer.row.id)},
                                    {"sends_from", header.first.value},
                                    {"epoch", header.epoch.value},
                                    {"watermark", LogOf(peer, header.epoch).row.watermark.value}});
      rewind = RaiseAbove(options_.generation);
      if (!rewind) peer.gaps_in_a_row = 0;
    }
  }
  Answer(peer, header.epoch, wire::kAckGap | (rewind ? wire::kAckRewind : 0));
}

// The checksum was right, so sending it again will not help. One position by itself goes into
// quarantine; more of them are asked for one by one.
void ReceiverCore::OnUnreadable(Peer& peer, OpenLog& log, const wire::FrameHeader& header,
                                const std::string& payload, const Error& why, WallTime now) {
  if (header.count != 1) return Bad(peer, header.epoch, why);
  const bool newer = why.code == Errc::kRejected;
  log_.Error("receiver.quarantined", {{"terminal", ToText(peer.row.id)},
                                      {"epoch", header.epoch.value},
                                      {"sequence", header.first.value},
                                      {"reason", why.text}});
  batch_.quarantine.push_back(
      QuarantineRow{.terminal = peer.row.key,
                    .epoch = header.epoch,
                    .first = header.first,
                    .count = 1,
                    .kind = newer ? QuarantineKind::kNewer : QuarantineKind::kUnreadable,
                    .reason = why.text,
                    .arrived = now,
                    .bytes = payload});
  ++log.row.quarantined;
  log.row.watermark = header.first;
  log.digest = 0;
  log.dirty = true;
  if (header.epoch == peer.row.epoch) {
    peer.row.known_last = std::max(peer.row.known_last, header.first);
  }
  ++counters_.quarantined;
  ++frames_;
  must_commit_ = true;
  Answer(peer, header.epoch, 0);
}

void ReceiverCore::Bad(Peer& peer, Epoch epoch, const Error& why) {
  ++counters_.bad_frames;
  ++peer.row.bad_frames;
  log_.Debug("receiver.bad_frame", {{"terminal", ToText(peer.row.id)}, {"reason", why.text}});
  Answer(peer, epoch, wire::kAckBad);
}

}  // namespace trayline::hq
