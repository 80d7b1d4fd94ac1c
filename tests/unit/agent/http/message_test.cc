#include "agent/http/message.h"

#include <gtest/gtest.h>

#include "agent/http/problem.h"
#include "agent/http/wire.h"

namespace trayline::http {
namespace {

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers;
  headers.Add("Content-Type", "a");
  headers.Add("content-type", "b");
  EXPECT_EQ(headers.Find("CONTENT-TYPE"), "a");
  EXPECT_EQ(headers.Count("content-TYPE"), 2U);
  headers.Set("CONTENT-type", "c");
  EXPECT_EQ(headers.Count("Content-Type"), 1U);
}

TEST(Headers, FindTokensInLists) {
  Headers headers;
  headers.Add("Connection", "keep-alive, Upgrade");
  headers.Add("Connection", "x");
  EXPECT_TRUE(headers.HasToken("connection", "upgrade"));
  EXPECT_TRUE(headers.HasToken("connection", "X"));
  EXPECT_FALSE(headers.HasToken("connection", "keep"));
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  EXPECT_EQ(*PercentDecode("a%2Fb+c", false), "a/b+c");
  EXPECT_EQ(*PercentDecode("a+b", true), "a b");
  for (const char* text : {"%", "%2", "%zz", "a%2"}) {
    EXPECT_EQ(PercentDecode(text, false).error().code, Errc::kRejected) << text;
  }
}

TEST(Problem, IsAProblemDocument) {
  const Response response =
      ToResponse({413, "too_large", "Too large", "a \"quote\"\n", {{"/events/0", "c", "r"}}});
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"https://trayline.dev/problems/too_large\",\"title\":\"Too large\","
            "\"status\":413,\"code\":\"too_large\",\"detail\":\"a \\\"quote\\\"\\u000a\","
            "\"errors\":[{\"path\":\"/events/0\",\"code\":\"c\",\"reason\":\"r\"}]}");
}

TEST(JsonString, ReplacesBytesThatAreNotUtf8) {
  std::string out;
  AppendJsonString(out, "\xC3\xA9\xFF\xE4\xB8\xADx\xE4\xB8");
  EXPECT_EQ(out, "\"\xC3\xA9\xEF\xBF\xBD\xE4\xB8\xADx\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(ResponseHead, KnowsAnswersWithoutABody) {
  const auto head = ParseResponseHead("HTTP/1.1 204 No Content\r\n\r\n", false);
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->framing.kind, Framing::Kind::kNone);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_EQ(ParseResponseHead("HTTP/1.1 200 OK\r\n\r\n", false)->framing.kind,
            Framing::Kind::kUntilClose);
  for (const char* bad : {"", "HTTP/1.1", "HTTP/1.1 20x OK\r\n\r\n", "SSH-2.0-x\r\n\r\n"}) {
    EXPECT_EQ(ParseResponseHead(bad, false).error().code, Errc::kCorrupt) << bad;
  }
}

}  // namespace
}  // namespace trayline::http
