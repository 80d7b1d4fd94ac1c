#include "firmware/cli/event_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trayline::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

EventInput Parsed(const std::string& text) {
  auto input = ParseEvents(text);
  EXPECT_TRUE(input.ok()) << (input.ok() ? "" : input.error().text);
  return input.ok() ? *std::move(input) : EventInput{};
}

std::string Refusal(const std::string& text) {
  const auto input = ParseEvents(text);
  return input.ok() ? "" : input.error().text;
}

TEST(EventInput, TakesOneEventAListAndLines) {
  EXPECT_EQ(Parsed(R"({"id":1,"type":"a"})").events.size(), 1U);
  EXPECT_EQ(Parsed("{\n  \"id\": 1,\n  \"type\": \"a\"\n}\n").events.size(), 1U);
  EXPECT_EQ(Parsed(R"([{"id":1},{"id":2}])").events.size(), 2U);
  EXPECT_EQ(Parsed("{\"id\":1}\n\n{\"id\":2}\r\n").events.size(), 2U);
  EXPECT_EQ(Parsed("\xEF\xBB\xBF{\"id\":1}").events.size(), 1U) << "a byte order mark";
}

TEST(EventInput, KeepsTheHostOfADocument) {
  const auto input = Parsed(R"({"host":"kiosk-ui","strict":true,"events":[{"id":1}]})");
  EXPECT_EQ(input.host, "kiosk-ui");
  EXPECT_TRUE(input.strict);
  EXPECT_EQ(input.events.size(), 1U);
  const auto single = Parsed(R"({"host":"pos","id":1,"type":"a"})");
  EXPECT_EQ(single.host, "pos");
  EXPECT_FALSE(single.events[0].contains("host"));
}

TEST(EventInput, MakesUpNoId) { EXPECT_FALSE(Parsed(R"({"type":"a"})").events[0].contains("id")); }

TEST(EventInput, SaysWhereADocumentBreaks) {
  EXPECT_THAT(Refusal("[{\"id\":1},\n{\"id\":}]"),
              AllOf(HasSubstr("is not JSON"), HasSubstr("line 2, column 7"),
                    Not(HasSubstr("json.exception"))));
  EXPECT_THAT(Refusal("{\"id\":1}\n{\"id\":2"), HasSubstr("line 2"));
  EXPECT_THAT(Refusal("{\"id\":1}\n[2]\n"), HasSubstr("line 2 is no JSON object"));
  EXPECT_THAT(Refusal("{\n \"id\": 1,\n \"type\" \"a\"\n}"), HasSubstr("line 3"));
}

TEST(EventInput, RefusesWhatHoldsNoEvent) {
  for (const char* text : {"", " \n\t", "[]", "{\"events\":[]}", "{\"events\":7}"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("no event")) << text;
  }
  EXPECT_THAT(Refusal("17"), HasSubstr("must be an event"));
}

}  // namespace
}  // namespace trayline::cli
