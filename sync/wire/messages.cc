#include "sync/wire/messages.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "agent/base/varint.h"

namespace trayline::wire {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAckMagic = "TA";
constexpr char kAckVersion = 1;
constexpr std::size_t kMessageMax = std::size_t{16} * 1024;  // a birth has some 500 bytes
constexpr std::size_t kTextMax = 256;
constexpr std::size_t kJournalIdDigits = 32;

// Numbers of 64 bits that no clock or counter makes are written as text: readers that hold JSON
// numbers as doubles would change them.
std::string Digits(std::uint64_t value) { return std::to_string(value); }

// Takes members out of one JSON object; the first that is wrong is remembered and ends in
// kRejected.
class Members {
 public:
  Members(std::string_view what, std::string_view text) : what_(what) {
    if (text.size() > kMessageMax) {
      Fail("", "too long");
    } else {
      json_ = Json::parse(text, nullptr, false);
      if (!json_.is_object()) Fail("", "not a JSON object");
    }
  }

  Members(std::string what, const Json& json) : what_(std::move(what)), json_(json) {
    if (!json_.is_object()) Fail("", "not a JSON object");
  }

  void Get(const char* name, std::uint64_t& out) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    if (member->is_string()) return GetDigits(name, member->get_ref<const std::string&>(), out);
    if (!member->is_number_unsigned()) return Fail(name, "not a whole number from 0");
    out = member->get<std::uint64_t>();
  }
  void Get(const char* name, std::int64_t& out) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const bool fits = member->is_number_unsigned() && member->get<std::uint64_t>() <= kMax;
    if (!fits && (!member->is_number_integer() || member->is_number_unsigned())) {
      return Fail(name, "not a whole number");
    }
    out = member->get<std::int64_t>();
  }
  void Get(const char* name, bool& out) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_boolean()) return Fail(name, "not true or false");
    out = member->get<bool>();
  }
  // A member that older senders leave out: out keeps its value then.
  template <typename T>
  void GetIfThere(const char* name, T& out) {
    if (error_.empty() && json_.contains(name)) Get(name, out);
  }
  // Gives each object of a list to read, at most limit of them; a list that is not there is empty.
  template <typename Read>
  void GetList(const char* name, std::size_t limit, Read read) {
    if (!error_.empty() || !json_.contains(name)) return;
    const Json& list = json_[name];
    if (!list.is_array()) return Fail(name, "not a list");
    if (list.size() > limit) return Fail(name, "too long");
    for (const Json& element : list) {
      Members members(what_ + ": " + name, element);
      read(members);
      if (!members.error_.empty()) {
        error_ = members.error_;
        return;
      }
    }
  }
  void Get(const char* name, std::string& out) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_string()) return Fail(name, "not a text");
    const auto& text = member->get_ref<const std::string&>();
    if (text.size() > kTextMax) return Fail(name, "too long");
    out = text;
  }

  void Fail(std::string_view name, std::string_view why) {
    if (!error_.empty()) return;
    error_ = what_ + ": ";
    if (!name.empty()) error_ += std::string(name) + " is ";
    error_ += why;
  }
  template <typename T>
  Result<T> Give(T value) {
    if (!error_.empty()) return Error{Errc::kRejected, error_};
    return value;
  }

 private:
  const Json* Find(const char* name) {
    if (!error_.empty()) return nullptr;
    const auto member = json_.find(name);
    if (member == json_.end()) {
      Fail(name, "missing");
      return nullptr;
    }
    return &*member;
  }

  void GetDigits(const char* name, const std::string& text, std::uint64_t& out) {
    std::uint64_t value = 0;
    bool fits = !text.empty() && text.size() <= 20;
    for (const char c : text) {
      if (!fits || c < '0' || c > '9') return Fail(name, "not a number in digits");
      const auto digit = static_cast<std::uint64_t>(c - '0');
      fits = value <= (UINT64_MAX - digit) / 10;
      value = value * 10 + digit;
    }
    if (!fits) return Fail(name, "beyond 64 bits");
    out = value;
  }

  std::string what_;
  Json json_;
  std::string error_;
};

std::string Dump(const Json& json) {
  // Invalid UTF-8 becomes U+FFFD; dump() would throw at it.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsJournalId(std::string_view text) {
  return text.size() == kJournalIdDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Json ClosedToJson(const std::vector<ClosedTail>& closed) {
  Json list = Json::array();
  for (const ClosedTail& tail : closed) {
    if (list.size() == kClosedTailsMax) break;
    list.push_back(Json{{"epoch", tail.epoch.value},
                        {"journal", tail.journal_id},
                        {"first", tail.first.value},
                        {"last", tail.last.value},
                        {"acked", tail.acked.value}});
  }
  return list;
}

ClosedTail ReadClosed(Members& members) {
  ClosedTail tail;
  members.Get("epoch", tail.epoch.value);
  members.Get("journal", tail.journal_id);
  members.Get("first", tail.first.value);
  members.Get("last", tail.last.value);
  members.Get("acked", tail.acked.value);
  return tail;
}

}  // namespace

std::string EncodeBirth(const Birth& birth) {
  Json json = Json{{"birth", birth.birth_number},
                   {"journal", birth.journal_id},
                   {"opens", birth.opens},
                   {"nonce", Digits(birth.nonce)},
                   {"hq_generation", birth.hq_generation},
                   {"epoch", birth.epoch.value},
                   {"first", birth.first.value},
                   {"last", birth.last.value},
                   {"acked", birth.acked.value},
                   {"acked_digest", Digits(birth.acked_digest)},
                   {"agent_version", birth.agent_version},
                   {"clock", birth.clock},
                   {"clock_speed", birth.clock_speed},
                   {"sent_utc_ms", birth.sent_utc_ms},
                   {"device_class", birth.device_class},
                   {"boot", birth.boot},
                   {"sent_mono_ms", birth.sent_mono_ms},
                   {"storage", birth.storage}};
  if (!birth.closed.empty()) json["closed"] = ClosedToJson(birth.closed);
  return Dump(json);
}

Result<Birth> DecodeBirth(std::string_view json) {
  Members members("birth", json);
  Birth birth;
  members.Get("birth", birth.birth_number);
  members.Get("journal", birth.journal_id);
  members.Get("opens", birth.opens);
  members.Get("nonce", birth.nonce);
  members.Get("hq_generation", birth.hq_generation);
  members.Get("epoch", birth.epoch.value);
  members.Get("first", birth.first.value);
  members.Get("last", birth.last.value);
  members.Get("acked", birth.acked.value);
  members.Get("acked_digest", birth.acked_digest);
  members.Get("agent_version", birth.agent_version);
  members.Get("clock", birth.clock);
  members.Get("clock_speed", birth.clock_speed);
  members.Get("sent_utc_ms", birth.sent_utc_ms);
  members.Get("device_class", birth.device_class);
  std::uint64_t boot = 0;
  members.GetIfThere("boot", boot);
  if (boot > UINT32_MAX) members.Fail("boot", "beyond 32 bits");
  birth.boot = static_cast<std::uint32_t>(boot);
  members.GetIfThere("sent_mono_ms", birth.sent_mono_ms);
  members.GetIfThere("storage", birth.storage);
  members.GetList("closed", kClosedTailsMax,
                  [&birth](Members& element) { birth.closed.push_back(ReadClosed(element)); });
  if (!IsJournalId(birth.journal_id)) members.Fail("journal", "not 32 hex digits");
  return members.Give(std::move(birth));
}

std::string EncodeDeath(const Death& death) {
  return Dump(Json{{"birth", death.birth_number}, {"clean", death.clean}});
}

Result<Death> DecodeDeath(std::string_view json) {
  Members members("death", json);
  Death death;
  members.Get("birth", death.birth_number);
  members.Get("clean", death.clean);
  return members.Give(death);
}

std::string EncodeAck(const Ack& ack) {
  std::string out(kAckMagic);
  out.push_back(kAckVersion);
  PutVarint(out, ack.nonce);
  PutVarint(out, ack.hq_generation);
  PutVarint(out, ack.epoch.value);
  PutVarint(out, ack.watermark.value);
  PutVarint(out, ack.flags);
  PutVarint(out, ack.credit);
  if (ack.digest != 0) PutVarint(out, ack.digest);
  return out;
}

Result<Ack> DecodeAck(std::string_view bytes) {
  if (bytes.size() <= kAckMagic.size() || !bytes.starts_with(kAckMagic)) {
    return Error{Errc::kCorrupt, "acknowledgement: not one"};
  }
  if (bytes[kAckMagic.size()] != kAckVersion) {
    return Error{Errc::kRejected, "acknowledgement: of a version that this reader does not know"};
  }
  VarintReader in(bytes.substr(kAckMagic.size() + 1));
  Ack ack;
  ack.nonce = in.Varint();
  ack.hq_generation = in.Varint();
  ack.epoch = Epoch{in.Varint()};
  ack.watermark = Sequence{in.Varint()};
  const std::uint64_t flags = in.Varint();
  const std::uint64_t credit = in.Varint();
  // What follows was added later: members that this reader does not know are skipped.
  if (in.ok() && !in.AtEnd()) ack.digest = in.Varint();
  if (!in.ok()) return Error{Errc::kCorrupt, "acknowledgement: cut short"};
  if (flags > UINT32_MAX || credit > UINT32_MAX) {
    return Error{Errc::kCorrupt, "acknowledgement: flags or credit beyond 32 bits"};
  }
  ack.flags = static_cast<std::uint32_t>(flags);
  ack.credit = static_cast<std::uint32_t>(credit);
  return ack;
}

std::string EncodeHqState(const HqState& state) {
  return Dump(
      Json{{"present", state.present}, {"generation", state.generation}, {"boot", state.boot}});
}

Result<HqState> DecodeHqState(std::string_view json) {
  Members members("HQ state", json);
  HqState state;
  members.Get("present", state.present);
  members.Get("generation", state.generation);
  members.Get("boot", state.boot);
  return members.Give(std::move(state));
}

}  // namespace trayline::wire
