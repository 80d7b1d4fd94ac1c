// Problem: an error answer for people and programs, as RFC 9457 describes it. code is stable and
// from a closed list of each API; programs read it, people read title and detail. Value type.
#ifndef TRAYLINE_AGENT_HTTP_PROBLEM_H_
#define TRAYLINE_AGENT_HTTP_PROBLEM_H_

#include <string>
#include <string_view>
#include <vector>

#include "agent/http/message.h"

namespace trayline::http {

inline constexpr std::string_view kProblemType = "application/problem+json";
inline constexpr std::string_view kProblemUri = "https://trayline.dev/problems/";

// One thing that is wrong: path is a JSON pointer into the body, or the name of a parameter.
struct ProblemItem {
  std::string path;
  std::string code;
  std::string reason;
};

struct Problem {
  int status = 400;
  std::string code;    // "too_large"
  std::string title;   // the same for each problem of this code
  std::string detail;  // this one: names the field and the reason
  std::vector<ProblemItem> errors;
};

// {"type": kProblemUri + code, "title", "status", "code", "detail", "errors": [...]}; errors only
// when there are any.
Response ToResponse(const Problem& problem);

// Appends text as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_PROBLEM_H_
