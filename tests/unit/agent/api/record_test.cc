// POST /v1/events: what is recorded, what is refused, and how the answer says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "api_fixture.h"

namespace trayline::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Outcome = engine::RecordResult::Outcome;

constexpr const char* kAdd =
    R"({"id":17,"type":"trayline.ecommerce.add_to_cart.v1","journey_ref":"o-1",)"
    R"("data":{"lines":[{"item_id":"burger","quantity":1,"unit_price_minor":500}]}})";

class RecordTest : public ApiTest {
 protected:
  static std::string Batch(const std::string& events, const std::string& more = "") {
    return R"({"host":"kiosk-ui",)" + more + R"("events":[)" + events + "]}";
  }
};

TEST_F(RecordTest, HandsABatchToTheEngineAndAnswersEachEvent) {
  const Answered answer = Post(Batch(std::string(kAdd) + R"(,{"type":"host.touched"})"));
  ASSERT_EQ(answer.status, 200) << answer.json;
  EXPECT_EQ(answer.json["epoch"], kTestEpoch.value);
  ASSERT_EQ(answer.json["results"].size(), 2U);
  EXPECT_EQ(answer.json["results"][0],
            nlohmann::json::parse(R"({"status":"recorded","id":17,"sequence":1,"last_sequence":1,)"
                                  R"("journey":"1700000000-1"})"));
  EXPECT_EQ(answer.json["results"][1]["id"], nullptr);
  const auto batches = backend_.batches();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].host, "kiosk-ui");
  ASSERT_EQ(batches[0].items.size(), 2U);
  EXPECT_EQ(batches[0].items[0].event.type, event::EventType::kAddToCart);
  EXPECT_EQ(std::get<std::uint64_t>(batches[0].items[0].event.id), 17U);
  EXPECT_EQ(batches[0].items[0].event.journey_ref, "o-1");
  EXPECT_NE(batches[0].items[0].digest, 0U);
}

TEST_F(RecordTest, AcceptsASingleEventBesideItsHost) {
  const Answered answer =
      Post(R"({"host":"till","strict":true,"id":"a-1","type":"ecommerce.search",)"
           R"("data":{"search_term":"fries"}})");
  ASSERT_EQ(answer.status, 200) << answer.json;
  EXPECT_EQ(answer.json["results"][0]["status"], "recorded");
  EXPECT_EQ(answer.json["results"][0]["id"], "a-1");
  ASSERT_EQ(backend_.batches().size(), 1U);
  EXPECT_EQ(backend_.batches()[0].host, "till");
}

TEST_F(RecordTest, TheDigestIsThatOfTheEventWhateverTheOrderOfItsNames) {
  Post(Batch(R"({"id":1,"type":"host.touched"})"));
  Post(Batch(R"({ "type" : "host.touched" , "id" : 1 })"));
  Post(R"({"host":"kiosk-ui","id":1,"type":"host.touched"})");
  Post(Batch(R"({"id":2,"type":"host.touched"})"));
  const auto batches = backend_.batches();
  ASSERT_EQ(batches.size(), 4U);
  EXPECT_EQ(batches[0].items[0].digest, batches[1].items[0].digest);
  EXPECT_EQ(batches[0].items[0].digest, batches[2].items[0].digest);
  EXPECT_NE(batches[0].items[0].digest, batches[3].items[0].digest);
}

TEST_F(RecordTest, RecordsTheValidEventsOfABatchAndExplainsTheOthers) {
  const Answered answer = Post(Batch(R"({"id":1,"type":"host.touched"},)"
                                     R"({"id":2,"type":"journey.closed"},)"
                                     R"({"id":3,"type":"host.touched","data":{"count":"two"}},)"
                                     R"(7,)"
                                     R"({"id":5,"type":"host.page_lost"})"));
  ASSERT_EQ(answer.status, 200);
  const auto& results = answer.json["results"];
  ASSERT_EQ(results.size(), 5U);
  EXPECT_EQ(results[0]["status"], "recorded");
  EXPECT_EQ(results[1]["status"], "invalid");
  EXPECT_EQ(results[1]["errors"][0]["code"], "not_for_hosts");
  EXPECT_EQ(results[2]["errors"][0]["path"], "/data/count");
  EXPECT_EQ(results[3]["errors"][0]["code"], "wrong_type");
  EXPECT_EQ(results[3]["id"], nullptr);
  EXPECT_EQ(results[4]["status"], "recorded");
  EXPECT_EQ(results[4]["sequence"], 2);
  EXPECT_EQ(backend_.batches()[0].items.size(), 2U);
}

TEST_F(RecordTest, DoesNotBotherTheEngineWhenNothingIsValid) {
  const Answered answer = Post(Batch(R"({"type":"no.such.type"})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json["epoch"], kTestEpoch.value);
  EXPECT_EQ(answer.json["results"][0]["errors"][0]["code"], "unknown_type");
  EXPECT_EQ(Post(Batch("")).json["results"].size(), 0U);
  EXPECT_TRUE(backend_.batches().empty());
}

TEST_F(RecordTest, NamesWhatItLeftOut) {
  const Answered answer = Post(
      Batch(R"({"id":1,"type":"ecommerce.search","data":{"search_term":"x","mood":"good"}},)"
            R"({"id":2,"type":"ecommerce.search","data":{"search_term":"4111 1111 1111 1111"}})",
            R"("version":3,)"));
  ASSERT_EQ(answer.status, 200);
  const auto& results = answer.json["results"];
  EXPECT_EQ(results[0]["status"], "recorded");
  EXPECT_EQ(results[0]["left_out"][0]["path"], "/data/mood");
  EXPECT_EQ(results[0]["left_out"][0]["code"], "unknown_field");
  EXPECT_THAT(answer.json.dump(), HasSubstr("card_number"));
  EXPECT_THAT(answer.json.dump(), Not(HasSubstr("4111")));
  EXPECT_EQ(answer.json["left_out"][0]["path"], "/version");
}

TEST_F(RecordTest, StrictRefusesEventsWithUnknownFieldsWhereverItStands) {
  const std::string event = R"({"id":1,"type":"host.touched","data":{"mood":1}})";
  for (const std::string& body :
       {Batch(event, R"("strict":true,)"),
        R"({"host":"kiosk-ui","events":[)" + event + R"(],"strict":true})"}) {
    const Answered answer = Post(body);
    ASSERT_EQ(answer.status, 200) << answer.json;
    EXPECT_EQ(answer.json["results"][0]["status"], "invalid");
    EXPECT_EQ(answer.json["results"][0]["errors"][0]["code"], "unknown_field");
  }
  EXPECT_EQ(Post(Batch(event, R"("strict":true,"version":3,)")).status, 400);
  EXPECT_TRUE(backend_.batches().empty());
}

TEST_F(RecordTest, SaysWhatBecameOfARepetition) {
  const JourneyId journey{kTestEpoch, 4};
  backend_.Script({Outcome::kRepeated, Sequence{5}, Sequence{6}, journey, ""});
  backend_.Script({Outcome::kNoChange, {}, {}, journey, ""});
  backend_.Script({Outcome::kConflict, {}, {}, {}, "another body"});
  backend_.Script({Outcome::kRejected, {}, {}, {}, "too old"});
  std::string events;
  for (int i = 0; i < 4; ++i) {
    events += (i > 0 ? "," : "") + (R"({"type":"host.touched","id":)" + std::to_string(i) + "}");
  }
  const Answered answer = Post(Batch(events));
  const auto& results = answer.json["results"];
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0]["status"], "repeated");
  EXPECT_EQ(results[0]["sequence"], 5);
  EXPECT_EQ(results[0]["last_sequence"], 6);
  EXPECT_EQ(results[1]["status"], "no_change");
  EXPECT_FALSE(results[1].contains("sequence"));
  EXPECT_EQ(results[2]["status"], "conflict");
  EXPECT_EQ(results[2]["reason"], "another body");
  EXPECT_EQ(results[3]["status"], "rejected");
}

TEST_F(RecordTest, TellsTheHostToComeAgain) {
  backend_.Refuse({Errc::kRetryLater, "the disk was slow"});
  Answered answer = Post(Batch(kAdd));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "retry_later");
  EXPECT_EQ(answer.headers.Find("Retry-After"), "1");
  backend_.Refuse({Errc::kFull, "the quota is reached"});
  answer = Post(Batch(kAdd));
  EXPECT_EQ(answer.status, 507);
  EXPECT_EQ(answer.code(), "full");
  backend_.Fail({Errc::kRetryLater, "the core did not answer in time"});
  EXPECT_EQ(Post(Batch(kAdd)).code(), "retry_later");
}

struct Refused {
  const char* name;
  const char* body;
  int status;
  const char* code;
  const char* where;  // in the answer
};

class RefusedBatch : public RecordTest, public ::testing::WithParamInterface<Refused> {};

TEST_P(RefusedBatch, IsRefusedAsAWholeWithTheReason) {
  const Answered answer = Post(GetParam().body);
  EXPECT_EQ(answer.status, GetParam().status) << answer.json;
  EXPECT_EQ(answer.code(), GetParam().code);
  EXPECT_THAT(answer.json.dump(), HasSubstr(GetParam().where));
  EXPECT_TRUE(backend_.batches().empty());
  EXPECT_EQ(Post(Batch(kAdd)).status, 200);
}

INSTANTIATE_TEST_SUITE_P(
    Api, RefusedBatch,
    ::testing::Values(
        Refused{"Empty", "", 400, "bad_json", "byte"},
        Refused{"NotJson", "host=kiosk", 400, "bad_json", "byte"},
        Refused{"HalfJson", R"({"host":"h","events":[{"id":1)", 400, "bad_json", "byte"},
        Refused{"TrailingText", R"({"host":"h","events":[]} x)", 400, "bad_json", "byte"},
        Refused{"NaN", R"({"host":"h","events":[{"id":NaN}]})", 400, "bad_json", "byte"},
        Refused{"HugeNumber", R"({"host":"h","events":[{"id":1e999}]})", 400, "bad_json", "byte"},
        Refused{"NotUtf8", "{\"host\":\"h\",\"events\":[{\"id\":\"\xFF\"}]}", 400, "bad_json",
                "byte"},
        Refused{"LoneSurrogate", R"({"host":"h","events":[{"id":"\ud800"}]})", 400, "bad_json",
                "byte"},
        Refused{"NameTwice", R"({"host":"h","host":"i","events":[]})", 400, "bad_json", "twice"},
        Refused{"NameTwiceInAnEvent", R"({"host":"h","events":[{"type":"a","type":"b"}]})", 400,
                "bad_json", "twice"},
        Refused{"EventsTwice", R"({"host":"h","events":[],"events":[]})", 400, "bad_json", "twice"},
        Refused{"List", "[]", 400, "wrong_type", "object"},
        Refused{"Number", "17", 400, "wrong_type", "object"},
        Refused{"NoHost", R"({"events":[]})", 400, "missing", "/host"},
        Refused{"HostIsANumber", R"({"host":1,"events":[]})", 400, "wrong_type", "/host"},
        Refused{"HostWithSpace", R"({"host":"my host","events":[]})", 400, "invalid", "/host"},
        Refused{"LongHost", R"({"host":"abcdefghijabcdefghijabcdefghijabc","events":[]})", 400,
                "invalid", "/host"},
        Refused{"NoEvents", R"({"host":"h"})", 400, "missing", "/events"},
        Refused{"EventsIsAnObject", R"({"host":"h","events":{}})", 400, "wrong_type", "/events"},
        Refused{"StrictIsAText", R"({"host":"h","strict":"yes","events":[]})", 400, "wrong_type",
                "/strict"}),
    [](const auto& param_info) { return param_info.param.name; });

TEST_F(RecordTest, RefusesADepthBomb) {
  const std::string bomb = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(Post(bomb).code(), "bad_json");
  EXPECT_EQ(Post(Batch(bomb)).code(), "bad_json");
  std::string objects;
  for (int i = 0; i < 20; ++i) objects += R"({"a":)";
  EXPECT_EQ(Post(objects + "1" + std::string(20, '}')).code(), "bad_json");
}

TEST_F(RecordTest, AllowsTheDepthThatEventsNeed) {
  const Answered answer =
      Post(Batch(R"({"type":"ecommerce.add_to_cart","data":{"lines":[{"item_id":"b",)"
                 R"("modifiers":[{"id":"m","price_minor":5}]}]}})"));
  EXPECT_EQ(answer.json["results"][0]["status"], "recorded") << answer.json;
}

TEST_F(RecordTest, HoldsTheLimits) {
  const std::string touched = R"({"type":"host.touched"})";
  std::string events = touched;
  for (int i = 1; i < 1024; ++i) events += "," + touched;
  EXPECT_EQ(Post(Batch(events)).json["results"].size(), 1024U);
  Answered answer = Post(Batch(events + "," + touched));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.code(), "too_large");
  EXPECT_EQ(
      Post(Batch(R"({"type":"host.touched","x":")" + std::string(2'000'000, 'x') + "\"}")).status,
      413);
}

TEST_F(RecordTest, AnEventThatIsTooLargeHoldsUpNoOther) {
  const std::string large(70'000, 'x');
  std::string numbers = "1";
  for (int i = 0; i < 40'000; ++i) numbers += ",1";
  const Answered answer =
      Post(Batch(R"({"id":1,"type":"ecommerce.search","data":{"search_term":")" + large +
                 R"("}},)" + R"({"id":2,"type":"host.touched","data":{"a":{"b":[)" + numbers +
                 R"(]},"c":[[],{}]}},)" + "\"" + large + R"(",{"id":4,"type":"host.touched"})"));
  ASSERT_EQ(answer.status, 200) << answer.json;
  const auto& results = answer.json["results"];
  ASSERT_EQ(results.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(results[i]["errors"][0]["code"], "too_large");
  EXPECT_EQ(results[3]["status"], "recorded");
  EXPECT_EQ(Post(R"({"host":"h","type":"host.touched","x":")" + large + "\"}").code(), "too_large");
}

TEST_F(RecordTest, BigNumbersAreExplainedNotBent) {
  const Answered answer =
      Post(Batch(R"({"id":18446744073709551616,"type":"host.touched"},)"
                 R"({"id":-1,"type":"host.touched"},)"
                 R"({"id":9223372036854775807,"type":"host.touched"},)"
                 R"({"type":"host.touched","data":{"count":99999999999999999999}})"));
  ASSERT_EQ(answer.status, 200);
  const auto& results = answer.json["results"];
  EXPECT_EQ(results[0]["errors"][0]["path"], "/id");
  EXPECT_EQ(results[1]["errors"][0]["path"], "/id");
  EXPECT_EQ(results[2]["id"], 9223372036854775807);
  EXPECT_EQ(results[3]["errors"][0]["path"], "/data/count");
}

TEST_F(RecordTest, WantsJson) {
  for (const char* type : {"text/plain", "application/xml", "application/jsonx", ""}) {
    http::ClientRequest request = PostRequest(Batch(kAdd));
    request.headers.Set("Content-Type", type);
    const Answered answer = Ask(request);
    EXPECT_EQ(answer.status, 415) << type;
    EXPECT_EQ(answer.code(), "unsupported_media_type");
  }
  http::ClientRequest request = PostRequest(Batch(kAdd));
  request.headers.Set("Content-Type", "Application/JSON; charset=utf-8");
  EXPECT_EQ(Ask(request).status, 200);
}

}  // namespace
}  // namespace trayline::api
