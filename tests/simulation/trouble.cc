#include "tests/simulation/trouble.h"

#include <algorithm>
#include <charconv>

namespace trayline::simulation {
namespace {

constexpr std::array<std::string_view, kKinds> kNames = {
    "link_cut",
    "black_hole",
    "hq_partition",
    "slow_network",
    "duplicates",
    "loss_of_qos0",
    "old_ack",
    "forged_ack",
    "garbage",
    "broker_restart",
    "broker_amnesia",
    "broker_relapse",
    "swallow",
    "hq_stop",
    "hq_kill",
    "hq_power_cut",
    "hq_restore",
    "hq_disk_fault",
    "terminal_stop",
    "terminal_kill",
    "terminal_power_cut",
    "terminal_disk_fault",
    "terminal_disk_full",
    "terminal_restore",
    "terminal_replace",
    "clock_step",
};
static_assert(!kNames.back().empty(), "each kind has a name");

constexpr std::uint64_t kRarePerHour = 20;
constexpr std::uint64_t kFrequentPerHour = 400;
constexpr std::uint64_t kExchangesPerHour = 60;  // of disks

}  // namespace

std::string_view KindName(Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

PerKind& PerKind::operator+=(const PerKind& other) {
  for (std::size_t i = 0; i < kKinds; ++i) numbers_[i] += other.numbers_[i];
  return *this;
}

std::string PerKind::Text() const {
  std::string text;
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (numbers_[i] == 0) continue;
    if (!text.empty()) text += ", ";
    text += std::string(kNames[i]) + " " + std::to_string(numbers_[i]);
  }
  return text.empty() ? "none" : text;
}

std::optional<Trouble> ParseTrouble(std::string_view text) {
  Trouble trouble;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    const auto name = std::find(kNames.begin(), kNames.end(), part.substr(0, equals));
    if (name == kNames.end() || equals == std::string_view::npos) return std::nullopt;
    const std::string_view digits = part.substr(equals + 1);
    std::uint64_t& times = trouble[static_cast<Kind>(name - kNames.begin())];
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), times);
    if (code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  }
  return trouble;
}

Trouble DrawTrouble(Chance& chance) {
  Trouble trouble;
  for (std::size_t i = 0; i < kKinds; ++i) {
    const bool is_there = chance.OneIn(3);
    const std::uint64_t most = chance.OneIn(4) ? kFrequentPerHour : kRarePerHour * 4;
    const std::uint64_t times = chance.Between(kRarePerHour, most);
    if (is_there) trouble[static_cast<Kind>(i)] = times;
  }
  return trouble;
}

Scenario DrawScenario(std::uint64_t seed) {
  Chance chance(seed * 0x9E3779B97F4A7C15ULL + 1);
  Scenario scenario;
  scenario.seed = seed;
  scenario.terminals = chance.Between(1, 4);
  scenario.hosts = chance.Between(1, 2);
  scenario.events = chance.OneIn(8) ? chance.Between(1'000, 2'000) : chance.Between(200, 800);
  scenario.pause = chance.Span(2'000, 20'000);
  scenario.wal_pages = chance.OneIn(2) ? 100 : 1000;
  scenario.boots_in_1970 = chance.OneIn(3);
  scenario.trouble = DrawTrouble(chance);
  // Copies of both sides that are put back lose for good what only the later ones had: nobody could
  // promise more. And a disk is not exchanged every minute.
  for (const Kind kind : {Kind::kTerminalRestore, Kind::kTerminalReplace}) {
    std::uint64_t& times = scenario.trouble[kind];
    times = std::min(times, kExchangesPerHour);
    if (times > 0) scenario.trouble[Kind::kHqRestore] = 0;
  }
  return scenario;
}

std::string Scenario::Text() const {
  return "seed " + std::to_string(seed) + ": " + std::to_string(terminals) + " terminals with " +
         std::to_string(hosts) + " hosts each, " + std::to_string(events) +
         " events, pauses up to " + std::to_string(pause.count()) + " ms" +
         (boots_in_1970 ? ", boots in 1970" : "") + "; an hour brings: " + trouble.Text();
}

}  // namespace trayline::simulation
