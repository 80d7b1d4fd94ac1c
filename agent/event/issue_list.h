// IssueList: what is wrong with one event, bounded, because a host's mistake may repeat in each of
// its lines. Value type.
#ifndef TRAYLINE_AGENT_EVENT_ISSUE_LIST_H_
#define TRAYLINE_AGENT_EVENT_ISSUE_LIST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/event/host_event.h"

namespace trayline::event {

class IssueList {
 public:
  // Keeps the first kIssuesMax, counts the others.
  void Add(std::string path, std::string_view code, std::string reason) {
    if (issues_.size() < kIssuesMax) {
      issues_.push_back({std::move(path), std::string(code), std::move(reason)});
    } else {
      ++more_;
    }
  }
  [[nodiscard]] bool empty() const { return issues_.empty(); }
  // The issues; the last one says how many more there were.
  [[nodiscard]] std::vector<FieldIssue> Take() && {
    if (more_ > 0) issues_.back().reason += " (" + std::to_string(more_) + " more not listed)";
    return std::move(issues_);
  }

 private:
  std::vector<FieldIssue> issues_;
  std::size_t more_ = 0;
};

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_ISSUE_LIST_H_
