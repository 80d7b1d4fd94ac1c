// Result<T>: what a function across a module boundary returns when it may fail. Either a value or
// an Error; never both, never neither. Errc tells the caller what it can do about it; the text is
// for people and is never parsed. Value types, no threads involved.
#ifndef TRAYLINE_AGENT_BASE_RESULT_H_
#define TRAYLINE_AGENT_BASE_RESULT_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "agent/base/check.h"

namespace trayline {

// What the caller can do.
enum class Errc {
  kRetryLater,  // nothing is wrong with the request: the same call may succeed later
  kRejected,    // the request itself is wrong and will never succeed
  kNotFound,    // what it names does not exist
  kConflict,    // it contradicts what is already recorded
  kFull,        // a limit is reached; somebody must make room
  kCorrupt,     // stored or received bytes are damaged
};

// The stable lower-case name of a code, as it appears in problem documents: "retry_later", ...
std::string_view ErrcName(Errc code);

struct Error {
  Errc code = Errc::kRetryLater;
  std::string text;

  // The same error with "context: " in front; for adding what was being done on the way up.
  [[nodiscard]] Error In(std::string_view context) const;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {
  }  // NOLINT(google-explicit-constructor): return value;
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {
  }  // NOLINT(google-explicit-constructor): return Error{...};

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; only after ok(), anything else is a bug of ours and aborts.
  T& value() & {
    TRAYLINE_CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    TRAYLINE_CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    TRAYLINE_CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const {
    TRAYLINE_CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)
      : error_(std::move(error)),
        ok_(false) {}  // NOLINT(google-explicit-constructor): return Error{...};

  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  [[nodiscard]] const Error& error() const {
    TRAYLINE_CHECK(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_RESULT_H_
