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

// Longest wait without looking again: a safety net, every event wakes the thread.
constexpr Millis kWaitMax{60'000};

JournalFacts FactsOf(const ports::OutboxState& journal) {
  return {journal.epoch, journal.opens, journal.last, journal.acked};
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
      journal_(outbox_.State()),
      inbox_(std::make_shared<Inbox>()),
      session_(options_.session, FactsOf(journal_), parts.random),
      source_(reader_, options_.terminal, journal_.epoch) {
  ShowStatus();
}

Uplink::~Uplink() = default;

void Uplink::OnCommitted(Sequence last) { inbox_->PutCommitted(last); }

UplinkStatus Uplink::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void Uplink::Run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [inbox = inbox_] { inbox->PutStop(); });
  // What was committed between the constructor and now.
  inbox_->PutCommitted(outbox_.State().last);
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
  const MonoTime now = clock_.Mono();
  stopping_ = taken.stop;
  if (taken.committed > Sequence{}) session_.OnCommitted(taken.committed, now);
  if (taken.hq_state) session_.OnHqState(*taken.hq_state, now);
  const UplinkState before = session_.State();
  for (const std::string& ack : taken.acks) session_.OnAck(ack, now);
  const UplinkState after = session_.State();
  if (before != after && after == UplinkState::kConnected) {
    log_.Info("uplink.connected", {{"watermark", session_.watermark().value}});
  }
  if (before != after && after == UplinkState::kRefusedEpoch) {
    log_.Error("uplink.epoch_refused",
               {{"epoch", journal_.epoch.value}, {"watermark", session_.watermark().value}});
  }
  if (taken.lost) {
    log_.Warn("uplink.lost", {{"reason", *taken.lost}});
    last_error_ = *taken.lost;
    DropClient();
    session_.OnLost(clock_.Mono());
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
      outbox_.Acknowledge(journal_.epoch, step.watermark);
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

void Uplink::PublishBirth() {
  const ports::OutboxState journal = outbox_.State();
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
  birth.acked_digest = source_.DigestOf(birth.acked);
  birth.agent_version = options_.agent_version;
  birth.clock = event::WordName(clock_.State(), event::kClockStateNames);
  birth.clock_speed = options_.clock_speed;
  birth.sent_utc_ms = ToMs(clock_.Wall());
  birth.device_class = options_.device_class;
  const Status sent = client_->Publish(birth_topic_, wire::EncodeBirth(birth), 1, true);
  if (sent.ok()) {
    session_.OnBirthSent(clock_.Mono());
  } else {
    session_.OnPublishFailed(clock_.Mono());
  }
}

void Uplink::PublishFrame(const Step& step) {
  auto frame = source_.Make(step.first, step.limit);
  if (!frame.ok()) {
    if (frame.error().code == Errc::kNotFound) {
      session_.OnFrameEmpty();
      return;
    }
    log_.Error("uplink.frame_not_made", {{"error", frame.error().text}});
    session_.OnPublishFailed(clock_.Mono());
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
  const auto closed = source_.LastJourneyClosed(*first);
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
  status.watermark = session_.watermark();
  status.damaged = source_.damaged();
  status.last_error = last_error_;
  MutexLock lock(mutex_);
  status_ = std::move(status);
}

}  // namespace trayline::uplink
