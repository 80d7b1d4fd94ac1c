// MemoryHqStore: an HqStore in maps that a test can look into and can make fail. One thread.
#ifndef TRAYLINE_TESTS_FAKES_MEMORY_HQ_STORE_H_
#define TRAYLINE_TESTS_FAKES_MEMORY_HQ_STORE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "sync/hq/ports/hq_store.h"

namespace trayline::fakes {

class MemoryHqStore final : public hq::HqStore {
 public:
  using LogKey = std::pair<hq::TerminalKey, Epoch>;
  using EventKey = std::tuple<hq::TerminalKey, Epoch, Sequence>;
  using JourneyKey = std::pair<hq::TerminalKey, JourneyId>;

  // The next count calls of Commit and CommitProjection fail and leave everything as it was.
  void FailCommits(int count) { failures_ = count; }
  // Reads fail until it is set back.
  void FailReads(bool fail) { reads_fail_ = fail; }

  Result<hq::ReceiverState> LoadReceiver() override {
    if (reads_fail_) return Broken();
    hq::ReceiverState state;
    for (const auto& [key, row] : terminals) state.terminals.push_back(row);
    for (const auto& [key, row] : logs) state.logs.push_back(row);
    for (const auto& row : origins) {
      const hq::OriginEpoch epoch{row.terminal, row.origin.epoch};
      if (std::find(state.origins.begin(), state.origins.end(), epoch) == state.origins.end()) {
        state.origins.push_back(epoch);
      }
    }
    std::sort(state.origins.begin(), state.origins.end(), [](const auto& a, const auto& b) {
      return std::pair(a.terminal, a.epoch) < std::pair(b.terminal, b.epoch);
    });
    return state;
  }

  Result<hq::TerminalRow> Enrol(const TerminalId& id) override {
    if (reads_fail_) return Broken();
    for (const auto& [key, row] : terminals) {
      if (row.id == id) return row;
    }
    hq::TerminalRow row;
    row.key = hq::TerminalKey{terminals.size() + 1};
    row.id = id;
    terminals[row.key] = row;
    return row;
  }

  Status Commit(const hq::IngestBatch& batch) override {
    if (ShallFail()) return Broken();
    ++commits;
    for (const auto& row : batch.terminals) {
      const TerminalId id = terminals[row.key].id;
      terminals[row.key] = row;
      terminals[row.key].id = id;
    }
    for (const auto& row : batch.events) {
      events.emplace(EventKey{row.terminal, row.epoch, row.sequence}, row);
    }
    for (const auto& row : batch.voids) {
      voids.emplace(EventKey{row.terminal, row.epoch, row.first}, row);
    }
    for (const auto& row : batch.quarantine) quarantine.push_back(row);
    for (const auto& row : batch.logs) logs[{row.terminal, row.epoch}] = row;
    for (const auto& row : batch.origins) {
      if (std::find(origins.begin(), origins.end(), row) == origins.end()) origins.push_back(row);
    }
    for (const auto& row : batch.boots) {
      auto& known = boots.emplace(std::tuple(row.terminal, row.epoch, row.boot), row).first->second;
      if (!row.began) {
        known.began.reset();
      } else if (known.began) {
        known.began = std::min(*known.began, *row.began);
      }
    }
    return {};
  }

  Result<std::vector<hq::KnownEvent>> FindByPlace(hq::TerminalKey terminal,
                                                  std::span<const hq::Position> places) override {
    if (reads_fail_) return Broken();
    std::vector<hq::KnownEvent> known;
    const auto add = [&](const hq::Position& asked, const hq::Position& stored) {
      const auto found = events.find({terminal, stored.epoch, stored.sequence});
      if (found != events.end()) known.push_back({asked, found->second});
    };
    for (const hq::Position& place : places) {
      ++looked_up;
      add(place, place);
      for (const auto& row : origins) {
        if (row.terminal == terminal && row.origin == place) add(place, row.place);
      }
    }
    return known;
  }

  Result<std::vector<hq::ProjectionRow>> LoadProjection() override {
    if (reads_fail_) return Broken();
    std::vector<hq::ProjectionRow> rows;
    for (const auto& [key, row] : projection) rows.push_back(row);
    return rows;
  }

  Result<std::vector<hq::EventRow>> ReadEvents(hq::TerminalKey terminal, Epoch epoch,
                                               Sequence after, std::size_t limit) override {
    if (reads_fail_) return Broken();
    std::vector<hq::EventRow> rows;
    auto at = events.upper_bound(EventKey{terminal, epoch, after});
    while (at != events.end() && rows.size() < limit && at->second.terminal == terminal &&
           at->second.epoch == epoch) {
      rows.push_back(at->second);
      ++at;
    }
    return rows;
  }

  Result<std::vector<hq::BootRow>> ReadBoots(hq::TerminalKey terminal, Epoch epoch) override {
    if (reads_fail_) return Broken();
    std::vector<hq::BootRow> rows;
    for (const auto& [key, row] : boots) {
      if (row.terminal == terminal && row.epoch == epoch) rows.push_back(row);
    }
    return rows;
  }

  Result<std::optional<hq::JourneyRow>> LoadJourney(hq::TerminalKey terminal,
                                                    JourneyId id) override {
    if (reads_fail_) return Broken();
    const auto found = journeys.find({terminal, id});
    if (found == journeys.end()) return std::optional<hq::JourneyRow>();
    return std::optional<hq::JourneyRow>(found->second);
  }

  Status CommitProjection(const hq::ProjectionBatch& batch) override {
    if (ShallFail()) return Broken();
    for (const auto& row : batch.journeys) journeys[{row.terminal, row.id}] = row;
    for (const auto& row : batch.cursors) projection[{row.terminal, row.epoch}] = row;
    return {};
  }

  Status DropProjection() override {
    if (ShallFail()) return Broken();
    journeys.clear();
    projection.clear();
    return {};
  }

  // What is committed, for tests to look at.
  std::map<hq::TerminalKey, hq::TerminalRow> terminals;
  std::map<LogKey, hq::LogRow> logs;
  std::map<EventKey, hq::EventRow> events;
  std::map<EventKey, hq::VoidRow> voids;
  std::vector<hq::QuarantineRow> quarantine;
  std::vector<hq::OriginRow> origins;
  std::map<std::tuple<hq::TerminalKey, Epoch, std::uint32_t>, hq::BootRow> boots;
  std::uint64_t looked_up = 0;  // places that FindByPlace was asked for
  std::map<LogKey, hq::ProjectionRow> projection;
  std::map<JourneyKey, hq::JourneyRow> journeys;
  std::uint64_t commits = 0;

 private:
  static Error Broken() { return Error{Errc::kRetryLater, "the store was told to fail"}; }
  bool ShallFail() {
    if (failures_ == 0) return false;
    --failures_;
    return true;
  }

  int failures_ = 0;
  bool reads_fail_ = false;
};

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_MEMORY_HQ_STORE_H_
