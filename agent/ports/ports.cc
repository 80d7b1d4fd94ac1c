#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"
#include "agent/ports/random.h"
