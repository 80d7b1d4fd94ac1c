// Recording: from a host's batch to rows, one item after the other.
#include <utility>

#include "agent/engine/engine_impl.h"
#include "agent/engine/reception.h"
#include "agent/journey/machine.h"

namespace trayline::engine {
namespace {

using event::EventType;
using event::Key;
using journey::Draft;
using journey::Journey;

RecordResult Repeated(const Recorded& recorded) {
  return {RecordResult::Outcome::kRepeated,
          recorded.first,
          recorded.last,
          recorded.journey,
          {},
          recorded.epoch};
}

}  // namespace

void Engine::Record(RecordBatch batch, std::function<void(RecordAnswer)> reply) {
  Impl& impl = *impl_;
  if (!impl.Accepting()) {
    reply({Error{Errc::kRetryLater,
                 impl.stopping ? "the agent is stopping" : "the journal is recovering"},
           impl.pen.epoch,
           {}});
    return;
  }
  auto stream = impl.idempotency.Stream(batch.host);
  const bool new_stream = !stream;
  if (new_stream) {
    stream = impl.idempotency.OpenStream(batch.host);
    if (!stream) {
      reply({Error{Errc::kRejected, "host: this terminal knows " + std::to_string(kStreamsMax) +
                                        " hosts already; use one of their names"},
             impl.pen.epoch,
             {}});
      return;
    }
  }
  Impl::Work work(impl);
  if (new_stream) work.transaction.streams.push_back({*stream, batch.host});
  RecordAnswer answer;
  answer.epoch = impl.pen.epoch;
  answer.results.reserve(batch.items.size());
  for (RecordItem& item : batch.items) {
    answer.results.push_back(impl.RecordOne(work, *stream, batch.host, item));
  }
  const bool nothing_new = work.scribe.rows().empty() && work.transaction.streams.empty();
  if (nothing_new && impl.in_flight == 0) {
    reply(std::move(answer));
    return;
  }
  impl.Submit(std::move(work),
              [answer = std::move(answer), reply = std::move(reply)](const Status& status) mutable {
                if (!status.ok()) answer.results.clear();
                answer.status = status;
                reply(std::move(answer));
              });
}

RecordResult Engine::Impl::RecordOne(Work& work, std::uint32_t stream, std::string_view host,
                                     RecordItem& item) {
  Verdict verdict;
  const auto* number = std::get_if<std::uint64_t>(&item.event.id);
  const auto* text = std::get_if<std::string>(&item.event.id);
  if (number != nullptr) verdict = idempotency.Check(stream, *number, item.digest);
  if (text != nullptr) verdict = idempotency.CheckForeign(stream, *text, item.digest);
  switch (verdict.known) {
    case Known::kNew:
      break;
    case Known::kSame:
      return Repeated(verdict.recorded);
    case Known::kOtherBody:
      ++counts.refused;
      return {RecordResult::Outcome::kConflict,
              {},
              {},
              {},
              "this id has been recorded with another body",
              {}};
    case Known::kTooOld:
      ++counts.refused;
      return {RecordResult::Outcome::kRejected,
              {},
              {},
              {},
              "this id is below the highest of the stream and not among its last " +
                  std::to_string(ports::kStreamWindow),
              {}};
  }
  if (number != nullptr) work.scribe.SetCause({stream, *number, item.digest});
  RecordResult result = WriteItem(work, host, item);
  work.scribe.SetCause({});
  if (result.outcome != RecordResult::Outcome::kRecorded) return result;
  const Recorded recorded{item.digest, result.first, result.last, result.journey, {}};
  if (number != nullptr) idempotency.Note(stream, *number, recorded);
  if (text != nullptr) {
    idempotency.NoteForeign(stream, *text, recorded, work.scribe.wall());
    work.transaction.foreign_keys.push_back({stream,
                                             *text,
                                             item.digest,
                                             result.first,
                                             result.last,
                                             result.journey,
                                             work.scribe.wall(),
                                             {}});
  }
  return result;
}

RecordResult Engine::Impl::WriteItem(Work& work, std::string_view host, RecordItem& item) {
  event::HostEvent& said = item.event;
  const Sequence before = pen.last;
  const Seating seating = FindSeat(desk, host, said, work.scribe.mono(), options.policy);
  JourneyId journey = seating.journey;
  if (seating.seat == Seat::kNowhere) {
    work.scribe.Write({}, Draft{said.type, std::move(said.data)});
  } else if (seating.seat == Seat::kNew) {
    if (const Journey* old = desk.Find(seating.superseded)) {
      EndJourney(work, *old, journey::Classify(*old), journey::Evidence::kSupersededGuest);
    }
    const bool is_start = said.type == EventType::kJourneyStarted;
    journey = BeginJourney(work, host, said.journey_ref,
                           is_start ? std::move(said.data) : event::Record());
    if (!is_start) work.scribe.WriteHostEvent(journey, said.type, std::move(said.data));
  } else {
    work.scribe.WriteHostEvent(journey, said.type, std::move(said.data));
    // A guest who starts over is at once in a journey of their own.
    if (said.type == EventType::kStartOver && desk.Current(host, EventType::kTouched) == nullptr) {
      BeginJourney(work, host, {}, event::Record());
    }
  }
  awaited.erase(journey);
  if (pen.last == before) {
    return {RecordResult::Outcome::kNoChange, {}, {}, journey, {}, {}};
  }
  return {RecordResult::Outcome::kRecorded, before.Next(), pen.last, journey, {}, {}};
}

JourneyId Engine::Impl::BeginJourney(Work& work, std::string_view host, std::string_view ref,
                                     event::Record data) {
  MakeRoom(work);
  const JourneyId id{pen.epoch, desk.last_number() + 1};
  data.Set(Key::kHost, std::string(host));
  if (!ref.empty()) data.Set(Key::kJourneyRef, std::string(ref));
  if (!data.Has(Key::kCurrency)) data.Set(Key::kCurrency, options.currency);
  if (!data.Has(Key::kChannel)) data.Set(Key::kChannel, options.channel);
  work.scribe.Write(id, Draft{EventType::kJourneyStarted, std::move(data)});
  return id;
}

void Engine::Impl::EndJourney(Work& work, const Journey& journey, journey::Outcome outcome,
                              journey::Evidence evidence) {
  const JourneyId id = journey.id;
  awaited.erase(id);
  work.scribe.WriteAll(id, journey::End(journey, outcome, evidence, work.scribe.mono()));
}

// A host that never ends its journeys must not fill the memory: the oldest one makes room.
void Engine::Impl::MakeRoom(Work& work) {
  if (desk.open().size() < kOpenJourneysMax) return;
  const Journey& oldest = desk.open().begin()->second;
  log.Warn("engine.too_many_open_journeys", {{"limit", kOpenJourneysMax}});
  EndJourney(work, oldest, journey::Outcome::kSystemExit, journey::Evidence::kHostReport);
}

}  // namespace trayline::engine
