// Guests: hand-made and random journeys of one terminal as stored event rows, for the tests of what
// HQ makes of them. One thread.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_HQ_ANALYSIS_GUESTS_H_
#define TRAYLINE_TESTS_UNIT_SYNC_HQ_ANALYSIS_GUESTS_H_

#include <cstdint>
#include <random>
#include <vector>

#include "agent/event/event.h"
#include "sync/hq/ports/hq_store.h"

namespace trayline::hq {

inline constexpr std::int64_t kGuestsNoonMs = 1'795'348'800'000;  // 2026-11-22T12:00:00Z
inline constexpr std::int64_t kUsd = 840;
inline constexpr std::int64_t kEur = 978;

// The monotonic clock at noon.
inline constexpr std::int64_t kGuestsMonoMs = 3'600'000'000;

class Guests {
 public:
  explicit Guests(TerminalKey terminal, Epoch epoch = Epoch{1'795'000'000})
      : terminal_(terminal), epoch_(epoch) {}

  // Time of the next events; each takes a second.
  void At(std::int64_t utc_ms) { now_ms_ = utc_ms; }
  // From now on the device's wall clock is off by so much; its monotonic clock is not.
  void ClockOff(std::int64_t by_ms) { clock_off_ms_ = by_ms; }
  // From now on events lie in this epoch, from sequence 1; journeys keep their ids.
  void NextEpoch(Epoch epoch);
  // Positions that hold no event.
  void Skip(std::uint64_t count) { sequence_ += count; }

  std::uint64_t Start(std::int64_t currency = kUsd, bool training = false);
  void Stage(std::uint64_t journey, event::Stage stage);
  void Add(std::uint64_t journey, std::int64_t price_minor, std::int64_t currency = kUsd);
  void Close(std::uint64_t journey, event::Outcome outcome, std::int64_t value_minor,
             event::Evidence evidence = event::Evidence::kIdleTimeout);
  void Revise(std::uint64_t journey, event::Outcome outcome, std::int64_t value_minor);
  void Outside();  // an event of no journey

  // A whole order: browsed, one item, reviewed, paid.
  std::uint64_t Sale(std::int64_t value_minor, std::int64_t currency = kUsd);
  // Left with one item in the cart.
  std::uint64_t Loss(std::int64_t value_minor, std::int64_t currency = kUsd, bool training = false);
  // Something that may happen to one of the journeys that were begun, or to none.
  void Chance(std::mt19937_64& random);

  [[nodiscard]] const std::vector<EventRow>& rows() const { return rows_; }
  // All rows with their watermark, as the receiver would hand them over.
  [[nodiscard]] IngestBatch Batch() const;
  [[nodiscard]] std::vector<LogRow> Logs() const;
  [[nodiscard]] JourneyId Id(std::uint64_t journey) const { return {first_epoch_, journey}; }

 private:
  void Append(event::EventType type, std::uint64_t journey, event::Record data);

  TerminalKey terminal_;
  Epoch epoch_;
  Epoch first_epoch_ = epoch_;
  std::uint64_t sequence_ = 0;
  std::uint64_t journeys_ = 0;
  std::int64_t now_ms_ = kGuestsNoonMs;
  std::int64_t clock_off_ms_ = 0;
  bool training_ = false;
  std::vector<EventRow> rows_;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_TESTS_UNIT_SYNC_HQ_ANALYSIS_GUESTS_H_
