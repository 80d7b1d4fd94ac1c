// Doctor: one line for each thing that must be right, with the remedy when it is not.
#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "firmware/cli/commands.h"
#include "firmware/cli/text.h"
#include "firmware/cli/width.h"

namespace trayline::cli {
namespace {

constexpr std::int64_t kDiskLowBytes = 300'000'000;  // the journal's quota and room for its WAL
constexpr std::int64_t kAckAgeMaxS = 120;
constexpr int kBrokerTimeoutS = 3;

class Findings {
 public:
  void Good(const std::string& what, const std::string& text) { Add(what, true, text, {}); }
  void Bad(const std::string& what, const std::string& text, const std::string& remedy) {
    Add(what, false, text, remedy);
    ++bad_;
  }

  // Prints all of them; the exit status.
  int Show(bool json) const {
    if (json) {
      ShowBytes(Json{{"bad", bad_}, {"findings", findings_}}.dump(2) + "\n");
    } else {
      for (const Json& finding : findings_) ShowFinding(finding);
    }
    return bad_ == 0 ? kDone : kNotDone;
  }

 private:
  void Add(const std::string& what, bool ok, const std::string& text, const std::string& remedy) {
    Json finding{{"what", what}, {"ok", ok}, {"text", text}};
    if (!ok) finding["remedy"] = remedy;
    findings_.push_back(std::move(finding));
  }

  static void ShowFinding(const Json& finding) {
    constexpr std::size_t kNameWidth = 14;
    const std::string indent(kNameWidth + 4, ' ');
    std::string name = TextOf(finding, "what");
    name.resize(std::max(name.size() + 1, kNameWidth), ' ');
    std::string text = TextOf(finding, "text");
    const std::string remedy = TextOf(finding, "remedy");
    if (!remedy.empty()) text += "\n" + remedy;
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
      text.insert(at + 1, indent);
    }
    cli::Show((FlagOf(finding, "ok") ? "ok  " : "BAD ") + name + text + "\n");
  }

  Json findings_ = Json::array();
  int bad_ = 0;
};

void CheckFolder(const config::Config& config, Findings& findings) {
  struct statvfs disk {};
  const std::string& folder = config.directory;
  if (statvfs(folder.c_str(), &disk) != 0) {
    findings.Bad("folder", folder + ": " + std::strerror(errno),
                 "traylined makes it when it starts; see journalctl -u traylined");
    return;
  }
  const auto free =
      static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
  if (free < kDiskLowBytes) {
    findings.Bad("disk", Bytes(free) + " free in " + folder,
                 "make room: the journal may need 300 MB");
  } else {
    findings.Good("disk", Bytes(free) + " free in " + folder);
  }
  const std::string token = config::TokenPath(config);
  if (::access(folder.c_str(), R_OK | X_OK) != 0 ||
      (::access(token.c_str(), R_OK) != 0 && errno != ENOENT)) {
    findings.Bad("access", "this user may not read " + folder,
                 "run trayline with sudo, or as a member of the group that owns the folder");
  }
}

// "tcp://host:port" as host:port.
std::string HostPort(const std::string& uri) {
  const auto scheme = uri.find("://");
  return scheme == std::string::npos ? uri : uri.substr(scheme + 3);
}

void CheckBroker(const config::Config& config, Findings& findings) {
  std::string reason;
  try {
    Poco::Net::StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress(HostPort(config.broker)),
                   Poco::Timespan(kBrokerTimeoutS, 0));
    findings.Good("broker", config.broker + " accepts connections");
    return;
  } catch (const Poco::Exception& error) {
    reason = error.displayText();
  } catch (const std::exception& error) {
    reason = error.what();
  }
  findings.Bad("broker", config.broker + " does not answer (" + Printable(reason) + ")",
               "check the network, hq.broker in the configuration, and the broker; recording goes "
               "on meanwhile");
}

void CheckClock(const Json& status, Findings& findings) {
  const Json& clock = ObjectOf(status, "clock");
  const std::string state = TextOf(clock, "state", "unknown");
  if (state == "synced") {
    findings.Good("clock", state);
  } else {
    findings.Bad("clock", "is " + state,
                 "start chrony or systemd-timesyncd; times of events may be wrong until then");
  }
  const std::int64_t speed = NumberOf(clock, "speed", 1);
  if (speed != 1) {
    findings.Bad("clock speed", std::to_string(speed) + " times faster than real time",
                 "a real terminal has clock_speed = 1 in its configuration");
  }
}

// What to do about a storage that is not ok.
std::string StorageRemedy(const std::string& state) {
  if (state == "low") {
    return "see that headquarters is reached, make room on the disk, or raise storage.quota_mb; "
           "when "
           "it gets fuller, unsent browsing is given up first";
  }
  if (state == "full") {
    return "hosts are refused: see that headquarters is reached, make room on the disk, or raise "
           "storage.quota_mb; recording goes on by itself then";
  }
  return "hosts are refused: see dmesg and the disk; a damaged journal is salvaged by traylined "
         "itself, or with traylined stopped by: trayline doctor --rebuild";
}

void CheckStorage(const Json& status, Findings& findings) {
  const Json& storage = ObjectOf(status, "storage");
  const std::string state = TextOf(storage, "state", "unknown");
  if (state == "ok") {
    findings.Good("storage", Bytes(NumberOf(storage, "used_bytes")) + " of " +
                                 Bytes(NumberOf(storage, "quota_bytes")) + " used");
  } else {
    findings.Bad("storage", "is " + state + ": " + TextOf(storage, "reason", "no reason given"),
                 StorageRemedy(state));
  }
}

void CheckJournal(const Json& status, Findings& findings) {
  const Json& journal = ObjectOf(status, "journal");
  const std::string range =
      Count(NumberOf(journal, "first")) + " to " + Count(NumberOf(journal, "last"));
  findings.Good("journal",
                "events " + range + ", epoch " + std::to_string(CountOf(journal, "epoch")));
  const std::int64_t irregular = NumberOf(ObjectOf(status, "engine"), "irregular");
  if (irregular > 0) {
    findings.Bad(
        "hosts", Count(irregular) + " events came in an order that the journey does not know",
        "see them: trayline export | grep system.irregular; the host's integration is off");
  } else {
    findings.Good("hosts", "every event came in a known order since the start");
  }
}

void CheckHq(const Json& status, Findings& findings) {
  const Json& uplink = ObjectOf(status, "uplink");
  const std::int64_t waiting = NumberOf(ObjectOf(status, "journal"), "waiting");
  const std::int64_t age = NumberOf(uplink, "last_ack_age_s", -1);
  const std::string text = Count(waiting) + " events wait, last answer " +
                           (age < 0 ? std::string("never") : Duration(age) + " ago");
  if (waiting > 0 && (age < 0 || age > kAckAgeMaxS)) {
    findings.Bad("headquarters", text,
                 "the uplink is " + TextOf(uplink, "state", "-") +
                     "; see that the broker and trayline-hq run; nothing is lost meanwhile");
  } else {
    findings.Good("headquarters", text);
  }
}

void CheckAgent(const Target& target, Findings& findings) {
  auto agent = AgentClient::Find(target);
  const auto status = agent.ok() ? agent->Get("/v1/status") : Result<Json>(agent.error());
  if (!status) {
    findings.Bad("traylined", "does not answer", status.error().text);
    return;
  }
  findings.Good("traylined", TextOf(*status, "version", "-") + ", up " +
                                 Duration(NumberOf(*status, "uptime_s")));
  CheckStorage(*status, findings);
  CheckJournal(*status, findings);
  CheckClock(*status, findings);
  CheckHq(*status, findings);
}

}  // namespace

int Doctor(const Target& target, bool json) {
  Findings findings;
  const auto config = LoadConfig(target);
  if (!config) {
    findings.Bad("config", config.error().text,
                 "mend it and try again; traylined --check-config --config FILE says the same");
    return findings.Show(json);
  }
  findings.Good("config", "terminal " + ToText(config->terminal));
  CheckFolder(*config, findings);
  CheckBroker(*config, findings);
  CheckAgent(target, findings);
  return findings.Show(json);
}

}  // namespace trayline::cli
