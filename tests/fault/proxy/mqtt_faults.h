// Faults at the level of MQTT: which PUBLISH packets are doubled, lost or held back on their way
// through the fault proxy. MqttPlan holds the rules, throws the dice and counts; any thread.
#ifndef TRAYLINE_TESTS_FAULT_PROXY_MQTT_FAULTS_H_
#define TRAYLINE_TESTS_FAULT_PROXY_MQTT_FAULTS_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/base/time.h"

namespace trayline::fault {

// Which way a packet travels; also the index into MqttCounts.
enum class MqttWay { kToBroker = 0, kToClient = 1 };

// A PUBLISH as it came from its sender. The texts live as long as the call that shows it.
struct MqttPublish {
  MqttWay way = MqttWay::kToBroker;
  std::string_view topic;  // also when the packet carries only an alias that is known
  std::string_view payload;
  int qos = 0;
  bool retained = false;
  bool duplicate = false;       // the sender's own DUP flag
  bool has_alias = false;       // its loss would leave later packets without a topic
  std::uint16_t packet_id = 0;  // 0 at QoS 0
};

enum class MqttAction {
  // QoS 0: the same packet twice. QoS 1: a second one with the DUP flag and the same id, as a
  // sender may repeat; the receiver acknowledges both, and the sender sees one of these.
  kDuplicate,
  // QoS 0: gone. QoS 1: gone, and the sender is told PUBACK: a broker that lost what it took.
  // A packet with a topic alias stays.
  kDrop,
  // It waits, and so does everything behind it.
  kDelay,
};

// QoS 2 is passed on untouched by every rule but kDelay.
struct MqttRule {
  MqttAction action = MqttAction::kDrop;
  MqttWay way = MqttWay::kToBroker;
  std::string topic_filter = "#";  // an MQTT filter with + and #
  // Millionths of the matching packets that are hit by chance, 0..1,000,000.
  std::uint32_t chance = 0;
  // So many matching packets are hit, one after the other, before chance is asked.
  std::uint64_t next = 0;
  Millis delay_least{0};  // kDelay: anything between these
  Millis delay_most{0};
};

// At most one rule of each action hits a packet: the first in the list that does. A packet that is
// dropped meets no rule behind that one, and is neither doubled nor held back by one before it.
struct MqttFaults {
  std::uint64_t seed = 1;
  std::vector<MqttRule> rules;
};

struct MqttCounts {
  std::uint64_t publishes = 0;   // seen, whatever became of them
  std::uint64_t duplicated = 0;  // second packets that were made
  std::uint64_t dropped = 0;     // QoS 0
  std::uint64_t swallowed = 0;   // QoS 1, answered by us
  std::uint64_t delayed = 0;
};

// By MqttWay.
using MqttWayCounts = std::array<MqttCounts, 2>;

// A filter of MQTT 3.1.1 section 4.7 against a topic; '$' is not special.
bool TopicMatches(std::string_view filter, std::string_view topic);

class MqttPlan {
 public:
  struct Verdict {
    bool drop = false;
    bool duplicate = false;
    Millis delay{0};
  };
  using Watch = std::function<void(const MqttPublish&, const Verdict&)>;

  // Replaces the rules and begins the dice anew; counts go on.
  void Set(const MqttFaults& faults);
  // Called for each PUBLISH with what becomes of it, on the relay's thread; empty: nobody.
  void SetWatch(Watch watch);
  [[nodiscard]] MqttWayCounts counts() const;

  // Decides, counts, shows it. On the relay's thread.
  Verdict Decide(const MqttPublish& publish);

 private:
  Verdict Judge(const MqttPublish& publish) REQUIRES(mutex_);
  bool Hits(MqttRule& rule, const MqttPublish& publish) REQUIRES(mutex_);
  void Apply(MqttRule& rule, const MqttPublish& publish, Verdict& verdict) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::vector<MqttRule> rules_ GUARDED_BY(mutex_);
  std::mt19937_64 dice_ GUARDED_BY(mutex_);
  MqttWayCounts counts_ GUARDED_BY(mutex_);
  std::shared_ptr<const Watch> watch_ GUARDED_BY(mutex_);  // shared: called without the lock
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_PROXY_MQTT_FAULTS_H_
