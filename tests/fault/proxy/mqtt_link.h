// MqttLink: what one relayed connection carries, seen as MQTT 3.1.1 or 5. Bytes go in as they were
// read, in any portions; whole packets come out, as the plan wants them. What is no MQTT, or stops
// being it, is passed on byte by byte. Pure: time is an argument. One thread; borrows the plan.
#ifndef TRAYLINE_TESTS_FAULT_PROXY_MQTT_LINK_H_
#define TRAYLINE_TESTS_FAULT_PROXY_MQTT_LINK_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/fault/proxy/mqtt_faults.h"

namespace trayline::fault {

class MqttLink {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit MqttLink(MqttPlan& plan) : plan_(plan) {}

  // Bytes that the sender of this way has sent.
  void Feed(MqttWay way, std::string_view bytes, Time now);
  // The sender has ended: what is left of a packet goes on as it is.
  void End(MqttWay way, Time now);
  // Moves what is due to the end of out.
  void Release(MqttWay way, Time now, std::string& out);
  // When more becomes due; nullopt when nothing waits for its time.
  [[nodiscard]] std::optional<Time> Due(MqttWay way) const;
  // Bytes of whole packets that wait. A packet of which a part has come is not among them, so that
  // a reader that stops at a limit of these always gets the rest of it.
  [[nodiscard]] std::size_t waiting(MqttWay way) const { return Of(way).waiting; }
  // True once it is taken for something else than MQTT.
  [[nodiscard]] bool opaque() const { return opaque_; }

  // A longer PUBLISH is passed on as it comes, without faults.
  static constexpr std::size_t kPacketMax = std::size_t{1024} * 1024;

 private:
  struct Portion {
    Time due;
    std::string bytes;
  };
  struct Way {
    std::string partial;          // the beginning of a packet
    std::uint64_t untouched = 0;  // bytes left of a packet that is passed on as it comes
    std::deque<Portion> queue;
    std::size_t waiting = 0;
    Time last_due{};
    std::string answers;  // ours, for the receiver of this way, until a packet has ended
    std::map<std::uint16_t, std::string> aliases;
    std::map<std::uint16_t, std::uint32_t> pubacks_too_many;  // by packet id
  };

  Way& Of(MqttWay way) { return ways_[static_cast<std::size_t>(way)]; }
  [[nodiscard]] const Way& Of(MqttWay way) const { return ways_[static_cast<std::size_t>(way)]; }
  // Takes one step from the beginning of bytes; how many it took, 0 when more must come.
  std::size_t Take(MqttWay way, std::string_view bytes, Time now);
  std::size_t TakeUntouched(MqttWay way, std::string_view bytes, Time now);
  bool Expected(MqttWay way, std::string_view bytes);
  void Packet(MqttWay way, std::string_view packet, std::size_t header, Time now);
  void Publish(MqttWay way, std::string_view packet, std::size_t header, Time now);
  bool Parse(MqttWay way, std::string_view packet, std::size_t header, MqttPublish& publish);
  void Answer(MqttWay way, std::uint16_t packet_id, Time now);
  void Queue(MqttWay way, std::string_view bytes, Time due);
  void GiveUp(Time now);

  MqttPlan& plan_;
  std::array<Way, 2> ways_;
  int version_ = 0;  // 4 or 5 after CONNECT
  bool opaque_ = false;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_PROXY_MQTT_LINK_H_
