#include "agent/api/metrics.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "agent/base/metrics_text.h"

namespace trayline::api {
namespace {

constexpr std::array<std::string_view, 3> kShedNames{"browsing", "offer", "order"};
constexpr std::array<std::string_view, 5> kUplinkStates{"connecting", "offline", "waiting_for_hq",
                                                        "connected", "refused_epoch"};

void AddState(MetricsText& out, std::string_view name, std::string_view help,
              std::span<const std::string_view> states, std::string_view now) {
  out.Gauge(name, help);
  for (const std::string_view state : states) out.Value("state", state, state == now ? 1 : 0);
}

void AddJournal(MetricsText& out, const AgentStatus& status) {
  const ports::OutboxState& journal = status.journal;
  out.Gauge("trayline_journal_epoch", "Epoch of the journal", journal.epoch.value);
  out.Gauge("trayline_journal_last_sequence", "Highest committed event", journal.last.value);
  out.Gauge("trayline_journal_waiting_events", "Events that HQ does not have yet",
            journal.last.value - std::min(journal.acked, journal.last).value);
  out.Gauge("trayline_journal_closed_epochs", "Earlier epochs with an unsent tail",
            journal.closed.size());
  out.Counter("trayline_events_recorded_total", "Events committed", status.engine.recorded);
  out.Counter("trayline_events_irregular_total", "Events that the journey's table does not list",
              status.engine.irregular);
  out.Counter("trayline_records_refused_total", "Requests refused for their id",
              status.engine.refused);
  out.Counter("trayline_journal_reloads_total", "Commits that failed", status.engine.reloads);
  out.Counter("trayline_clock_changes_total", "Times that the wall clock was set",
              status.engine.clock_changes);
  out.Gauge("trayline_journeys_open", "Journeys in hand", status.engine.open_journeys);
}

void AddStorage(MetricsText& out, const StorageFacts& storage) {
  AddState(out, "trayline_storage_state", "1 for the state that the storage is in",
           event::kStorageStateNames, event::WordName(storage.state, event::kStorageStateNames));
  out.Gauge("trayline_storage_file_bytes", "Database and WAL on disk", storage.file_bytes);
  out.Gauge("trayline_storage_used_bytes", "Of them in use", storage.used_bytes);
  out.Gauge("trayline_storage_quota_bytes", "What they may come to", storage.quota_bytes);
  out.Gauge("trayline_storage_free_bytes", "Free on the file system", storage.free_bytes);
  out.Gauge("trayline_storage_reserve_held", "1 while the reserve file is there",
            storage.reserve_held ? 1 : 0);
  out.Counter("trayline_events_shed_total", "Unsent events given up for want of room, by class");
  for (std::size_t i = 0; i < kShedNames.size(); ++i) {
    out.Value("class", kShedNames[i], storage.shed[i]);
  }
}

void AddUplink(MetricsText& out, const UplinkFacts& uplink) {
  AddState(out, "trayline_uplink_state", "1 for the state that the uplink is in", kUplinkStates,
           uplink.state);
  out.Counter("trayline_uplink_connects_total", "Connections to the broker", uplink.connects);
  out.Counter("trayline_uplink_frames_total", "Frames sent", uplink.frames_sent);
  out.Counter("trayline_uplink_events_total", "Events in them, repetitions included",
              uplink.events_sent);
  out.Counter("trayline_uplink_events_repeated_total", "Events sent again", uplink.events_resent);
  out.Counter("trayline_uplink_acks_total", "Acknowledgements of HQ", uplink.acks);
  out.Counter("trayline_uplink_rewinds_total", "Times that the uplink went back", uplink.rewinds);
  out.Gauge("trayline_uplink_closed_epochs_aside", "Earlier epochs that HQ does not take",
            uplink.closed_aside);
  out.Counter("trayline_uplink_damaged_events_total", "Events that went as void, unreadable",
              uplink.damaged);
}

}  // namespace

std::string Metrics(const AgentStatus& status) {
  MetricsText out;
  out.Gauge("trayline_build_info", "1, with the version of the agent");
  out.Value("version", status.version, 1);
  out.Gauge("trayline_uptime_seconds", "Since the agent's start",
            static_cast<std::uint64_t>(std::max<std::int64_t>(status.uptime_s, 0)));
  AddState(out, "trayline_clock_state", "1 for how far the wall clock may be trusted",
           event::kClockStateNames, event::WordName(status.clock, event::kClockStateNames));
  AddJournal(out, status);
  AddStorage(out, status.storage);
  AddUplink(out, status.uplink);
  out.Counter("trayline_http_requests_total", "Requests of hosts", status.http_requests);
  out.Counter("trayline_http_refused_total", "Connections refused at the door",
              status.http_refused);
  return out.text();
}

}  // namespace trayline::api
