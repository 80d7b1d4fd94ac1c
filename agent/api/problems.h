// The problems of the local API: each code with its status and title. The list is closed;
// openapi.json has the same one, and a test compares them.
#ifndef TRAYLINE_AGENT_API_PROBLEMS_H_
#define TRAYLINE_AGENT_API_PROBLEMS_H_

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/http/problem.h"

namespace trayline::api {

http::Problem BadJson(std::string detail);
http::Problem TooLarge(std::string detail);
http::Problem Unauthorized();
http::Problem NotFound(std::string detail);
http::Problem UnsupportedMediaType();
http::Problem Stopping();
// 400 with the code of the first of errors, which is not empty; "invalid" when it is none of
// missing and wrong_type.
http::Problem Invalid(std::vector<http::ProblemItem> errors);
// What an error of the backend becomes: 507 full, 404 not_found, 503 retry_later for the rest.
http::Problem FromBackend(const Error& error);

// With Retry-After for those that may be tried again, WWW-Authenticate for unauthorized.
http::Response Answer(const http::Problem& problem);

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_PROBLEMS_H_
