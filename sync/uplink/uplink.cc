#include "sync/uplink/uplink.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "agent/event/event.h"
#include "agent/event/vocabulary.h"
#include "sync/wire/messages.h"
#include "sync/wire/topics.h"

namespace trayline::uplink {
namespace {

// Longest wait without looking again: every event wakes the thread, but a disk that fills up for
// other reasons does not, and HQ is to hear of it.
constexpr Millis kWaitMax{15'000};

JournalFacts FactsOf(const ports::OutboxState& journal) {
  JournalFacts facts{journal.epoch, journal.opens, journal.last, journal.acked};
  for (const ports::ClosedEpoch& tail : journal.closed) {
    if (facts.closed.size() == wire::kClosedTailsMax) break;  // a birth names the lowest
    facts.closed.push_back({tail.epoch, tail.last, tail.acked});
  }
  return facts;
}

SessionOptions OptionsFor(SessionOptions options, const ports::OutboxState& journal) {
  options.hq_generation = std::max(options.hq_generation, journal.hq_generation);
  return options;
}

}  // namespace

Uplink::Uplink(Options options, Parts parts)
    : options_(std::move(options)),
      outbox_(parts.outbox),
      reader_(parts.reader),
      clock_(parts.clock),
      log_(parts.log),
      clients_(std::move(parts.clients)),
      birth_topic_(wire::UpTopic(options_.terminal, wire::UpKind::kBirth)),
      death_topic_(wire::UpTopic(options_.terminal, wire::UpKind::kDeath)),
      batch_topic_(wire::UpTopic(options_.terminal, wire::UpKind::kBatch)),
      ack_topic_(wire::AckTopic(options_.terminal)),
      hq_state_topic_(wire::HqStateTopic(wire::ShardOf(options_.terminal.store))),
      inbox_(std::make_shared<Inbox>()),
      source_(reader_, options_.terminal),
      journal_(outbox_.State()),
      session_(
          OptionsFor(options_.session, journal_), FactsOf(journal_), parts.random,
          [this](Epoch epoch, Sequence sequence) { return source_.DigestOf(epoch, sequence); }) {
  ShowStatus();
}

Uplink::~Uplink() = default;

void Uplink::OnCommitted(Sequence) { inbox_->PutNews(); }

UplinkStatus Uplink::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void Uplink::Run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [inbox = inbox_] { inbox->PutStop(); });
  Millis wait{0};
  while (!stopping_) wait = Turn(wait);
  Farewell();
  ShowStatus();
}

Millis Uplink::Turn(Millis wait) {
  TakeInbox(wait);
  if (stopping_) return Millis(0);
  Millis next{0};
  const Step step = session_.Next(clock_.Mono());
  if (step.kind != Step::Kind::kWait) {
    Perform(step);
  } else if (!LookForClosedJourney()) {
    next = TimeUntil(step.until);
  }
  ShowStatus();
  return next;
}

void Uplink::TakeInbox(Millis wait) {
  const Inbox::Taken taken = inbox_->Take(wait);
  stopping_ = taken.stop;
  LookAtJournal(taken.epoch_done);
  if (taken.hq_state) session_.OnHqState(*taken.hq_state, clock_.Mono());
  TakeAnswers(taken);
  if (taken.lost) {
    log_.Warn("uplink.lost", {{"reason", *taken.lost}});
    last_error_ = *taken.lost;
    DropClient();
    session_.OnLost(clock_.Mono());
  }
}

void Uplink::LookAtJournal(const std::optional<Status>& epoch_done) {
  const Epoch before = journal_.epoch;
  journal_ = outbox_.State();
  const MonoTime now = clock_.Mono();
  if (journal_.epoch != before) {
    log_.Warn("uplink.epoch_begun", {{"epoch", journal_.epoch.value},
                                     {"old_epoch", before.value},
                                     {"to_send", journal_.last.value - journal_.acked.value},
                                     {"closed_epochs", journal_.closed.size()}});
    DropClient();
    session_.OnJournalChanged(FactsOf(journal_), now);
    looked_until_ = Sequence{};
    return;
  }
  if (epoch_done && session_.awaits_epoch()) {
    log_.Error("uplink.epoch_not_begun", {{"error", epoch_done->ok() ? "the journal is as it was"
                                                                     : epoch_done->error().text}});
    session_.OnEpochFailed(now);
  }
  session_.OnCommitted(journal_.last, now);
  if (journal_.storage != told_storage_) session_.WantBirth();
}

void Uplink::TakeAnswers(const Inbox::Taken& taken) {
  const UplinkState before = session_.State();
  const std::size_t aside = session_.tails_aside();
  const MonoTime now = clock_.Mono();
  for (const std::string& ack : taken.acks) session_.OnAck(ack, now);
  if (session_.tails_aside() > aside) {
    log_.Error("uplink.closed_epoch_kept", {{"reason", RefusalText(Refusal::kFork)}});
  }
  const UplinkState after = session_.State();
  if (before == after) return;
  if (after == UplinkState::kConnected) {
    log_.Info("uplink.connected",
              {{"epoch", session_.work_epoch().value}, {"watermark", session_.watermark().value}});
  }
  if (after == UplinkState::kRefusedEpoch) {
    log_.Error(
        "uplink.epoch_refused",
        {{"epoch", journal_.epoch.value},
         {"reason", RefusalText(session_.refusal())},
         {"watermark", session_.watermark().value},
         {"likely", "a disk that was copied or restored, or two terminals with one identity"}});
  }
}

Millis Uplink::TimeUntil(MonoTime then) {
  const MonoTime now = clock_.Mono();
  if (then <= now) return Millis(0);
  if (then - now > kWaitMax || then == MonoTime::max()) return kWaitMax;
  return then - now;
}

void Uplink::Perform(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kWait:
      break;
    case Step::Kind::kConnect:
      Connect();
      break;
    case Step::Kind::kBirth:
      PublishBirth();
      break;
    case Step::Kind::kFrame:
      PublishFrame(step);
      break;
    case Step::Kind::kAcknowledge:
      outbox_.Acknowledge(step.epoch, step.watermark);
      break;
    case Step::Kind::kRewind:
      outbox_.Rewind(step.epoch, step.watermark, step.generation);
      break;
    case Step::Kind::kNoteGeneration:
      outbox_.NoteGeneration(step.generation);
      break;
    case Step::Kind::kBeginEpoch:
      BeginEpoch(step.epoch);
      break;
  }
}

void Uplink::Connect() {
  ShowStatus();
  const Status opened = OpenLink();
  if (opened.ok()) {
    protocol_ = client_->ProtocolVersion();
    last_error_.clear();
    session_.OnConnected(clock_.Mono());
    return;
  }
  // Told once and not at each attempt of a long night.
  if (last_error_ != opened.error().text) {
    log_.Warn("uplink.not_connected", {{"broker", options_.uri}, {"error", opened.error().text}});
  }
  last_error_ = opened.error().text;
  DropClient();
  session_.OnConnectFailed(clock_.Mono());
}

Status Uplink::OpenLink() {
  DropClient();
  mqtt::ConnectOptions connect;
  connect.uri = options_.uri;
  connect.client_id = ToUnit(options_.terminal);
  connect.tls = options_.tls;
  connect.keep_alive = options_.keep_alive;
  connect.connect_timeout = options_.connect_timeout;
  connect.will = mqtt::Will{
      death_topic_, wire::EncodeDeath({.birth_number = session_.birth_number(), .clean = false}),
      true};

  const std::uint64_t link = inbox_->BeginLink();
  mqtt::Handlers handlers;
  handlers.message = [inbox = inbox_, link, ack = ack_topic_, state = hq_state_topic_](
                         std::string_view topic, std::string_view payload, bool) {
    if (topic == ack) {
      inbox->PutAck(link, payload);
    } else if (topic == state) {
      inbox->PutHqState(link, payload);
    }
  };
  handlers.lost = [inbox = inbox_, link](std::string reason) {
    inbox->PutLost(link, std::move(reason));
  };

  client_ = clients_();
  if (Status status = client_->Connect(connect, std::move(handlers)); !status.ok()) {
    return status;
  }
  if (Status status = client_->Subscribe(hq_state_topic_, 1); !status.ok()) return status;
  return client_->Subscribe(ack_topic_, 0);
}

// done may be called on the store's thread, at once, or after this uplink is gone.
void Uplink::BeginEpoch(Epoch wanted) {
  log_.Warn("uplink.epoch_begins", {{"wanted", wanted.value}, {"epoch", journal_.epoch.value}});
  outbox_.BeginEpoch(wanted,
                     [inbox = inbox_](const Status& status) { inbox->PutEpochDone(status); });
}

void Uplink::PublishBirth() {
  const ports::OutboxState journal = outbox_.State();
  if (journal.epoch != journal_.epoch) return;  // the next turn begins anew
  wire::Birth birth;
  birth.birth_number = session_.birth_number();
  birth.journal_id = journal.journal_id;
  birth.opens = journal.opens;
  birth.nonce = session_.nonce();
  birth.hq_generation = session_.hq_generation();
  birth.epoch = journal.epoch;
  birth.first = journal.first;
  birth.last = journal.last;
  birth.acked = session_.watermark();
  birth.acked_digest = source_.DigestOf(birth.epoch, birth.acked);
  birth.agent_version = options_.agent_version;
  birth.clock = event::WordName(clock_.State(), event::kClockStateNames);
  birth.clock_speed = options_.clock_speed;
  birth.sent_utc_ms = ToMs(clock_.Wall());
  birth.device_class = options_.device_class;
  birth.boot = journal.boot;
  birth.sent_mono_ms = ToMs(clock_.Mono());
  birth.storage = event::WordName(journal.storage, event::kStorageStateNames);
  for (const ports::ClosedEpoch& tail : journal.closed) {
    if (!session_.HasTail(tail.epoch)) continue;  // HQ has it, or it was set aside
    birth.closed.push_back({tail.epoch, tail.journal_id, tail.first, tail.last, tail.acked});
  }
  const Status sent = client_->Publish(birth_topic_, wire::EncodeBirth(birth), 1, true);
  if (sent.ok()) {
    told_storage_ = journal.storage;
    session_.OnBirthSent(clock_.Mono());
  } else {
    session_.OnPublishFailed(clock_.Mono());
  }
}

void Uplink::PublishFrame(const Step& step) {
  auto frame = source_.Make(step.epoch, step.first, step.limit);
  if (!frame.ok()) {
    if (frame.error().code == Errc::kNotFound) {
      session_.OnFrameEmpty(clock_.Mono());
      return;
    }
    log_.Error("uplink.frame_not_made",
               {{"epoch", step.epoch.value}, {"error", frame.error().text}});
    session_.OnFrameUnreadable(clock_.Mono());
    return;
  }
  const Status sent = client_->Publish(batch_topic_, frame->bytes, 1, false);
  if (sent.ok()) {
    session_.OnFrameSent(step.first, frame->last, frame->events, clock_.Mono());
  } else {
    session_.OnPublishFailed(clock_.Mono());
  }
}

bool Uplink::LookForClosedJourney() {
  const auto first = session_.WaitingForCompany();
  if (!first || looked_until_ >= session_.last()) return false;
  looked_until_ = session_.last();
  const auto closed = source_.LastJourneyClosed(session_.epoch(), *first);
  if (!closed.ok() || *closed == Sequence{}) return false;
  session_.OnJourneyClosed(*closed);
  return true;
}

void Uplink::DropClient() {
  client_.reset();
  protocol_ = 0;
}

void Uplink::Farewell() {
  if (client_ && client_->IsConnected()) {
    const wire::Death death{.birth_number = session_.birth_number(), .clean = true};
    const Status sent = client_->Publish(death_topic_, wire::EncodeDeath(death), 1, true);
    if (!sent.ok() || !client_->Drain(options_.farewell)) log_.Warn("uplink.farewell_unheard");
    client_->Close();
  }
  DropClient();
  session_.OnLost(clock_.Mono());
  log_.Info("uplink.stopped",
            {{"watermark", session_.watermark().value}, {"last", session_.last().value}});
}

void Uplink::ShowStatus() {
  UplinkStatus status;
  status.state = session_.State();
  status.broker = options_.uri;
  status.protocol = protocol_;
  status.counts = session_.counts();
  status.last_ack = session_.last_ack();
  status.hq_present = session_.hq_present();
  status.epoch = session_.epoch();
  status.watermark = session_.watermark();
  status.closed_epochs = journal_.closed.size();
  status.closed_aside = session_.tails_aside();
  status.refusal = RefusalText(session_.refusal());
  status.epoch_due = session_.epoch_due();
  status.damaged = source_.damaged();
  status.last_error = last_error_;
  MutexLock lock(mutex_);
  status_ = std::move(status);
}

}  // namespace trayline::uplink
