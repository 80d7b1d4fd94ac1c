// From a decoded frame to the rows that HQ keeps of it: only what lies above the watermark. Pure;
// any thread.
#ifndef TRAYLINE_SYNC_HQ_RECEIVER_FRAME_ROWS_H_
#define TRAYLINE_SYNC_HQ_RECEIVER_FRAME_ROWS_H_

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/hq/ports/hq_rows.h"
#include "sync/hq/ports/hq_store.h"
#include "sync/wire/frame.h"

namespace trayline::hq {

// Appends to batch the events and void runs of frame above log.watermark and moves log on to the
// frame's last position. kCorrupt, with batch and log untouched, when the frame does not cover its
// range exactly or holds a number beyond kHqNumberMax.
Status AppendFrame(const wire::Frame& frame, WallTime arrived, LogRow& log, IngestBatch& batch);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_RECEIVER_FRAME_ROWS_H_
