#include "agent/api/json_reader.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace trayline::api {
namespace {

using Json = nlohmann::json;

// What every value costs beside its own characters: a comma or a bracket.
constexpr std::size_t kPunctuation = 1;

// Builds values from the parser's events. While an element is too large it only counts brackets.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view list, const JsonLimits& limits, const ElementSink& sink)
      : list_(list), limits_(limits), sink_(sink) {}

  bool null() override { return Scalar(Json(nullptr), 4); }
  bool boolean(bool value) override { return Scalar(Json(value), 4); }
  bool number_integer(number_integer_t value) override { return Scalar(Json(value), 1); }
  bool number_unsigned(number_unsigned_t value) override { return Scalar(Json(value), 1); }
  bool number_float(number_float_t value, const string_t& text) override {
    return Scalar(Json(value), text.size());
  }
  bool string(string_t& value) override {
    const std::size_t size = value.size();
    return Scalar(Json(std::move(value)), size);
  }
  bool binary(binary_t&) override { return Fail({Errc::kRejected, "binary values are no JSON"}); }
  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    if (skipping_) return true;
    if (!Charge(name.size())) return true;  // now skipping, or failed: the next event sees it
    frames_.back().key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    // Nothing of the text is repeated: it may hold what must not be logged.
    return Fail(
        {Errc::kRejected, "the body is not JSON: error at byte " + std::to_string(position)});
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  Json TakeRoot() { return std::move(root_); }

 private:
  struct Frame {
    Json* container;  // null for the list whose elements are handed out
    std::string key;  // of the member that comes next
  };

  bool Fail(Error error) {
    if (!error_) error_ = std::move(error);
    return false;
  }

  [[nodiscard]] bool InList() const {
    return frames_.size() > 1 && frames_[1].container == nullptr;
  }
  [[nodiscard]] bool AtListLevel() const { return frames_.size() == 2 && InList(); }

  // Counts bytes of the element or of the rest. False when the limit is passed: an element is then
  // skipped, the rest is an error.
  bool Charge(std::size_t bytes) {
    std::size_t& charged = InList() ? element_bytes_ : rest_bytes_;
    charged += bytes + kPunctuation;
    if (charged <= limits_.value_bytes) return true;
    if (!InList()) {
      Fail({Errc::kFull,
            "more than " + std::to_string(limits_.value_bytes) + " bytes in one piece"});
      return false;
    }
    skipping_ = true;
    skipped_open_ = frames_.size() - 2;
    frames_.resize(2);
    element_ = nullptr;
    return false;
  }

  // Puts value where it belongs and returns its place; null after an error.
  Json* Place(Json value) {
    if (frames_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Frame& top = frames_.back();
    if (top.container == nullptr) {
      element_ = std::move(value);
      return &element_;
    }
    if (top.container->is_array()) {
      top.container->push_back(std::move(value));
      return &top.container->back();
    }
    const auto [place, is_new] = top.container->emplace(std::move(top.key), std::move(value));
    if (is_new) return &*place;
    Fail({Errc::kRejected, "a name stands twice in one object"});
    return nullptr;
  }

  bool Scalar(Json value, std::size_t bytes) {
    if (error_) return false;
    if (skipping_) return true;
    if (!Charge(bytes)) return !error_ && (skipped_open_ > 0 || EndElement());
    if (Place(std::move(value)) == nullptr) return false;
    return !AtListLevel() || EndElement();
  }

  bool Open(Json empty) {
    if (error_) return false;
    if (frames_.size() + skipped_open_ >= limits_.depth) {
      return Fail({Errc::kRejected,
                   "the body is nested deeper than " + std::to_string(limits_.depth) + " levels"});
    }
    if (!skipping_) Charge(1);
    if (error_) return false;
    if (skipping_) {
      ++skipped_open_;
      return true;
    }
    const bool is_list =
        empty.is_array() && frames_.size() == 1 && root_.is_object() && frames_[0].key == list_;
    Json* place = Place(std::move(empty));
    if (place == nullptr) return false;
    frames_.push_back({is_list ? nullptr : place, {}});
    return true;
  }

  bool Close() {
    if (error_) return false;
    if (skipping_) return --skipped_open_ > 0 || EndElement();
    frames_.pop_back();
    return !AtListLevel() || EndElement();
  }

  bool EndElement() {
    if (++elements_ > limits_.elements) {
      return Fail({Errc::kFull, "more than " + std::to_string(limits_.elements) + " in '" +
                                    std::string(list_) + "'"});
    }
    sink_(root_, skipping_ ? std::nullopt : std::optional<Json>(std::move(element_)));
    skipping_ = false;
    element_bytes_ = 0;
    return true;
  }

  const std::string_view list_;
  const JsonLimits& limits_;
  const ElementSink& sink_;
  std::optional<Error> error_;
  Json root_;
  Json element_;
  std::vector<Frame> frames_;  // what is open, the root first
  std::size_t rest_bytes_ = 0;
  std::size_t element_bytes_ = 0;
  std::size_t elements_ = 0;
  bool skipping_ = false;
  std::size_t skipped_open_ = 0;  // brackets open inside the element that is skipped
};

}  // namespace

Result<Json> ReadJson(std::string_view text, std::string_view list, const JsonLimits& limits,
                      const ElementSink& sink) {
  Builder builder(list, limits, sink);
  const bool whole = Json::sax_parse(text.begin(), text.end(), &builder);
  if (builder.error()) return *builder.error();
  if (!whole) return Error{Errc::kRejected, "the body is not JSON"};
  return builder.TakeRoot();
}

}  // namespace trayline::api
