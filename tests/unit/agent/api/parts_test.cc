// The parts of the local API that stand by themselves.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "agent/api/addresses.h"
#include "agent/api/commit_signal.h"
#include "agent/api/json_reader.h"

namespace trayline::api {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct ReadBack {
  Result<json> root = Error{};
  std::vector<std::string> elements;
};

ReadBack Read(std::string_view text, const JsonLimits& limits = {}) {
  ReadBack read;
  read.root = ReadJson(text, "list", limits, [&](const json&, const std::optional<json>& element) {
    read.elements.push_back(element ? element->dump() : "too large");
  });
  return read;
}

TEST(JsonReader, HandsOutTheElementsOfTheList) {
  const ReadBack read = Read(R"({"a":[1,{"b":null}],"list":[1,"x",[2],{"list":[3]},[]],"c":true})");
  ASSERT_TRUE(read.root.ok()) << read.root.error().text;
  EXPECT_EQ(read.root->dump(), R"({"a":[1,{"b":null}],"c":true,"list":[]})");
  EXPECT_EQ(read.elements,
            (std::vector<std::string>{"1", R"("x")", "[2]", R"({"list":[3]})", "[]"}));
}

TEST(JsonReader, KeepsOtherValuesWhole) {
  EXPECT_EQ(Read(R"({"list":{"list":[1]}})").root->dump(), R"({"list":{"list":[1]}})");
  EXPECT_EQ(Read(R"([{"list":[1]}])").root->dump(), R"([{"list":[1]}])");
  EXPECT_EQ(Read("-1.5e3").root->dump(), "-1500.0");
  EXPECT_TRUE(Read(R"({"list":[1]})").root.ok());
}

TEST(JsonReader, HoldsItsLimits) {
  EXPECT_TRUE(Read("[[1]]", {2, 100, 10}).root.ok());
  EXPECT_EQ(Read("[[[1]]]", {2, 100, 10}).root.error().code, Errc::kRejected);
  EXPECT_EQ(Read(R"({"list":[1,2,3]})", {9, 100, 2}).root.error().code, Errc::kFull);
  EXPECT_EQ(Read(R"(["0123456789"])", {9, 8, 2}).root.error().code, Errc::kFull);
  EXPECT_EQ(Read(R"({"0123456789":1})", {9, 8, 2}).root.error().code, Errc::kFull);
}

TEST(JsonReader, SkipsElementsThatAreTooLarge) {
  const ReadBack read =
      Read(R"({"list":["0123456789012345678901",[[[1,2,3,4,5,6,7,8,9,1,2,3],{"a":[]}],4],)"
           R"({"01234567890123456789":{"b":[1]},"c":{}},7],"d":1})",
           {6, 20, 10});
  ASSERT_TRUE(read.root.ok()) << read.root.error().text;
  EXPECT_EQ(read.elements, (std::vector<std::string>{"too large", "too large", "too large", "7"}));
  EXPECT_EQ((*read.root)["d"], 1);
}

TEST(JsonReader, HoldsTheDepthInsideSkippedElementsToo) {
  const std::string deep = std::string(50, '[') + std::string(50, ']');
  EXPECT_FALSE(
      Read(R"({"list":[["012345678901234567890123456789",)" + deep + "]]}", {9, 20, 10}).root.ok());
}

TEST(CommitSignal, KnowsWhatWasCommittedBefore) {
  CommitSignal signal;
  signal.Notify(Sequence{5});
  EXPECT_TRUE(signal.WaitAbove(Sequence{4}, Millis(0)));
  EXPECT_FALSE(signal.WaitAbove(Sequence{5}, Millis(0)));
  EXPECT_FALSE(signal.WaitAbove(Sequence{5}, Millis(5)));
}

TEST(CommitSignal, NobodyWaitsAfterClose) {
  CommitSignal signal;
  signal.Close();
  EXPECT_FALSE(signal.WaitAbove(Sequence{0}, Millis(3'600'000)));
}

class AddressesTest : public ::testing::Test {
 protected:
  AddressesTest() {
    std::string name = fs::temp_directory_path() / "trayline-addresses-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~AddressesTest() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(AddressesTest, AreReadAsTheyWereWritten) {
  const Addresses addresses{"127.0.0.1:41233", "/run/trayline.sock", 123};
  ASSERT_TRUE(WriteAddresses(folder_ / "api.json", addresses).ok());
  EXPECT_EQ(*ReadAddresses(folder_ / "api.json"), addresses);
  std::ifstream file(folder_ / "api.json");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}),
            "{\"http\":\"127.0.0.1:41233\",\"unix\":\"/run/trayline.sock\",\"pid\":123}\n");
}

TEST_F(AddressesTest, SayWhatIsWrongWithTheFile) {
  EXPECT_EQ(ReadAddresses(folder_ / "none").error().code, Errc::kNotFound);
  for (const char* content : {"", "{", "[]", "{}", R"({"http":17})"}) {
    std::ofstream(folder_ / "api.json") << content;
    EXPECT_EQ(ReadAddresses(folder_ / "api.json").error().code, Errc::kCorrupt) << content;
  }
}

}  // namespace
}  // namespace trayline::api
