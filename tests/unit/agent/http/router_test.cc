#include "agent/http/router.h"

#include <gtest/gtest.h>

namespace trayline::http {
namespace {

Response Ask(const Router& router, std::string_view method, std::string_view path) {
  Request request;
  request.method = method;
  request.path = path;
  return router.Handle(request);
}

Router Journeys() {
  Router router;
  router.Add("GET", "/v1/journeys", [](const Request&) { return JsonResponse(200, "list"); });
  router.Add("GET", "/v1/journeys/{id}", [](const Request& request) {
    return JsonResponse(200, std::string(request.Param("id")));
  });
  router.Add("POST", "/v1/journeys", [](const Request&) { return JsonResponse(200, "posted"); });
  return router;
}

TEST(Router, FindsTheHandlerOfMethodAndPath) {
  const Router router = Journeys();
  EXPECT_EQ(Ask(router, "GET", "/v1/journeys").body, "list");
  EXPECT_EQ(Ask(router, "HEAD", "/v1/journeys").body, "list");
  EXPECT_EQ(Ask(router, "POST", "/v1/journeys").body, "posted");
}

TEST(Router, DecodesParameters) {
  EXPECT_EQ(Ask(Journeys(), "GET", "/v1/journeys/17-1").body, "17-1");
  EXPECT_EQ(Ask(Journeys(), "GET", "/v1/journeys/a%2Fb").body, "a/b");
}

TEST(Router, AnswersNotFoundForUnknownPaths) {
  for (const char* path : {"/", "/v1", "/v1/journeys/", "/v1/journeys/1/2", "/v1/journeys/%zz",
                           "/v1/journeysx", "*"}) {
    EXPECT_EQ(Ask(Journeys(), "GET", path).status, 404) << path;
  }
}

TEST(Router, NamesTheMethodsThatAPathHas) {
  const Response response = Ask(Journeys(), "DELETE", "/v1/journeys");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.Find("Allow"), "GET, HEAD, POST");
}

TEST(Router, SendsOnlyReadsToTheFallback) {
  Router router = Journeys();
  router.SetFallback([](const Request&) { return JsonResponse(200, "page"); });
  EXPECT_EQ(Ask(router, "GET", "/index.html").body, "page");
  EXPECT_EQ(Ask(router, "POST", "/index.html").status, 405);
}

}  // namespace
}  // namespace trayline::http
