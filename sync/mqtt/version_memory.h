// VersionMemory: which MQTT version each broker address was found to speak, so that a broker which
// refuses 5 is not asked again at every reconnection. Any thread.
#ifndef TRAYLINE_SYNC_MQTT_VERSION_MEMORY_H_
#define TRAYLINE_SYNC_MQTT_VERSION_MEMORY_H_

#include <cstddef>
#include <map>
#include <string>

#include "agent/base/mutex.h"

namespace trayline::mqtt {

inline constexpr int kVersion5 = 5;
inline constexpr int kVersion311 = 3;  // 3.1.1, as MqttClient::ProtocolVersion says it

class VersionMemory {
 public:
  // A terminal has one or two addresses; beyond this many the oldest by name is forgotten, which
  // costs one refused connection.
  static constexpr std::size_t kAddressesMax = 32;

  // kVersion5 for an address that is not known to refuse it.
  [[nodiscard]] int VersionOf(const std::string& uri) const EXCLUDES(mutex_);
  void RememberRefusalOf5(const std::string& uri) EXCLUDES(mutex_);
  // For a broker that now refuses 3.1.1 too: it is asked from the beginning next time.
  void Forget(const std::string& uri) EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::string, int> versions_ GUARDED_BY(mutex_);
};

}  // namespace trayline::mqtt

#endif  // TRAYLINE_SYNC_MQTT_VERSION_MEMORY_H_
