#include "sync/hq/ports/hq_reader.h"
#include "sync/hq/ports/hq_rows.h"
#include "sync/hq/ports/hq_store.h"
