#include "firmware/traylined/core_backend.h"

#include <future>
#include <memory>
#include <utility>

namespace trayline::traylined {
namespace {

Error NotInTime() {
  return Error{Errc::kRetryLater, "the agent did not answer in time; send the same again"};
}

Error TooBusy() { return Error{Errc::kRetryLater, "the agent is busy or stopping; come again"}; }

// Runs ask on the core thread and waits for what it is given. ask gets a function to answer with,
// which may be called later, once.
template <typename T>
Result<T> Ask(CoreLoop& core, std::function<void(std::function<void(T)>)> ask) {
  auto promise = std::make_shared<std::promise<T>>();
  auto future = promise->get_future();
  const bool posted = core.Post([promise, ask = std::move(ask)] {
    ask([promise](T value) { promise->set_value(std::move(value)); });
  });
  if (!posted) return TooBusy();
  if (future.wait_for(api::kRecordDeadline) != std::future_status::ready) return NotInTime();
  return future.get();
}

}  // namespace

Result<engine::RecordAnswer> CoreBackend::Record(engine::RecordBatch batch) {
  auto shared = std::make_shared<engine::RecordBatch>(std::move(batch));
  return Ask<engine::RecordAnswer>(core_,
                                   [this, shared](std::function<void(engine::RecordAnswer)> reply) {
                                     engine_.Record(std::move(*shared), std::move(reply));
                                   });
}

Result<std::vector<journey::Journey>> CoreBackend::OpenJourneys(std::size_t limit) {
  return Ask<std::vector<journey::Journey>>(
      core_, [this, limit](const std::function<void(std::vector<journey::Journey>)>& reply) {
        reply(engine_.OpenJourneys(limit));
      });
}

Result<journey::Journey> CoreBackend::FindJourney(JourneyId id) {
  auto found = Ask<std::optional<journey::Journey>>(
      core_, [this, id](const std::function<void(std::optional<journey::Journey>)>& reply) {
        reply(engine_.Find(id));
      });
  if (!found) return found.error();
  if (!found->has_value()) {
    return Error{Errc::kNotFound, "journey " + ToText(id) + " is not in hand"};
  }
  return **std::move(found);
}

Result<api::AgentStatus> CoreBackend::Status() {
  auto counted = Ask<engine::EngineStatus>(
      core_,
      [this](const std::function<void(engine::EngineStatus)>& reply) { reply(engine_.status()); });
  if (!counted) return counted.error();
  api::AgentStatus status;
  status.engine = *counted;
  complete_(status);
  return status;
}

}  // namespace trayline::traylined
