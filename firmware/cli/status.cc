// status: what the agent is doing, in the words of a person who must decide whether to get up.
#include "firmware/cli/commands.h"
#include "firmware/cli/text.h"

namespace trayline::cli {
namespace {

std::string LinkText(const Json& uplink) {
  const std::string state = TextOf(uplink, "state", "unknown");
  const std::string broker = TextOf(uplink, "broker", "no broker");
  if (state == "connected") return "connected to " + broker;
  if (state == "connecting") return "connecting to " + broker;
  if (state == "waiting_for_hq") return "connected to " + broker + ", headquarters is away";
  if (state == "offline") return "offline: " + broker + " does not answer";
  const std::string refusal = TextOf(uplink, "refusal");
  return state + ", " + broker + (refusal.empty() ? "" : ": " + refusal);
}

std::string HqText(const Json& status) {
  const std::int64_t waiting = NumberOf(ObjectOf(status, "journal"), "waiting");
  const std::int64_t age = NumberOf(ObjectOf(status, "uplink"), "last_ack_age_s", -1);
  return (waiting == 0 ? "has everything" : Count(waiting) + " events wait for it") +
         ", its last answer " + (age < 0 ? "never came" : Duration(age) + " ago");
}

std::string JournalText(const Json& journal) {
  const std::int64_t first = NumberOf(journal, "first");
  const std::int64_t last = NumberOf(journal, "last");
  return "epoch " + std::to_string(CountOf(journal, "epoch")) + ", " +
         (last == 0 ? "no event yet" : "events " + Count(first) + " to " + Count(last)) + ", " +
         Bytes(NumberOf(journal, "bytes"));
}

std::string StorageText(const Json& storage) {
  const std::string state = TextOf(storage, "state", "unknown");
  const std::string room = Bytes(NumberOf(storage, "used_bytes")) + " of " +
                           Bytes(NumberOf(storage, "quota_bytes")) + " used, " +
                           Bytes(NumberOf(storage, "free_bytes")) + " free on the disk";
  const std::int64_t shed = NumberOf(storage, "shed_browsing") + NumberOf(storage, "shed_offer");
  std::string text = state == "ok" ? room : "IS " + state + ": " + TextOf(storage, "reason", "-");
  if (state == "full" || state == "broken") text += "; hosts are refused (trayline doctor)";
  if (shed > 0) text += "; " + Count(shed) + " unsent events given up for want of room";
  return text;
}

std::string ClockText(const Json& clock) {
  const std::int64_t speed = NumberOf(clock, "speed", 1);
  std::string text = TextOf(clock, "state", "unknown");
  if (speed > 1) {
    text += ", " + std::to_string(speed) + " times faster than real time (demonstration)";
  }
  return text;
}

std::string StatusText(const Json& s) {
  const Json& engine = ObjectOf(s, "engine");
  return Table({
      {"terminal", TextOf(s, "terminal", "-") + " (" + TextOf(s, "device_class", "-") + ")"},
      {"agent", TextOf(s, "version", "-") + ", up " + Duration(NumberOf(s, "uptime_s")) + ", pid " +
                    std::to_string(NumberOf(s, "pid"))},
      {"journal", JournalText(ObjectOf(s, "journal"))},
      {"storage", StorageText(ObjectOf(s, "storage"))},
      {"uplink", LinkText(ObjectOf(s, "uplink"))},
      {"headquarters", HqText(s)},
      {"journeys", Count(NumberOf(engine, "open_journeys")) + " open"},
      {"since start", Count(NumberOf(engine, "recorded")) + " events recorded, " +
                          Count(NumberOf(engine, "irregular")) + " out of order, " +
                          Count(NumberOf(engine, "refused")) + " refused"},
      {"clock", ClockText(ObjectOf(s, "clock"))},
  });
}

}  // namespace

int ShowStatus(const Target& target, bool json) {
  auto agent = AgentClient::Find(target);
  if (!agent) return Complain(agent.error());
  const auto status = agent->Get("/v1/status");
  if (!status) return Complain(status.error());
  if (json) {
    ShowBytes(status->dump(2) + "\n");
  } else {
    Show(StatusText(*status));
  }
  return kDone;
}

}  // namespace trayline::cli
