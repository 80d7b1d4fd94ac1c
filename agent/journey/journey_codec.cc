// The checkpoint form of a journey: varint version, then every field in the order of Walk below;
// numbers as varints (signed ones zig-zagged), texts as length and bytes, flags as 0 or 1, a word
// by its number, an optional word as 0 or its number + 1, times in milliseconds, the cart as number
// of lines, lines, revision and next number. One walk both writes and reads, so the two cannot
// drift apart. A change of the order or the fields is a new version.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/varint.h"
#include "agent/event/vocabulary.h"
#include "agent/journey/bounds.h"
#include "agent/journey/journey.h"

namespace trayline::journey {

namespace {

constexpr std::uint64_t kFormatVersion = 1;

class Writer {
 public:
  static constexpr bool kReads = false;

  void Number(const std::uint64_t& value) { PutVarint(out_, value); }
  void Number(const std::uint32_t& value) { PutVarint(out_, value); }
  void Signed(const std::int64_t& value) { PutSigned(out_, value); }
  void Text(const std::string& text, std::size_t) { PutBytes(out_, text); }
  void Flag(const bool& flag) { PutVarint(out_, flag ? 1 : 0); }
  template <typename E>
  void Word(const E& word, std::size_t) {
    PutVarint(out_, static_cast<std::uint64_t>(word));
  }
  template <typename E>
  void MaybeWord(const std::optional<E>& word, std::size_t) {
    PutVarint(out_, word ? static_cast<std::uint64_t>(*word) + 1 : 0);
  }
  void Time(const WallTime& time) { PutSigned(out_, ToMs(time)); }
  void Time(const MonoTime& time) { PutSigned(out_, ToMs(time)); }
  void Type(const event::EventType& type) { PutVarint(out_, static_cast<std::uint64_t>(type)); }

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  static constexpr bool kReads = true;

  explicit Reader(std::string_view bytes) : in_(bytes) {}

  void Number(std::uint64_t& value) { value = in_.Varint(); }
  void Number(std::uint32_t& value) {
    value = static_cast<std::uint32_t>(Below(std::uint64_t{1} << 32));
  }
  void Signed(std::int64_t& value) { value = in_.Signed(); }
  void Text(std::string& text, std::size_t limit) { text = std::string(in_.Bytes(limit)); }
  void Flag(bool& flag) { flag = Below(2) == 1; }
  template <typename E>
  void Word(E& word, std::size_t count) {
    word = static_cast<E>(Below(count));
  }
  template <typename E>
  void MaybeWord(std::optional<E>& word, std::size_t count) {
    const std::uint64_t number = Below(count + 1);
    word = number == 0 ? std::nullopt : std::optional(static_cast<E>(number - 1));
  }
  void Time(WallTime& time) { time = WallFromMs(in_.Signed()); }
  void Time(MonoTime& time) {
    time = MonoFromMs(in_.Signed());
    if (time != BoundedTime(time)) in_.Fail();
  }
  void Type(event::EventType& type) {
    type = static_cast<event::EventType>(Below(std::uint64_t{1} << 16));
  }

  [[nodiscard]] bool ok() const { return in_.ok(); }
  [[nodiscard]] bool Whole() const { return in_.ok() && in_.AtEnd(); }
  void Fail() { in_.Fail(); }

 private:
  std::uint64_t Below(std::uint64_t limit) {
    const std::uint64_t value = in_.Varint();
    if (value < limit) return value;
    in_.Fail();
    return 0;
  }

  VarintReader in_;
};

template <typename Coder, typename Line>
void WalkLine(Coder& coder, Line& line) {
  coder.Text(line.line_id, kLineIdMax);
  coder.Text(line.item_id, kLineIdMax);
  coder.Text(line.item_name, kItemNameMax);
  coder.Text(line.item_variant, kLineIdMax);
  coder.Signed(line.unit_price_minor);
  coder.Signed(line.quantity);
  coder.Signed(line.discount_minor);
  coder.Signed(line.modifiers_minor);
  coder.Number(line.modifiers_digest);
}

template <typename Coder, typename AnyJourney>
void WalkState(Coder& coder, AnyJourney& journey) {
  coder.Number(journey.id.epoch.value);
  coder.Number(journey.id.number);
  coder.Text(journey.host, kJourneyTextMax);
  coder.Text(journey.ref, kJourneyTextMax);
  coder.Word(journey.stage, event::kStageNames.size());
  coder.Word(journey.resume_stage, event::kStageNames.size());
  coder.Word(journey.deepest, event::kStageNames.size());
  coder.MaybeWord(journey.outcome, event::kOutcomeNames.size());
  coder.Word(journey.evidence, event::kEvidenceNames.size());
  coder.Number(journey.revision);
  coder.Flag(journey.at_risk);
  coder.Flag(journey.warned);
  coder.Flag(journey.training);
  coder.Flag(journey.accessibility);
  coder.Flag(journey.payment_pending);
  coder.Flag(journey.cancel_requested);
  coder.Flag(journey.submitted);
  coder.Flag(journey.purchased);
  coder.Flag(journey.approved);
  coder.Signed(journey.currency);
  coder.Signed(journey.purchase_value_minor);
  coder.Signed(journey.highest_value_minor);
  coder.Signed(journey.closing_value_minor);
  coder.Signed(journey.closing_lines);
}

template <typename Coder, typename AnyJourney>
void WalkFeatures(Coder& coder, AnyJourney& journey) {
  coder.Number(journey.events);
  coder.Number(journey.views);
  coder.Number(journey.adds);
  coder.Number(journey.removes);
  coder.Number(journey.cycles);
  coder.Number(journey.touches);
  coder.Number(journey.payment_attempts);
  coder.Number(journey.payment_failures);
  coder.Number(journey.irregular);
  coder.Flag(journey.ever_line);
  coder.Number(journey.last_removed_item);
  coder.Signed(journey.entry_source);
  coder.Signed(journey.order_mode);
  coder.Signed(journey.channel);
  coder.Text(journey.locale, kLocaleTextMax);
  coder.Text(journey.ticket, kJourneyTextMax);
  coder.Text(journey.transaction_id, kJourneyTextMax);
  coder.MaybeWord(journey.cancel_reason, event::kCancelReasonNames.size());
}

template <typename Coder, typename AnyJourney>
void WalkTimes(Coder& coder, AnyJourney& journey) {
  coder.Time(journey.started);
  coder.Time(journey.last_wall);
  coder.Time(journey.closed_wall);
  coder.Number(journey.boot);
  coder.Time(journey.started_mono);
  coder.Time(journey.last_activity);
  coder.Time(journey.stage_since);
  coder.Time(journey.warned_at);
  coder.Time(journey.warning_from);
  coder.Time(journey.page_lost_at);
  coder.Flag(journey.page_lost);
  coder.Time(journey.closed_mono);
  coder.Type(journey.last_touchpoint);
}

}  // namespace

struct CartCodec {
  template <typename Coder, typename AnyCart>
  static void Walk(Coder& coder, AnyCart& cart) {
    std::uint64_t count = cart.lines_.size();
    coder.Number(count);
    if constexpr (Coder::kReads) {
      if (count > kCartLinesMax) coder.Fail();
      if (!coder.ok()) return;
      cart.lines_.resize(count);
    }
    for (auto& line : cart.lines_) WalkLine(coder, line);
    coder.Number(cart.revision_);
    coder.Number(cart.next_line_);
  }
};

namespace {

template <typename Coder, typename AnyJourney>
void Walk(Coder& coder, AnyJourney& journey) {
  WalkState(coder, journey);
  CartCodec::Walk(coder, journey.cart);
  WalkFeatures(coder, journey);
  WalkTimes(coder, journey);
}

}  // namespace

std::string EncodeJourney(const Journey& journey) {
  Writer writer;
  writer.Number(kFormatVersion);
  Walk(writer, journey);
  return writer.Take();
}

Result<Journey> DecodeJourney(std::string_view bytes) {
  Reader reader(bytes);
  std::uint64_t version = 0;
  reader.Number(version);
  if (!reader.ok() || version != kFormatVersion) {
    return Error{Errc::kCorrupt, "journey: not of version " + std::to_string(kFormatVersion)};
  }
  Journey journey;
  Walk(reader, journey);
  if (!reader.Whole()) return Error{Errc::kCorrupt, "journey: damaged or of another length"};
  return journey;
}

}  // namespace trayline::journey
