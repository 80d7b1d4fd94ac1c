// From a decoded frame to the rows that HQ keeps of it: only what lies above the watermark. Pure;
// any thread.
#ifndef TRAYLINE_SYNC_HQ_RECEIVER_FRAME_ROWS_H_
#define TRAYLINE_SYNC_HQ_RECEIVER_FRAME_ROWS_H_

#include <set>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/hq/ports/hq_rows.h"
#include "sync/hq/ports/hq_store.h"
#include "sync/wire/frame.h"

namespace trayline::hq {

// kCorrupt when the frame does not cover its range exactly or holds a number beyond kHqNumberMax.
Status CheckFrame(const wire::Frame& frame);

// Appends to batch the events and void runs of frame above log.watermark and moves log on to the
// frame's last position. Events at the positions in repeated are here already under another number:
// they become void runs of reason kRepeated. frame has passed CheckFrame.
void AppendFrame(const wire::Frame& frame, WallTime arrived, const std::set<Sequence>& repeated,
                 LogRow& log, IngestBatch& batch);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_RECEIVER_FRAME_ROWS_H_
