#include "tests/simulation/host.h"

#include <algorithm>
#include <utility>

#include "agent/base/hash.h"

namespace trayline::simulation {
namespace {

using event::EventType;
using event::Key;

constexpr std::size_t kBatchMost = 8;
constexpr std::size_t kLongBatchMost = 60;  // a host that was alone for a while
constexpr std::uint64_t kLongBatchOneIn = 25;
constexpr std::uint64_t kIdleOneIn = 30;
constexpr std::int64_t kIdleMostMs = 120'000;
constexpr Millis kPatience{4'000};  // for an answer
constexpr std::int64_t kAgainMs = 1'500;
constexpr std::uint64_t kForeignOneIn = 12;
constexpr std::uint64_t kSendAgainOneIn = 20;

}  // namespace

Host::Host(const Options& options, Loop& loop, Chance& parent, Witness& witness, Recorder recorder)
    : options_(options),
      loop_(loop),
      chance_(parent, 100 + options.number),
      witness_(witness),
      recorder_(std::move(recorder)),
      name_("host-" + std::to_string(options.number)),
      left_(options.events),
      actor_(loop, chance_, [this] { Act(); }) {}

void Host::Act() {
  if (batch_.empty()) {
    if (!answered_.empty() && chance_.OneIn(kSendAgainOneIn)) {
      batch_ = std::move(answered_);
      sending_again_ = true;
    } else if (left_ > 0) {
      MakeBatch();
    } else {
      return;
    }
    answered_.clear();
  } else {
    ++repeats_;
  }
  Send();
}

void Host::MakeBatch() {
  std::size_t count = chance_.Between(1, kBatchMost);
  if (chance_.OneIn(kLongBatchOneIn)) count = kLongBatchMost;
  count = std::min(count, left_);
  left_ -= count;
  for (std::size_t i = 0; i < count; ++i) batch_.push_back(MakeItem());
}

Host::Item Host::MakeItem() {
  const std::uint64_t draw = chance_.Below(100);
  if (draw < 55) return MakeKeyed(EventType::kAddToCart);
  if (draw < 80) return MakeKeyed(EventType::kViewItem);
  Item item = MakeKeyed(EventType::kTouched);
  item.said.key.clear();
  item.item.event.data = {};
  if (draw >= 90) item.item.event.type = EventType::kBeginCheckout;
  if (draw >= 94) item.item.event.type = EventType::kOrderCancelled;
  return item;
}

Host::Item Host::MakeKeyed(EventType type) {
  Item made;
  ++ordinal_;
  made.said = {options_.terminal, options_.number, ordinal_,
               "n" + std::to_string(options_.terminal) + "x" + std::to_string(options_.number) +
                   "x" + std::to_string(ordinal_),
               type == EventType::kViewItem};
  event::Record line;
  line.Set(Key::kItemId, made.said.key).Set(Key::kQuantity, std::int64_t{1});
  line.Set(Key::kUnitPriceMinor, static_cast<std::int64_t>(100 + chance_.Below(900)));
  made.item.event.type = type;
  made.item.event.data.Set(Key::kLines, event::RecordList{std::move(line)});
  made.item.digest = Fnv1a64(made.said.key) | 1;
  if (chance_.OneIn(kForeignOneIn)) {
    made.item.event.id = "order-" + made.said.key;
  } else {
    made.item.event.id = ++number_;
  }
  return made;
}

void Host::ForgetAnswered(std::vector<std::string>& in_hand) {
  answered_.clear();
  if (sending_again_) batch_.clear();
  sending_again_ = false;
  for (const Item& item : batch_) in_hand.push_back(item.said.key);
  actor_.Wake();
}

void Host::Send() {
  const std::uint64_t attempt = ++attempt_;
  engine::RecordBatch batch{name_, {}};
  for (const Item& item : batch_) batch.items.push_back(item.item);
  const bool there =
      recorder_(std::move(batch),
                [this, attempt](const engine::RecordAnswer& answer) { OnAnswer(attempt, answer); });
  if (batch_.empty()) return;  // answered at once
  actor_.WakeAt(loop_.now() + (there ? kPatience : chance_.Span(100, kAgainMs)));
}

void Host::OnAnswer(std::uint64_t attempt, const engine::RecordAnswer& answer) {
  if (attempt != attempt_ || batch_.empty()) return;  // nobody listens any more
  if (!answer.status.ok()) {
    actor_.MoveTo(loop_.now() + chance_.Span(100, kAgainMs));
    return;
  }
  if (answer.results.size() != batch_.size()) {
    return witness_.Fail(name_ + " got an answer of another size than its batch");
  }
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    witness_.Told(batch_[i].said, answer.epoch, answer.results[i]);
  }
  answered_ = sending_again_ ? std::vector<Item>() : std::move(batch_);
  batch_.clear();
  sending_again_ = false;
  ++attempt_;
  const bool idles = chance_.OneIn(kIdleOneIn);
  actor_.MoveTo(loop_.now() + chance_.Span(10, idles ? kIdleMostMs : options_.pause.count()));
}

}  // namespace trayline::simulation
