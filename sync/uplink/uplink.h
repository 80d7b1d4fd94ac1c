// Uplink: carries the journal to HQ. It owns the connection and runs the session's steps on the
// thread that calls Run; everything else may be called from any thread. The journal never waits for
// it: events are recorded whatever happens here, and only HQ's own acknowledgement moves the
// journal's cursor.
#ifndef TRAYLINE_SYNC_UPLINK_UPLINK_H_
#define TRAYLINE_SYNC_UPLINK_UPLINK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/base/mutex.h"
#include "agent/base/time.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"
#include "agent/ports/random.h"
#include "sync/mqtt/client.h"
#include "sync/uplink/frame_source.h"
#include "sync/uplink/inbox.h"
#include "sync/uplink/options.h"
#include "sync/uplink/session.h"

namespace trayline::uplink {

struct UplinkStatus {
  UplinkState state = UplinkState::kConnecting;  // its word: UplinkStateName
  std::string broker;                            // the address
  int protocol = 0;                              // 5 or 3 (3.1.1), 0 not connected
  SessionCounts counts;
  std::optional<MonoTime> last_ack;   // by the uplink's clock
  bool hq_present = false;            // connected, and HQ has not said that it is away
  Epoch epoch;                        // the present one
  Sequence watermark;                 // HQ has all up to here, of the present epoch
  std::size_t closed_epochs = 0;      // left behind while HQ lacks something of them
  std::size_t closed_aside = 0;       // of these, set aside: HQ has another history, or unreadable
  std::string refusal;                // why HQ does not take this journal, "" while it does
  std::optional<MonoTime> epoch_due;  // when a new epoch begins, while it is refused
  std::uint64_t damaged = 0;          // rows that could not be read and went as void
  std::string last_error;             // of the latest failed attempt to connect, "" while connected
};

class Uplink {
 public:
  struct Parts {
    ports::Outbox& outbox;
    ports::EventReader& reader;
    // Real time for timers; not the agent's own clock where that runs too fast (clock_speed).
    ports::Clock& clock;
    ports::Random& random;
    Log& log;
    mqtt::ClientFactory clients;
  };

  // options must be valid (Validate). The parts outlive the uplink.
  Uplink(Options options, Parts parts);
  ~Uplink();
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

  // Blocks until stop is requested: then it publishes the death, waits up to farewell for it to
  // leave, closes and returns. A stop during a connection attempt waits for its timeout. Once.
  void Run(const std::stop_token& stop);
  // One turn of that loop, for a simulation with a turned clock; not while Run runs, one thread at
  // a time. Waits for news up to wait, takes it, takes one step. Returns how long nothing is to be
  // done; 0: call again at once.
  Millis Turn(Millis wait);

  // From the journal's commit listener; does not block.
  void OnCommitted(Sequence last);

  [[nodiscard]] UplinkStatus status() const EXCLUDES(mutex_);

 private:
  void TakeInbox(Millis wait);
  // The journal as it is now; a changed epoch begins the session anew.
  void LookAtJournal(const std::optional<Status>& epoch_done);
  void TakeAnswers(const Inbox::Taken& taken);
  void Perform(const Step& step);
  void Connect();
  [[nodiscard]] Status OpenLink();
  void PublishBirth();
  void BeginEpoch(Epoch wanted);
  void PublishFrame(const Step& step);
  // True when a closed journey was found among the events that wait for company.
  bool LookForClosedJourney();
  [[nodiscard]] Millis TimeUntil(MonoTime then);
  void DropClient();
  void Farewell();
  void ShowStatus() EXCLUDES(mutex_);

  const Options options_;
  ports::Outbox& outbox_;
  ports::EventReader& reader_;
  ports::Clock& clock_;
  Log& log_;
  const mqtt::ClientFactory clients_;
  const std::string birth_topic_;
  const std::string death_topic_;
  const std::string batch_topic_;
  const std::string ack_topic_;
  const std::string hq_state_topic_;
  const std::shared_ptr<Inbox> inbox_;  // shared with handlers that a client may call late

  // Run's thread only.
  FrameSource source_;
  ports::OutboxState journal_;                                   // as it was last looked at
  event::StorageState told_storage_ = event::StorageState::kOk;  // by the last birth
  UplinkSession session_;
  std::unique_ptr<mqtt::MqttClient> client_;
  int protocol_ = 0;
  std::string last_error_;
  Sequence looked_until_;  // LookForClosedJourney has seen everything up to here
  bool stopping_ = false;

  mutable Mutex mutex_;
  UplinkStatus status_ GUARDED_BY(mutex_);
};

}  // namespace trayline::uplink

#endif  // TRAYLINE_SYNC_UPLINK_UPLINK_H_
