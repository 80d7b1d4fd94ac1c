#include "agent/base/result.h"

namespace trayline {

std::string_view ErrcName(Errc code) {
  switch (code) {
    case Errc::kRetryLater:
      return "retry_later";
    case Errc::kRejected:
      return "rejected";
    case Errc::kNotFound:
      return "not_found";
    case Errc::kConflict:
      return "conflict";
    case Errc::kFull:
      return "full";
    case Errc::kCorrupt:
      return "corrupt";
  }
  return "retry_later";
}

Error Error::In(std::string_view context) const {
  return Error{code, std::string(context) + ": " + text};
}

}  // namespace trayline
