#include "sync/hq/receiver/broker_link.h"

#include <algorithm>
#include <utility>

#include "sync/wire/messages.h"
#include "sync/wire/topics.h"

namespace trayline::hq {
namespace {

constexpr std::size_t kAcksPerRound = 256;
// A connection that held this long was a good one: the next loss is answered quickly.
constexpr Millis kGoodConnection{10'000};
constexpr int kDoublingsMax = 20;
// Presence is published this many shards at a time, below the 20 that mosquitto takes unanswered:
// where that window fills up, the library's sending thread sleeps for a second.
constexpr std::uint32_t kPresenceWindow = 16;
constexpr Millis kAnswered{2'000};

bool IsFrame(std::string_view topic) { return topic.ends_with("/b"); }

}  // namespace

BrokerLink::BrokerLink(BrokerOptions options, mqtt::ClientFactory make, ports::Clock& clock,
                       ports::Random& random, BoundedQueue<Incoming>& inbox,
                       BoundedQueue<Outgoing>& outbox, Log& log)
    : options_(std::move(options)),
      make_(std::move(make)),
      clock_(clock),
      random_(random),
      inbox_(inbox),
      outbox_(outbox),
      log_(log),
      next_attempt_(clock.Mono()) {}

// The library's threads call into this object until its clients are closed.
BrokerLink::~BrokerLink() {
  if (receiver_) receiver_->Close();
  if (sender_) sender_->Close();
}

void BrokerLink::Take(std::string_view topic, std::string_view payload, bool retained) {
  if (stopping_.load()) return;
  if (payload.size() > kPayloadMax) {
    counters_.dropped_messages.fetch_add(1);
    return;
  }
  const bool frame = IsFrame(topic);
  if (frame && inbox_.size() >= kInboxFrames) {
    counters_.dropped_frames.fetch_add(1);
    return;
  }
  if (inbox_.TryPush(Incoming{std::string(topic), std::string(payload), retained})) return;
  if (frame) {
    counters_.dropped_frames.fetch_add(1);
  } else {
    counters_.dropped_messages.fetch_add(1);
    missed_.store(true);
  }
}

void BrokerLink::RunOnce(Millis wait) {
  if (connected_.load() && lost_.load()) Disconnect("the connection was lost");
  if (connected_.load() && missed_.load() && inbox_.size() < kInboxFrames / 2) {
    missed_.store(false);
    Disconnect("births were dropped and must come again");
  }
  if (!connected_.load()) ConnectWhenDue();
  if (connected_.load() && published_generation_ != generation_.load()) {
    if (Status status = PublishPresence(true); !status.ok()) Disconnect(status.error().text);
  }
  for (const Outgoing& message : outbox_.PopUpTo(kAcksPerRound, wait)) Send(message);
}

void BrokerLink::Send(const Outgoing& message) {
  // What cannot be sent now is dropped: watermarks are cumulative and are told again.
  if (!connected_.load() ||
      !sender_->Publish(message.topic, message.payload, /*qos=*/0, /*retained=*/false).ok()) {
    counters_.dropped_acks.fetch_add(1);
  }
}

void BrokerLink::ConnectWhenDue() {
  if (clock_.Mono() < next_attempt_) return;
  if (Status status = Connect(); !status.ok()) {
    const Millis most =
        std::min(options_.backoff_most,
                 options_.backoff_least * (std::int64_t{1} << std::min(failures_, kDoublingsMax)));
    const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 1));
    const Millis pause(static_cast<std::int64_t>(random_.Next() % span));
    next_attempt_ = clock_.Mono() + pause;
    ++failures_;
    log_.Warn("receiver.broker_unreachable", {{"broker", options_.uri},
                                              {"reason", status.error().text},
                                              {"again_in_ms", pause.count()}});
  }
}

Status BrokerLink::Connect() {
  lost_.store(false);
  sender_ = make_();
  receiver_ = make_();
  const mqtt::Handlers on_sender{.message = {},
                                 .lost = [this](const std::string&) { lost_.store(true); }};
  const mqtt::Handlers on_receiver{
      .message = [this](std::string_view topic, std::string_view payload,
                        bool retained) { Take(topic, payload, retained); },
      .lost = [this](const std::string&) { lost_.store(true); }};
  mqtt::ConnectOptions connect{.uri = options_.uri,
                               .client_id = options_.sender_id,
                               .tls = options_.sender_tls,
                               .will = std::nullopt};
  Status status = sender_->Connect(connect, on_sender);
  if (status.ok()) {
    connect.client_id = options_.receiver_id;
    connect.tls = options_.receiver_tls;
    status = receiver_->Connect(connect, on_receiver);
  }
  if (status.ok()) status = receiver_->Subscribe(wire::UpFilter(), /*qos=*/1);
  // Presence comes last: a terminal that sends because of it finds somebody who listens.
  if (status.ok()) status = PublishPresence(true);
  if (!status.ok()) {
    Disconnect("");
    return status;
  }
  connected_at_ = clock_.Mono();
  connected_.store(true);
  counters_.connects.fetch_add(1);
  log_.Info("receiver.broker_connected",
            {{"broker", options_.uri}, {"mqtt", receiver_->ProtocolVersion()}});
  return {};
}

Status BrokerLink::PublishPresence(bool present) {
  const std::uint64_t generation = generation_.load();
  const std::string state =
      wire::EncodeHqState({.present = present, .generation = generation, .boot = options_.boot});
  for (std::uint32_t shard = 0; shard < wire::kShards; ++shard) {
    const std::string topic = wire::HqStateTopic(shard);
    Status status = sender_->Publish(topic, state, /*qos=*/1, /*retained=*/true);
    if (!status.ok()) return status.error().In("publishing the presence of HQ");
    if ((shard + 1) % kPresenceWindow == 0 && !sender_->Drain(kAnswered)) {
      return Error{Errc::kRetryLater, "the broker does not answer what HQ publishes"};
    }
  }
  published_generation_ = generation;
  return {};
}

void BrokerLink::Disconnect(std::string_view reason) {
  if (receiver_) receiver_->Close();
  if (sender_) sender_->Close();
  receiver_.reset();
  sender_.reset();
  if (!connected_.exchange(false)) return;
  if (clock_.Mono() - connected_at_ >= kGoodConnection) failures_ = 0;
  // Also after a good connection not at once: a broker that comes back finds everybody waiting.
  const auto span = static_cast<std::uint64_t>(options_.backoff_least.count()) + 1;
  next_attempt_ = clock_.Mono() + Millis(static_cast<std::int64_t>(random_.Next() % span));
  log_.Warn("receiver.broker_lost", {{"broker", options_.uri}, {"reason", reason}});
}

void BrokerLink::Stop() {
  if (connected_.load()) {
    for (const Outgoing& message : outbox_.PopUpTo(kOutboxCapacity, Millis(0))) Send(message);
    if (Status status = PublishPresence(false); !status.ok()) {
      log_.Warn("receiver.farewell_failed", {{"reason", status.error().text}});
    }
    connected_.store(false);
  }
  if (receiver_) receiver_->Close();
  if (sender_) sender_->Close();
  receiver_.reset();
  sender_.reset();
}

}  // namespace trayline::hq
