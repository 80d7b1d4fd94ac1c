// The proof can fail: a database with something wrong in it is seen to be wrong.
#include "tests/prove/verify.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "agent/event/event.h"
#include "agent/event/host_event.h"
#include "agent/sqlite/database.h"
#include "agent/sqlite/statement.h"

namespace trayline::prove {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kEpoch = 1'795'000'000;
constexpr std::size_t kEvents = 60;
constexpr const char* kColumns =
    "(sequence INTEGER, epoch INTEGER, terminal_id INTEGER, type INTEGER, journey INTEGER, "
    "stream INTEGER, number INTEGER, body BLOB)";

// A journal and a headquarters' database with the columns that are looked at, in which every event
// of a host is one row, number n at position n.
class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() : folder_((std::filesystem::temp_directory_path() / "trayline-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    orders_ = *ReadOrders(TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv");
    hq_.emplace(Make("hq.db"));
    journal_.emplace(Make("journal.db"));
    Sql(*hq_, "CREATE TABLE terminal (id INTEGER, tenant TEXT, store TEXT, terminal TEXT)");
    Sql(*hq_, "CREATE TABLE void_run (terminal_id INTEGER, epoch INTEGER, count INTEGER)");
    Sql(*hq_, "INSERT INTO terminal VALUES (1, 'demo', 's001', 'k1')");
    for (sqlite::Database* database : {&*hq_, &*journal_}) Sql(*database, "BEGIN");
    OrderStream stream = Stream();
    for (std::uint64_t n = 1; n <= kEvents; ++n) {
      const replay::Step& step = stream.Next();
      Insert(n, step);
      answers_.push_back({kEpoch, n, n, 1});
    }
    for (sqlite::Database* database : {&*hq_, &*journal_}) Sql(*database, "COMMIT");
  }
  ~VerifyTest() override {
    hq_.reset();
    journal_.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] OrderStream Stream() const { return {orders_, 1, 0, 7}; }
  sqlite::Database Make(const std::string& name) {
    sqlite::OpenOptions options;
    options.path = folder_ + "/" + name;
    auto database = sqlite::Database::Open(options);
    EXPECT_TRUE(database.ok());
    Sql(*database, std::string("CREATE TABLE event ") + kColumns);
    return *std::move(database);
  }
  static void Sql(sqlite::Database& database, const std::string& sql) {
    const Status done = database.Execute(sql);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text);
  }
  void Insert(std::uint64_t n, const replay::Step& step) {
    auto parsed = event::ParseHostEvent({{"type", step.type}, {"data", step.data}}, true);
    auto* said = std::get_if<event::HostEvent>(&parsed);
    ASSERT_NE(said, nullptr);
    event::Event event;
    event.sequence = Sequence{n};
    event.type = said->type;
    event.data = said->data;
    const std::string body = event::EncodeBody(event, Epoch{kEpoch});
    for (sqlite::Database* database : {&*hq_, &*journal_}) {
      auto insert = database->Prepare("INSERT INTO event VALUES (?, ?, 1, ?, 1, 1, ?, ?)");
      ASSERT_TRUE(insert.ok());
      ASSERT_TRUE(insert
                      ->Run({n, kEpoch, static_cast<std::uint64_t>(event.type), n,
                             sqlite::Bind::Blob(body)})
                      .ok());
    }
  }
  Findings Look() {
    Findings findings;
    const Status read =
        Verify({"demo/s001/k1", folder_ + "/hq.db", folder_ + "/journal.db", answers_, Stream()},
               findings);
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().text);
    return findings;
  }

  std::string folder_;
  std::vector<replay::Order> orders_;
  std::optional<sqlite::Database> hq_;
  std::optional<sqlite::Database> journal_;
  std::vector<Answer> answers_;
};

TEST_F(VerifyTest, FindsNothingWhereNothingIsWrong) {
  const Findings findings = Look();
  EXPECT_TRUE(findings.AllWell()) << ::testing::PrintToString(findings.examples);
  EXPECT_EQ(findings.answered, kEvents);
  EXPECT_EQ(findings.at_hq, kEvents);
  EXPECT_EQ(findings.in_journals, kEvents);
}

TEST_F(VerifyTest, SeesALostEvent) {
  Sql(*hq_, "DELETE FROM event WHERE sequence = 20");
  const Findings findings = Look();
  EXPECT_EQ(findings.missing, 1U);
  EXPECT_EQ(findings.gaps, 1U);
}

TEST_F(VerifyTest, SeesTheLastEventMissing) {
  Sql(*hq_, "DELETE FROM event WHERE sequence = 60");
  EXPECT_EQ(Look().missing, 1U);
}

TEST_F(VerifyTest, SeesAnEventThatWasRecordedTwice) {
  for (sqlite::Database* database : {&*hq_, &*journal_}) {
    Sql(*database,
        "INSERT INTO event SELECT 61, epoch, 1, type, journey, stream, number, body FROM event "
        "WHERE sequence = 20");
  }
  EXPECT_EQ(Look().doubled, 2U);  // once at headquarters, once in the journal
}

TEST_F(VerifyTest, SeesTwoEventsThatChangedPlaces) {
  for (sqlite::Database* database : {&*hq_, &*journal_}) {
    Sql(*database, "UPDATE event SET sequence = 41 - sequence WHERE sequence IN (20, 21)");
  }
  const Findings findings = Look();
  EXPECT_GE(findings.missing + findings.different, 1U);
}

TEST_F(VerifyTest, SeesAnswersOutOfOrder) {
  std::swap(answers_[20], answers_[21]);
  EXPECT_GE(Look().reordered, 1U);
}

TEST_F(VerifyTest, SeesAnEventInAnotherJourney) {
  Sql(*hq_, "UPDATE event SET journey = 2 WHERE sequence = 20");
  const Findings findings = Look();
  EXPECT_EQ(findings.reordered, 1U);
  EXPECT_EQ(findings.different, 1U);  // from the journal's
}

TEST_F(VerifyTest, SeesOtherContent) {
  Sql(*hq_,
      "UPDATE event SET body = (SELECT body FROM event AS other WHERE other.type = event.type AND "
      "other.sequence > event.sequence + 10 AND other.body <> event.body LIMIT 1) "
      "WHERE sequence = (SELECT min(sequence) FROM event WHERE type = 68)");
  EXPECT_EQ(Look().different, 2U);  // from the host's, from the journal's
}

TEST_F(VerifyTest, SeesPositionsThatWereGivenUp) {
  Sql(*hq_, "DELETE FROM event WHERE sequence = 20");
  Sql(*hq_, "INSERT INTO void_run VALUES (1, " + std::to_string(kEpoch) + ", 1)");
  const Findings findings = Look();
  EXPECT_EQ(findings.voided, 1U);
  EXPECT_EQ(findings.missing, 1U);
  EXPECT_EQ(findings.gaps, 0U);
}

TEST_F(VerifyTest, SeesEventsOfAnotherEpoch) {
  Sql(*hq_, "UPDATE event SET epoch = epoch + 1 WHERE sequence = 60");
  EXPECT_FALSE(Look().AllWell());
}

}  // namespace
}  // namespace trayline::prove
