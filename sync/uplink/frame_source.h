// FrameSource: reads the journal ahead and makes frames of it. What the journal has given up, and a
// row that cannot be read any more, travels as a void run, so that HQ's watermark can pass. One
// thread; reads the disk.
#ifndef TRAYLINE_SYNC_UPLINK_FRAME_SOURCE_H_
#define TRAYLINE_SYNC_UPLINK_FRAME_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/event/event.h"
#include "agent/ports/event_store.h"
#include "sync/wire/frame.h"

namespace trayline::uplink {

class FrameSource {
 public:
  // Rows held in memory; a frame takes at most this many.
  static constexpr std::size_t kRowsMax = wire::kFrameEventsMax;
  // Bodies of one read; the rows of a frame of 12 KB are far below.
  static constexpr std::size_t kReadBytesMax = std::size_t{512} * 1024;

  // reader outlives this.
  FrameSource(ports::EventReader& reader, TerminalId terminal);

  // The frame of epoch from first, of at most limit events. kNotFound: nothing is there to cover,
  // or no such epoch. Otherwise the reader's or the encoder's error; kRejected: a row of a newer
  // version of the agent, which must not be given up.
  Result<wire::Encoded> Make(Epoch epoch, Sequence first, std::size_t limit);

  // The last position of epoch, from first on and among the next kRowsMax rows, where a journey is
  // closed; 0 when there is none.
  Result<Sequence> LastJourneyClosed(Epoch epoch, Sequence first);

  // Fnv1a64 of the event at sequence as HQ stores it (EncodeBody of what the wire carries), by
  // which HQ and this journal tell each other from a clone. 0 when it is not kept or cannot be
  // read. Reads the disk unless the last frame held the event.
  std::uint64_t DigestOf(Epoch epoch, Sequence sequence);

  // Events that could not be read or written and went as void, since the start.
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

 private:
  // Of the first count events of the buffer and the void runs up to there.
  Result<wire::Encoded> Encode(std::size_t count);
  // Makes a void of the first event, which the encoder refuses even alone.
  void GiveUpFirstEvent();
  void CountDamaged(Sequence sequence);
  // Makes the buffer begin at first of epoch.
  void Position(Epoch epoch, Sequence first);
  // Reads on until the buffer has kRowsMax rows or the journal has no more.
  Status Fill();
  Status Take(const ports::JournalRange& range);
  Status TakeRow(const ports::StoredEvent& row);
  void TakeVoid(const ports::VoidRun& run);
  // Positions from the buffer's end up to, not including, next: the journal promises none.
  void CoverMissing(Sequence next);
  [[nodiscard]] std::uint64_t DigestOf(const event::Event& event, Epoch epoch);

  ports::EventReader& reader_;
  const TerminalId terminal_;
  wire::FrameEncoder encoder_;
  wire::FrameDecoder decoder_;  // for DigestOf
  Epoch epoch_;                 // of the buffer
  // Positions [begin_, end_) are covered by events_ from offset_ on and by voids_.
  Sequence begin_{1};
  Sequence end_{1};
  std::size_t offset_ = 0;
  std::vector<event::Event> events_;
  std::vector<wire::VoidRun> voids_;
  std::uint64_t damaged_ = 0;
  Sequence damaged_until_;  // counted once although read again
};

}  // namespace trayline::uplink

#endif  // TRAYLINE_SYNC_UPLINK_FRAME_SOURCE_H_
