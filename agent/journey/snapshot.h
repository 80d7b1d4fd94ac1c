// A whole cart from a host, as the deltas that lead there. Only the .cc files of this module
// include it. Pure; any thread.
#ifndef TRAYLINE_AGENT_JOURNEY_SNAPSHOT_H_
#define TRAYLINE_AGENT_JOURNEY_SNAPSHOT_H_

#include "agent/event/record.h"
#include "agent/journey/cart.h"

namespace trayline::journey {

// Lines of the three events, each empty when there is nothing of its kind. Folding removed, added
// and updated in this order into the cart gives the lines of the snapshot.
struct CartDelta {
  event::RecordList removed;
  event::RecordList added;
  event::RecordList updated;
};

// Lines are matched by line id; those without one (or with one that an earlier line of the snapshot
// has) first by everything, then by item, variant and modifiers, then by item and variant, so that
// other modifiers are a change of the line and not a removal. A line without a match is added, with
// the next number when it has no id. What a snapshot's line leaves out is empty or 0.
CartDelta DeltaTo(const Cart& cart, const event::RecordList& snapshot);

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_SNAPSHOT_H_
