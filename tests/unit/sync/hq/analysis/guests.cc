#include "tests/unit/sync/hq/analysis/guests.h"

#include <algorithm>
#include <map>
#include <string>

#include "agent/event/vocabulary.h"

namespace trayline::hq {

using event::EventType;
using event::Key;
using event::Record;

void Guests::NextEpoch(Epoch epoch) {
  epoch_ = epoch;
  sequence_ = 0;
}

void Guests::Append(EventType type, std::uint64_t journey, Record data) {
  now_ms_ += 1000;
  event::Event event;
  event.sequence = Sequence{++sequence_};
  if (journey != 0) event.journey = Id(journey);
  event.type = type;
  event.time = WallFromMs(now_ms_ + clock_off_ms_);
  event.boot = 1;
  event.mono = MonoFromMs(now_ms_ - kGuestsNoonMs + kGuestsMonoMs);
  event.training = training_;
  event.data = std::move(data);
  rows_.push_back({.terminal = terminal_,
                   .epoch = epoch_,
                   .sequence = event.sequence,
                   .type = type,
                   .journey = journey,
                   .arrived = WallFromMs(now_ms_ + 2000),
                   .body = event::EncodeBody(event, epoch_)});
}

std::uint64_t Guests::Start(std::int64_t currency, bool training) {
  training_ = training;
  const std::uint64_t journey = ++journeys_;
  Record data;
  data.Set(Key::kEntrySource, event::EntrySource::kWalkUp);
  if (currency != 0) data.Set(Key::kCurrency, currency);
  Append(EventType::kJourneyStarted, journey, std::move(data));
  return journey;
}

void Guests::Stage(std::uint64_t journey, event::Stage stage) {
  Record data;
  data.Set(Key::kStage, stage);
  Append(EventType::kJourneyStageChanged, journey, std::move(data));
}

void Guests::Add(std::uint64_t journey, std::int64_t price_minor, std::int64_t currency) {
  Record line;
  line.Set(Key::kLineId, std::to_string(sequence_ + 1));
  line.Set(Key::kItemId, std::string("burger"));
  line.Set(Key::kItemName, std::string("Burger"));
  line.Set(Key::kUnitPriceMinor, price_minor);
  line.Set(Key::kQuantity, std::int64_t{1});
  Record data;
  data.Set(Key::kLines, event::RecordList{line});
  data.Set(Key::kCurrency, currency);
  Append(EventType::kAddToCart, journey, std::move(data));
}

void Guests::Close(std::uint64_t journey, event::Outcome outcome, std::int64_t value_minor,
                   event::Evidence evidence) {
  Record data;
  data.Set(Key::kOutcome, outcome);
  data.Set(Key::kEvidence, evidence);
  data.Set(Key::kRevision, std::int64_t{1});
  data.Set(Key::kValueMinor, value_minor);
  data.Set(Key::kLineCount, std::int64_t{1});
  Append(EventType::kJourneyClosed, journey, std::move(data));
  training_ = false;
}

void Guests::Revise(std::uint64_t journey, event::Outcome outcome, std::int64_t value_minor) {
  Record data;
  data.Set(Key::kOutcome, outcome);
  data.Set(Key::kEvidence, event::Evidence::kLatePurchase);
  data.Set(Key::kRevision, std::int64_t{2});
  data.Set(Key::kValueMinor, value_minor);
  Append(EventType::kJourneyOutcomeRevised, journey, std::move(data));
}

void Guests::Outside() { Append(EventType::kConnectivityChanged, 0, {}); }

std::uint64_t Guests::Sale(std::int64_t value_minor, std::int64_t currency) {
  const std::uint64_t journey = Start(currency);
  Stage(journey, event::Stage::kBrowsing);
  Add(journey, value_minor, currency);
  Stage(journey, event::Stage::kCarting);
  Stage(journey, event::Stage::kReviewing);
  Stage(journey, event::Stage::kPaying);
  Close(journey, event::Outcome::kCompleted, value_minor, event::Evidence::kHostReport);
  return journey;
}

std::uint64_t Guests::Loss(std::int64_t value_minor, std::int64_t currency, bool training) {
  const std::uint64_t journey = Start(currency, training);
  Stage(journey, event::Stage::kBrowsing);
  Add(journey, value_minor, currency);
  Stage(journey, event::Stage::kCarting);
  Close(journey, event::Outcome::kAbandonedCart, value_minor);
  return journey;
}

void Guests::Chance(std::mt19937_64& random) {
  const auto dice = random() % 12;
  if (journeys_ == 0 || dice < 2) {
    Start(random() % 3 == 0 ? kEur : kUsd, random() % 10 == 0);
    return;
  }
  const std::uint64_t journey = journeys_ - random() % std::min<std::uint64_t>(journeys_, 3);
  const auto amount = static_cast<std::int64_t>(random() % 2000);
  if (dice < 4) return Outside();
  if (dice < 7) return Add(journey, amount);
  if (dice < 10) return Stage(journey, static_cast<event::Stage>(random() % 11));
  if (dice == 10) return Close(journey, static_cast<event::Outcome>(random() % 11), amount);
  Revise(journey, static_cast<event::Outcome>(random() % 11), amount);
}

std::vector<LogRow> Guests::Logs() const {
  std::map<Epoch, LogRow> logs;
  for (const EventRow& row : rows_) {
    LogRow& log = logs[row.epoch];
    log.terminal = terminal_;
    log.epoch = row.epoch;
    log.voided += row.sequence.value - log.watermark.value - 1;
    log.watermark = row.sequence;
    ++log.received;
  }
  std::vector<LogRow> out;
  for (const auto& [epoch, log] : logs) out.push_back(log);
  return out;
}

IngestBatch Guests::Batch() const {
  IngestBatch batch;
  batch.events = rows_;
  batch.logs = Logs();
  return batch;
}

}  // namespace trayline::hq
