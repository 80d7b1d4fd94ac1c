// CoreBackend: the local API's way to the core: each call posts to it and waits, on the HTTP
// thread, with a deadline. What it waits on outlives the caller's patience, so a late answer harms
// nobody.
#ifndef TRAYLINE_FIRMWARE_TRAYLINED_CORE_BACKEND_H_
#define TRAYLINE_FIRMWARE_TRAYLINED_CORE_BACKEND_H_

#include <functional>
#include <vector>

#include "agent/api/backend.h"
#include "agent/engine/engine.h"
#include "firmware/traylined/core_loop.h"

namespace trayline::traylined {

class CoreBackend final : public api::Backend {
 public:
  // Fills in what the engine does not know (uplink, doors, clock); called on an HTTP thread.
  using Complete = std::function<void(api::AgentStatus&)>;

  CoreBackend(CoreLoop& core, engine::Engine& engine, std::function<Epoch()> epoch,
              Complete complete)
      : core_(core), engine_(engine), epoch_(std::move(epoch)), complete_(std::move(complete)) {}

  Result<engine::RecordAnswer> Record(engine::RecordBatch batch) override;
  Result<std::vector<journey::Journey>> OpenJourneys(std::size_t limit) override;
  Result<journey::Journey> FindJourney(JourneyId id) override;
  Result<api::AgentStatus> Status() override;
  Epoch JournalEpoch() override { return epoch_(); }

 private:
  CoreLoop& core_;
  engine::Engine& engine_;
  const std::function<Epoch()> epoch_;  // any thread
  const Complete complete_;
};

}  // namespace trayline::traylined

#endif  // TRAYLINE_FIRMWARE_TRAYLINED_CORE_BACKEND_H_
