#include "tests/prove/report.h"

#include <cstdio>
#include <string_view>

namespace trayline::prove {
namespace {

std::string Grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

void Line(std::string_view words, std::uint64_t number) {
  std::printf("  %-58.*s %12s\n", static_cast<int>(words.size()), words.data(),
              Grouped(number).c_str());
}

struct MessageSums {
  std::uint64_t swallowed = 0;
  std::uint64_t acks_lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t held_back = 0;
};

void Add(const fault::MqttWayCounts& counts, MessageSums& sums) {
  for (const fault::MqttCounts& way : counts) {
    sums.swallowed += way.swallowed;
    sums.acks_lost += way.dropped;
    sums.doubled += way.duplicated;
    sums.held_back += way.delayed;
  }
}

MessageSums Sum(const MessageFaults& faults) {
  MessageSums sums;
  for (const auto& counts : faults.at_agents) Add(counts, sums);
  Add(faults.at_hq, sums);
  return sums;
}

bool EveryFaultCame(const Outcome& outcome) {
  for (const std::uint64_t count : outcome.faults) {
    if (count == 0) return false;
  }
  const MessageSums sums = Sum(outcome.messages);
  return sums.swallowed > 0 && sums.acks_lost > 0 && sums.doubled > 0 && sums.held_back > 0 &&
         outcome.agent_storage_faults > 0 && outcome.hq_storage_faults > 0;
}

void PrintFaults(const Outcome& outcome) {
  std::printf("\nWhat went wrong\n");
  for (std::size_t i = 0; i < kKinds; ++i) {
    Line(Describe(static_cast<Kind>(i)), outcome.faults[i]);
  }
  const MessageSums sums = Sum(outcome.messages);
  Line("messages taken and lost by the broker", sums.swallowed);
  Line("acknowledgements of headquarters lost", sums.acks_lost);
  Line("messages doubled", sums.doubled);
  Line("messages held back", sums.held_back);
  Line("writes and syncs of agents that failed", outcome.agent_storage_faults);
  Line("writes and syncs of headquarters that failed", outcome.hq_storage_faults);
}

void PrintHosts(const Outcome& outcome) {
  std::printf("\nHosts\n");
  Line("requests sent again", outcome.hosts.repeats);
  for (const auto& [status, count] : outcome.hosts.failures) {
    Line(status == 0 ? "  because nothing answered"
                     : "  because of status " + std::to_string(status),
         count);
  }
  Line("events found recorded already when sent again", outcome.hosts.known_before);
  if (outcome.hosts.refused > 0) {
    Line("events REFUSED", outcome.hosts.refused);
    std::printf("  %s\n", outcome.hosts.first_refusal.c_str());
  }
}

void PrintWire(const Outcome& outcome) {
  const WireTotals& wire = outcome.wire;
  std::printf("\nWire, counted at the proxies\n");
  Line("frames", wire.frames);
  Line("bytes of frames", wire.bytes);
  Line("events", wire.events);
  Line("events repeated", wire.repeated);
  Line("  of which may be: 1 % of the events", wire.events * kRepeatedPercent / 100);
  Line("  and what was in flight (4 frames) at each fault of a link", wire.allowed);
  Line("  these faults, for each terminal that felt them", wire.faults);
  Line("events sent, as agents say (kills take the last half second)", outcome.agents.sent);
  Line("events repeated, as agents say", outcome.agents.resent);
  Line("connections of agents", outcome.agents.connects);
}

void PrintFindings(const Findings& findings) {
  std::printf("\nDatabases\n");
  Line("events of hosts answered", findings.answered);
  Line("  of which nothing was to be recorded", findings.no_change);
  Line("events at headquarters, with what agents added", findings.at_hq);
  Line("  compared with journals", findings.in_journals);
  Line("lost", findings.missing);
  Line("doubled", findings.doubled);
  Line("reordered", findings.reordered);
  Line("different", findings.different);
  Line("positions without an event", findings.gaps);
  Line("positions given up", findings.voided);
  for (const std::string& example : findings.examples) std::printf("    %s\n", example.c_str());
}

}  // namespace

std::uint64_t RepeatsAllowed(const WireTotals& wire) {
  return wire.events * kRepeatedPercent / 100 + wire.allowed;
}

bool Proved(const Outcome& outcome) {
  return outcome.verified && outcome.findings.AllWell() && outcome.hosts.refused == 0 &&
         outcome.wire.unreadable == 0 && outcome.wire.repeated <= RepeatsAllowed(outcome.wire) &&
         EveryFaultCame(outcome);
}

void Print(const Outcome& outcome) {
  PrintFaults(outcome);
  PrintHosts(outcome);
  PrintWire(outcome);
  if (outcome.verified) PrintFindings(outcome.findings);
  std::printf("\n");
  if (!EveryFaultCame(outcome)) std::printf("A kind of fault never came: this proves less.\n");
  if (outcome.wire.unreadable > 0) std::printf("A frame could not be read at the proxy.\n");
  if (outcome.wire.repeated > RepeatsAllowed(outcome.wire)) {
    std::printf("More was repeated than the faults explain.\n");
  }
  const long long seconds = outcome.took.count() / 1'000;
  if (Proved(outcome)) {
    std::printf("PROVED in %lld s: 0 lost, 0 doubled, 0 reordered of %s answered events.\n",
                seconds, Grouped(outcome.findings.answered).c_str());
  } else {
    std::printf("NOT PROVED after %lld s.\n", seconds);
  }
}

}  // namespace trayline::prove
