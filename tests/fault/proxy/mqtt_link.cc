#include "tests/fault/proxy/mqtt_link.h"

#include <algorithm>
#include <utility>

namespace trayline::fault {
namespace {

// Control packet types, the upper half of the first byte (MQTT 3.1.1 section 2.2.1).
constexpr int kConnect = 1;
constexpr int kPublish = 3;
constexpr int kPuback = 4;
constexpr char kDupFlag = 0x08;
constexpr std::size_t kLengthBytesMax = 4;
constexpr std::size_t kPortionMax = std::size_t{16} * 1024;  // small packets share a portion
constexpr int kTopicAlias = 0x23;

int Byte(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

int TypeOf(std::string_view packet) { return Byte(packet, 0) >> 4; }

std::uint16_t Number16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(Byte(bytes, at) << 8 | Byte(bytes, at + 1));
}

// A variable byte integer. bytes 0: more must come; kLengthBytesMax + 1: there is none.
struct Length {
  std::uint32_t value = 0;
  std::size_t bytes = 0;
};

Length LengthAt(std::string_view bytes, std::size_t at) {
  Length length;
  for (std::size_t i = 0; i < kLengthBytesMax; ++i) {
    if (at + i >= bytes.size()) return {};
    const int byte = Byte(bytes, at + i);
    length.value |= static_cast<std::uint32_t>(byte & 0x7F) << (7 * i);
    if ((byte & 0x80) == 0) {
      length.bytes = i + 1;
      return length;
    }
  }
  return {0, kLengthBytesMax + 1};
}

// How long the value of this property of a PUBLISH is (MQTT 5 section 3.3.2.3), from at, behind its
// identifier; nullopt when it is none or does not fit.
std::optional<std::size_t> PropertySize(int identifier, std::string_view bytes, std::size_t at) {
  std::size_t size = 0;
  switch (identifier) {
    case 0x01:  // payload format
      size = 1;
      break;
    case 0x02:  // expiry
      size = 4;
      break;
    case kTopicAlias:
      size = 2;
      break;
    case 0x0B: {  // subscription identifier
      size = LengthAt(bytes, at).bytes;
      if (size == 0) return std::nullopt;
      break;
    }
    case 0x03:    // content type
    case 0x08:    // response topic
    case 0x09:    // correlation data
    case 0x26: {  // user property: two texts
      for (int texts = identifier == 0x26 ? 2 : 1; texts > 0; --texts) {
        if (at + size + 2 > bytes.size()) return std::nullopt;
        size += 2U + Number16(bytes, at + size);
      }
      break;
    }
    default:
      return std::nullopt;
  }
  if (at + size > bytes.size()) return std::nullopt;
  return size;
}

// The topic alias among these properties, 0 none.
std::uint16_t AliasIn(std::string_view properties) {
  std::size_t at = 0;
  while (at < properties.size()) {
    const int identifier = Byte(properties, at++);
    const auto size = PropertySize(identifier, properties, at);
    if (!size) return 0;
    if (identifier == kTopicAlias) return Number16(properties, at);
    at += *size;
  }
  return 0;
}

// "MQTT" and the level, or 0.
int VersionOf(std::string_view packet, std::size_t header) {
  constexpr std::string_view kName{"\0\4MQTT", 6};
  if (packet.size() < header + kName.size() + 1) return 0;
  if (packet.substr(header, kName.size()) != kName) return 0;
  const int level = Byte(packet, header + kName.size());
  return level == 4 || level == 5 ? level : 0;
}

MqttWay Opposite(MqttWay way) {
  return way == MqttWay::kToBroker ? MqttWay::kToClient : MqttWay::kToBroker;
}

}  // namespace

void MqttLink::Feed(MqttWay way, std::string_view bytes, Time now) {
  if (opaque_) {
    Queue(way, bytes, now);
    return;
  }
  std::string& partial = Of(way).partial;
  partial.append(bytes);
  std::size_t at = 0;
  while (at < partial.size()) {
    const std::size_t taken = Take(way, std::string_view(partial).substr(at), now);
    if (taken == 0) break;
    at += taken;
  }
  partial.erase(0, at);
  if (opaque_) GiveUp(now);
}

std::size_t MqttLink::TakeUntouched(MqttWay way, std::string_view bytes, Time now) {
  Way& of = Of(way);
  const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(of.untouched, bytes.size()));
  Queue(way, bytes.substr(0, part), now);
  of.untouched -= part;
  return part;
}

// Once it is opaque it takes nothing more; Feed gives up with what is left.
std::size_t MqttLink::Take(MqttWay way, std::string_view bytes, Time now) {
  Way& of = Of(way);
  if (of.untouched > 0) return TakeUntouched(way, bytes, now);
  if (!of.answers.empty()) Queue(way, std::exchange(of.answers, {}), now);
  if (!Expected(way, bytes)) {
    opaque_ = true;
    return 0;
  }
  const Length length = LengthAt(bytes, 1);
  if (length.bytes == 0) return 0;
  const std::size_t header = 1 + length.bytes;
  const std::size_t size = header + length.value;
  const int type = TypeOf(bytes);
  const bool read = type == kConnect || type == kPublish || type == kPuback;
  if (!read || size > kPacketMax) {
    of.untouched = size;
    return TakeUntouched(way, bytes, now);
  }
  if (bytes.size() < size) return 0;
  Packet(way, bytes.substr(0, size), header, now);
  return opaque_ ? 0 : size;
}

// A client begins with CONNECT, a broker waits for it; no packet has type 0 or a longer length.
bool MqttLink::Expected(MqttWay way, std::string_view bytes) {
  const int type = TypeOf(bytes);
  if (version_ == 0 && (way == MqttWay::kToClient || Byte(bytes, 0) != kConnect << 4)) return false;
  return type != 0 && LengthAt(bytes, 1).bytes <= kLengthBytesMax;
}

void MqttLink::Packet(MqttWay way, std::string_view packet, std::size_t header, Time now) {
  const int type = TypeOf(packet);
  if (type == kPublish) {
    Publish(way, packet, header, now);
    return;
  }
  if (type == kConnect) {
    version_ = VersionOf(packet, header);
    if (version_ == 0) {
      opaque_ = true;
      return;
    }
  }
  if (type == kPuback && packet.size() >= header + 2) {
    auto& too_many = Of(way).pubacks_too_many;
    const auto one = too_many.find(Number16(packet, header));
    if (one != too_many.end()) {
      if (--one->second == 0) too_many.erase(one);
      return;
    }
  }
  Queue(way, packet, now);
}

void MqttLink::Publish(MqttWay way, std::string_view packet, std::size_t header, Time now) {
  MqttPublish publish;
  if (!Parse(way, packet, header, publish)) {
    Queue(way, packet, now);
    return;
  }
  const MqttPlan::Verdict verdict = plan_.Decide(publish);
  if (verdict.drop) {
    if (publish.qos == 1) Answer(Opposite(way), publish.packet_id, now);
    return;
  }
  const Time due = now + verdict.delay;
  Queue(way, packet, due);
  if (!verdict.duplicate) return;
  std::string again(packet);
  if (publish.qos == 1) {
    again[0] = static_cast<char>(again[0] | kDupFlag);
    ++Of(Opposite(way)).pubacks_too_many[publish.packet_id];
  }
  Queue(way, again, due);
}

// False when it is not as it should be; then it is the receiver's business.
bool MqttLink::Parse(MqttWay way, std::string_view packet, std::size_t header,
                     MqttPublish& publish) {
  const int flags = Byte(packet, 0) & 0x0F;
  publish.way = way;
  publish.retained = (flags & 1) != 0;
  publish.qos = (flags >> 1) & 3;
  publish.duplicate = (flags & kDupFlag) != 0;
  if (publish.qos == 3 || packet.size() < header + 2) return false;
  std::size_t at = header + 2 + Number16(packet, header);
  if (at > packet.size()) return false;
  publish.topic = packet.substr(header + 2, at - header - 2);
  if (publish.qos > 0) {
    if (at + 2 > packet.size()) return false;
    publish.packet_id = Number16(packet, at);
    at += 2;
  }
  if (version_ == 5) {
    const Length length = LengthAt(packet, at);
    if (length.bytes == 0 || at + length.bytes + length.value > packet.size()) return false;
    const std::uint16_t alias = AliasIn(packet.substr(at + length.bytes, length.value));
    at += length.bytes + length.value;
    if (alias != 0) {
      std::string& named = Of(way).aliases[alias];
      if (!publish.topic.empty()) named = publish.topic;
      publish.topic = named;
      publish.has_alias = true;
    }
  }
  publish.payload = packet.substr(at);
  return true;
}

// A PUBACK of our own; in MQTT 5 two bytes mean success as well. It may not fall into the middle of
// a packet that is passed on as it comes.
void MqttLink::Answer(MqttWay way, std::uint16_t packet_id, Time now) {
  const std::string puback{static_cast<char>(kPuback << 4), 2, static_cast<char>(packet_id >> 8),
                           static_cast<char>(packet_id & 0xFF)};
  Way& of = Of(way);
  if (of.untouched > 0) {
    of.answers += puback;
  } else {
    Queue(way, puback, now);
  }
}

void MqttLink::Queue(MqttWay way, std::string_view bytes, Time due) {
  Way& of = Of(way);
  of.last_due = std::max(of.last_due, due);
  of.waiting += bytes.size();
  const bool together = !of.queue.empty() && of.queue.back().due == of.last_due &&
                        of.queue.back().bytes.size() < kPortionMax;
  if (together) {
    of.queue.back().bytes.append(bytes);
  } else {
    of.queue.push_back({of.last_due, std::string(bytes)});
  }
}

// From now on a pipe, with everything that was kept back first.
void MqttLink::GiveUp(Time now) {
  for (const MqttWay way : {MqttWay::kToBroker, MqttWay::kToClient}) End(way, now);
}

void MqttLink::End(MqttWay way, Time now) {
  Way& of = Of(way);
  if (!of.partial.empty()) Queue(way, std::exchange(of.partial, {}), now);
}

void MqttLink::Release(MqttWay way, Time now, std::string& out) {
  Way& of = Of(way);
  if (of.untouched == 0 && !of.answers.empty()) Queue(way, std::exchange(of.answers, {}), now);
  while (!of.queue.empty() && of.queue.front().due <= now) {
    of.waiting -= of.queue.front().bytes.size();
    out.append(of.queue.front().bytes);
    of.queue.pop_front();
  }
}

std::optional<MqttLink::Time> MqttLink::Due(MqttWay way) const {
  const Way& of = Of(way);
  if (of.queue.empty()) return std::nullopt;
  return of.queue.front().due;
}

}  // namespace trayline::fault
