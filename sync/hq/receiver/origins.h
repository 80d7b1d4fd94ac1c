// Which event an event is, wherever its journal has put it: a terminal whose journal takes another
// epoch sends what was not acknowledged again under new numbers, each with its first place. Pure;
// any thread.
#ifndef TRAYLINE_SYNC_HQ_RECEIVER_ORIGINS_H_
#define TRAYLINE_SYNC_HQ_RECEIVER_ORIGINS_H_

#include <optional>

#include "agent/base/ids.h"
#include "agent/event/event.h"
#include "sync/hq/ports/hq_rows.h"

namespace trayline::hq {

// The first place of an event that arrived in epoch; none when it has always stood where it stands,
// or when it claims a place that is not before this epoch.
std::optional<Position> OriginOf(const event::Event& event, Epoch epoch);

// Whether row holds the same event as event: equal in everything but their places.
bool IsSameEvent(const EventRow& row, const event::Event& event);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_RECEIVER_ORIGINS_H_
