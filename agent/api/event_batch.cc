#include "agent/api/event_batch.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "agent/api/json_reader.h"
#include "agent/api/problems.h"
#include "agent/base/hash.h"
#include "agent/base/text.h"
#include "agent/engine/engine.h"

namespace trayline::api {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kNameShownMax = 64;  // bytes of an unknown member's name that are repeated

const Json* Find(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsHostName(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= engine::kHostNameMax &&
         std::all_of(name.begin(), name.end(), fits);
}

bool IsStrict(const Json& root) {
  const Json* strict = root.is_object() ? Find(root, "strict") : nullptr;
  return strict != nullptr && strict->is_boolean() && strict->get<bool>();
}

// The id that the answer repeats; null for one that no event can have.
std::string IdOf(const Json& event) {
  const Json* id = event.is_object() ? Find(event, "id") : nullptr;
  if (id == nullptr) return "null";
  const bool text =
      id->is_string() && id->get_ref<const std::string&>().size() <= event::kHostIdMax;
  return text || id->is_number_integer() ? Dump(*id) : "null";
}

BatchItem ReadItem(const std::optional<Json>& event, bool strict) {
  BatchItem item;
  const std::string text = event ? Dump(*event) : std::string();
  if (event) item.id = IdOf(*event);
  if (!event || text.size() > kEventBytesMax) {
    item.issues.push_back(
        {"", "too_large", "the event is larger than " + std::to_string(kEventBytesMax) + " bytes"});
    return item;
  }
  item.digest = std::max<std::uint64_t>(Fnv1a64(text), 1);
  auto parsed = event::ParseHostEvent(*event, strict);
  if (auto* issues = std::get_if<std::vector<event::FieldIssue>>(&parsed)) {
    item.issues = std::move(*issues);
    return item;
  }
  item.event = std::get<event::HostEvent>(std::move(parsed));
  item.issues = std::exchange(item.event->left_out, {});
  return item;
}

http::Problem FromError(const Error& error) {
  return error.code == Errc::kFull ? TooLarge(error.text) : BadJson(error.text);
}

// What is wrong with the members beside the events.
class Envelope {
 public:
  explicit Envelope(Json& root) : root_(root) {}

  std::optional<http::Problem> Check(EventBatch& batch) {
    const bool single = Find(root_, "events") == nullptr && Find(root_, "type") != nullptr;
    CheckHost(batch);
    const Json* strict = Find(root_, "strict");
    if (strict != nullptr && !strict->is_boolean()) {
      Add("/strict", "wrong_type", "must be true or false");
    }
    if (!single) {
      CheckEvents();
      CheckUnknown(batch);
    }
    if (errors_.empty()) return std::nullopt;
    return Invalid(std::move(errors_));
  }

 private:
  void Add(std::string path, std::string code, std::string reason) {
    errors_.push_back({std::move(path), std::move(code), std::move(reason)});
  }

  void CheckHost(EventBatch& batch) {
    const Json* host = Find(root_, "host");
    if (host == nullptr) {
      Add("/host", "missing", "every batch needs the name of its host");
    } else if (!host->is_string()) {
      Add("/host", "wrong_type", "must be a text");
    } else if (!IsHostName(host->get_ref<const std::string&>())) {
      Add("/host", "invalid", "must be 1 to 32 of a-z, 0-9, '_', '.', '-'");
    } else {
      batch.host = host->get<std::string>();
    }
  }

  void CheckEvents() {
    const Json* events = Find(root_, "events");
    if (events == nullptr) {
      Add("/events", "missing", "there must be a list of events, or one event with its type");
    } else if (!events->is_array()) {
      Add("/events", "wrong_type", "must be a list");
    }
  }

  void CheckUnknown(EventBatch& batch) {
    const bool strict = IsStrict(root_);
    for (const auto& [name, value] : root_.items()) {
      if (name == "host" || name == "strict" || name == "events") continue;
      const bool shown = name.size() <= kNameShownMax && !HoldsCardNumber(name) &&
                         name.find_first_of("/~") == std::string::npos;
      const std::string path = shown ? "/" + name : "/****";
      if (strict) {
        Add(path, "unknown_field", "is not a member of a batch");
      } else {
        batch.left_out.push_back({path, "unknown_field", "is not a member of a batch"});
      }
    }
  }

  Json& root_;
  std::vector<http::ProblemItem> errors_;
};

}  // namespace

std::variant<EventBatch, http::Problem> ReadEventBatch(std::string_view body) {
  EventBatch batch;
  const JsonLimits limits{kJsonDepthMax, kEventBytesMax, engine::kBatchMax};
  bool strict = false;
  const auto read = [&] {
    batch.items.clear();
    return ReadJson(body, "events", limits,
                    [&](const Json& root, const std::optional<Json>& event) {
                      strict = strict || IsStrict(root);
                      batch.items.push_back(ReadItem(event, strict));
                    });
  };
  auto root = read();
  if (!root) return FromError(root.error());
  // "strict" may stand behind the events; then they are read once more.
  if (!batch.items.empty() && !strict && IsStrict(*root)) {
    strict = true;
    root = read();
    if (!root) return FromError(root.error());
  }
  if (!root->is_object()) {
    return Invalid({{"", "wrong_type", "the body must be an object"}});
  }
  if (auto problem = Envelope(*root).Check(batch)) return *std::move(problem);
  if (Find(*root, "events") == nullptr) {
    strict = IsStrict(*root);
    root->erase("host");
    root->erase("strict");
    batch.items.push_back(ReadItem(*std::move(root), strict));
  }
  return batch;
}

}  // namespace trayline::api
