#include "tests/fakes/model_hq.h"

#include <utility>

#include "sync/wire/topics.h"

namespace trayline::fakes {
namespace {

constexpr std::size_t kQueueMax = 1'024;
constexpr Millis kTurn{20};  // between looks at the stop and at the connections

}  // namespace

std::uint32_t ModelHqStore::Take(const wire::Frame& frame) {
  const std::uint64_t first = frame.header.first.value;
  const std::uint64_t last = first + frame.header.count - 1;
  MutexLock lock(mutex_);
  if (first > content_.watermark + 1) {
    ++content_.gaps;
    return wire::kAckGap;
  }
  if (last <= content_.watermark) {
    ++content_.duplicates;
    return 0;
  }
  for (const event::Event& event : frame.events) {
    if (event.sequence.value > content_.watermark) content_.events.push_back(event);
  }
  for (const wire::VoidRun& run : frame.voids) {
    if (run.first.value > content_.watermark) content_.voids.push_back(run);
  }
  content_.watermark = last;
  changed_.NotifyAll();
  return 0;
}

void ModelHqStore::Take(const wire::Birth& birth) {
  MutexLock lock(mutex_);
  const bool known =
      !content_.births.empty() && content_.births.back().birth_number == birth.birth_number;
  if (!known) content_.births.push_back(birth);
  changed_.NotifyAll();
}

void ModelHqStore::Take(const wire::Death& death) {
  MutexLock lock(mutex_);
  content_.deaths.push_back(death);
  changed_.NotifyAll();
}

ModelHqStore::Content ModelHqStore::Read() const {
  MutexLock lock(mutex_);
  return content_;
}

std::uint64_t ModelHqStore::Watermark() const {
  MutexLock lock(mutex_);
  return content_.watermark;
}

bool ModelHqStore::WaitForWatermark(std::uint64_t watermark, Millis patience) {
  MutexLock lock(mutex_);
  while (content_.watermark < watermark) {
    if (!changed_.WaitFor(mutex_, patience)) return false;  // nothing at all for so long
  }
  return true;
}

bool ModelHqStore::WaitForDeaths(std::size_t count, Millis patience) {
  MutexLock lock(mutex_);
  while (content_.deaths.size() < count) {
    if (!changed_.WaitFor(mutex_, patience)) return false;
  }
  return true;
}

ModelHq::ModelHq(Options options, mqtt::ClientFactory clients, ModelHqStore& store)
    : options_(std::move(options)),
      clients_(std::move(clients)),
      store_(store),
      silent_(options_.silent) {}

ModelHq::~ModelHq() = default;

void ModelHq::Run(const std::stop_token& stop) {
  queue_ = std::make_shared<Queue>(kQueueMax);
  while (!stop.stop_requested()) {
    if (!receiver_ || !receiver_->IsConnected() || !publisher_->IsConnected()) {
      if (!Connect()) {
        // Not a sleep of the test's: HQ's own pause between attempts.
        queue_->PopUpTo(kQueueMax, kTurn);
        continue;
      }
    }
    for (const Message& message : queue_->PopUpTo(kQueueMax, kTurn)) Serve(message);
  }
  receiver_.reset();
  publisher_.reset();
}

bool ModelHq::Connect() {
  receiver_.reset();
  publisher_.reset();
  nonce_.reset();
  birth_number_ = 0;
  const std::string topic = wire::HqStateTopic(wire::ShardOf(options_.terminal.store));
  mqtt::ConnectOptions connect;
  connect.uri = options_.uri;
  connect.client_id = "hqtx1";
  connect.will =
      mqtt::Will{topic, wire::EncodeHqState({false, options_.generation, options_.boot}), true};
  publisher_ = clients_();
  if (!publisher_->Connect(connect, {}).ok()) return false;

  connect.client_id = "hqrx1";
  connect.will.reset();
  mqtt::Handlers handlers;
  handlers.message = [queue = queue_](std::string_view from, std::string_view payload, bool) {
    static_cast<void>(queue->TryPush({std::string(from), std::string(payload)}));
  };
  receiver_ = clients_();
  return receiver_->Connect(connect, std::move(handlers)).ok() &&
         receiver_->Subscribe(wire::UpFilter(), 1).ok() &&
         publisher_
             ->Publish(topic, wire::EncodeHqState({true, options_.generation, options_.boot}), 1,
                       true)
             .ok();
}

void ModelHq::Serve(const Message& message) {
  const auto address = wire::ParseUpTopic(message.topic);
  if (!address.ok() || address->terminal != options_.terminal) return;
  if (address->kind == wire::UpKind::kBirth) {
    const auto birth = wire::DecodeBirth(message.payload);
    if (!birth.ok() || birth->birth_number < birth_number_) return;
    birth_number_ = birth->birth_number;
    nonce_ = birth->nonce;
    store_.Take(*birth);
    Answer(wire::kAckResume);
  } else if (address->kind == wire::UpKind::kDeath) {
    const auto death = wire::DecodeDeath(message.payload);
    if (death.ok()) store_.Take(*death);
  } else if (address->kind == wire::UpKind::kBatch && nonce_) {
    const auto frame = decoder_.Decode(message.payload, options_.terminal);
    const std::uint32_t flags = frame.ok() ? store_.Take(*frame) : wire::kAckBad;
    if (!silent_) Answer(flags);
  }
}

void ModelHq::Answer(std::uint32_t flags) {
  wire::Ack ack;
  ack.nonce = *nonce_;
  ack.hq_generation = options_.generation;
  ack.epoch = options_.epoch;
  ack.watermark = Sequence{store_.Watermark()};
  ack.flags = flags;
  static_cast<void>(
      publisher_->Publish(wire::AckTopic(options_.terminal), wire::EncodeAck(ack), 0, false));
}

}  // namespace trayline::fakes
