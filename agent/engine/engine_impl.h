// Engine::Impl: what the engine is made of. Internal to agent/engine.
#ifndef TRAYLINE_AGENT_ENGINE_ENGINE_IMPL_H_
#define TRAYLINE_AGENT_ENGINE_ENGINE_IMPL_H_

#include <map>
#include <utility>

#include "agent/engine/clock_watch.h"
#include "agent/engine/desk.h"
#include "agent/engine/engine.h"
#include "agent/engine/idempotency.h"
#include "agent/engine/scribe.h"

namespace trayline::engine {

inline constexpr std::size_t kIncidentTextMax = 200;  // bytes of a reason in an event

struct Engine::Impl {
  // One command's work before it is submitted.
  struct Work {
    // Notes first, as an event of its own, that the clock was set since the last work.
    explicit Work(Impl& impl) : scribe(impl.pen, impl.desk, impl.options.policy, impl.clock) {
      impl.ObserveClock(scribe);
    }

    Scribe scribe;
    ports::Transaction transaction;
  };

  Impl(const Options& o, ports::EventStore& s, ports::Clock& c, Log& l,
       std::function<void(std::function<void()>)> p)
      : options(o),
        store(s),
        clock(c),
        log(l),
        post(std::move(p)),
        desk(options.policy),
        clock_watch(options.clock_step) {}

  Status LoadState();
  Desk StartingDesk(const ports::CommittedState& loaded);
  void WriteIncident(Work& work);
  void ObserveClock(Scribe& scribe);
  void ReloadWhenQuiet();
  void RecordStart(const StartInfo& info);

  RecordResult RecordOne(Work& work, std::uint32_t stream, std::string_view host, RecordItem& item);
  RecordResult WriteItem(Work& work, std::string_view host, RecordItem& item);
  JourneyId BeginJourney(Work& work, std::string_view host, std::string_view ref,
                         event::Record data);
  void EndJourney(Work& work, const journey::Journey& journey, journey::Outcome outcome,
                  journey::Evidence evidence);
  void MakeRoom(Work& work);

  void Submit(Work work, std::function<void(Status)> done);
  void Settled(const Status& status);
  [[nodiscard]] bool Accepting() const { return !reload_wanted && !stopping; }
  [[nodiscard]] std::optional<MonoTime> DueAt(const journey::Journey& journey) const;

  const Options options;
  ports::EventStore& store;
  ports::Clock& clock;
  Log& log;
  const std::function<void(std::function<void()>)> post;

  Pen pen;
  Desk desk;
  Idempotency idempotency;
  Sequence checkpoint_at;
  bool checkpoint_due = false;              // the last one does not cover all that was loaded
  std::optional<ports::Incident> incident;  // of the journal, not recorded yet
  ClockWatch clock_watch;
  bool clean_stop = true;  // of the writer before this one
  // Journeys that were open when the daemon started and that their host has not come back to.
  std::map<JourneyId, MonoTime> awaited;

  std::size_t in_flight = 0;
  bool reload_wanted = false;
  MonoTime reload_not_before;
  bool stopping = false;
  EngineStatus counts;
};

}  // namespace trayline::engine

#endif  // TRAYLINE_AGENT_ENGINE_ENGINE_IMPL_H_
