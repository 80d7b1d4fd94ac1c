// Raw MQTT packets for the tests of the proxy, made by hand so that they owe nothing to its parser.
// Pure functions.
#ifndef TRAYLINE_TESTS_FAULT_PROXY_MQTT_PACKETS_H_
#define TRAYLINE_TESTS_FAULT_PROXY_MQTT_PACKETS_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace trayline::fault {

inline std::string Two(std::size_t number) {
  return {static_cast<char>(number >> 8 & 0xFF), static_cast<char>(number & 0xFF)};
}

inline std::string Text(std::string_view text) { return Two(text.size()) + std::string(text); }

inline std::string Packet(int first_byte, const std::string& body) {
  std::string packet(1, static_cast<char>(first_byte));
  std::size_t left = body.size();
  do {
    packet += static_cast<char>(left % 128 | (left >= 128 ? 128U : 0U));
    left /= 128;
  } while (left > 0);
  return packet + body;
}

inline std::string Connect(int version) {
  const std::string properties = version == 5 ? std::string(1, '\0') : std::string();
  return Packet(0x10, Text("MQTT") + std::string{static_cast<char>(version), 2} + Two(60) +
                          properties + Text("client"));
}

struct PublishParts {
  std::string topic = "t";
  std::string payload = "payload";
  int qos = 0;
  std::uint16_t id = 0;
  bool dup = false;
  int version = 4;
  std::string properties{};  // MQTT 5, without their length
};

inline std::string Publish(const PublishParts& parts) {
  std::string body = Text(parts.topic);
  if (parts.qos > 0) body += Two(parts.id);
  if (parts.version == 5) {
    body += static_cast<char>(parts.properties.size());
    body += parts.properties;
  }
  return Packet(0x30 | (parts.dup ? 8 : 0) | parts.qos << 1, body + parts.payload);
}

inline std::string Puback(std::uint16_t id) { return Packet(0x40, Two(id)); }

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_PROXY_MQTT_PACKETS_H_
