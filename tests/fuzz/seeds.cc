// Makes the seeds that tests/fuzz/corpus began with, out of real orders and real values:
//   fuzz_seeds FOLDER    writes FOLDER/<target>/<name>
// scripts/fuzz --minimise merges them with what is kept; nothing runs this in a test.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/check.h"
#include "agent/base/hash.h"
#include "agent/base/varint.h"
#include "agent/journal/journal.h"
#include "agent/journey/journey.h"
#include "agent/sqlite/database.h"
#include "firmware/replay/chipotle.h"
#include "firmware/replay/plan.h"
#include "sync/wire/compressor.h"
#include "sync/wire/frame.h"
#include "sync/wire/frame_layout.h"
#include "sync/wire/messages.h"
#include "sync/wire/topics.h"
#include "sync/wire/vocabulary.h"
#include "tests/bench/recorded_events.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"

namespace trayline::fuzz {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string kOrdersFile = std::string(TRAYLINE_TEST_DATA) + "/chipotle/chipotle.tsv";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string FirstLines(const std::string& text, int count) {
  std::size_t end = 0;
  for (int i = 0; i < count; ++i) end = text.find('\n', end) + 1;
  return text.substr(0, end);
}

class Corpus {
 public:
  explicit Corpus(fs::path folder) : folder_(std::move(folder)) {}

  void Add(const std::string& target, std::string_view bytes) {
    const fs::path folder = folder_ / target;
    fs::create_directories(folder);
    std::ofstream(folder / ("seed" + std::to_string(++counts_[target])), std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  fs::path folder_;
  std::map<std::string, int> counts_;
};

// The same frame with its body as it is, so that changes reach the columns.
std::string Stored(const std::string& frame) {
  constexpr std::size_t kCodecAt = 3;
  constexpr std::size_t kHashEnd = 8;
  const auto codec = static_cast<std::uint8_t>(frame[kCodecAt]);
  if ((codec & wire::kCodecZstd) == 0) return frame;
  const std::string_view covered =
      std::string_view(frame).substr(0, frame.size() - wire::kChecksumBytes);
  VarintReader in(covered.substr(kHashEnd));
  for (int i = 0; i < 4; ++i) in.Varint();  // epoch, first, count, catalogue
  in.Bytes(frame.size());                   // bits
  TRAYLINE_CHECK(in.ok());
  const bool knows = (codec >> wire::kCodecVocabularyShift) != wire::kNoVocabulary;
  wire::Decompressor decompressor(knows ? wire::Dictionary1() : std::string_view());
  std::string body;
  TRAYLINE_CHECK(decompressor.Decompress(in.rest(), wire::kFrameRawMax, body));
  std::string stored(covered.substr(0, covered.size() - in.rest().size()));
  stored[kCodecAt] = static_cast<char>(codec & ~unsigned{wire::kCodecZstd});
  stored += body;
  wire::PutFixed32(stored, Crc32(stored));
  return stored;
}

void AddFrame(Corpus& corpus, Epoch epoch, std::span<const event::Event> events,
              std::span<const wire::VoidRun> voids) {
  wire::FrameEncoder encoder;
  const Sequence first = voids.empty() ? events.front().sequence : voids.front().first;
  const auto frame = encoder.Encode({"demo", "s001", "k1"}, epoch, first, events, voids);
  TRAYLINE_CHECK(frame.ok());
  corpus.Add("frame", frame->bytes);
  corpus.Add("frame", Stored(frame->bytes));
}

void AddFrames(Corpus& corpus, const bench::Recording& recording) {
  const auto events = bench::DecodeRows(recording);
  TRAYLINE_CHECK(events.ok());
  const std::span<const event::Event> all(*events);
  for (const std::size_t count : {1U, 12U, 40U}) {
    AddFrame(corpus, recording.epoch, all.subspan(20, count), {});
  }
  const wire::VoidRun run{.first = Sequence{1}, .count = 20, .quota = {}, .reason = 1};
  AddFrame(corpus, recording.epoch, all.subspan(20, 5), std::span(&run, 1));
}

void AddMessages(Corpus& corpus) {
  wire::Birth birth;
  birth.birth_number = 12;
  birth.journal_id = "00112233445566778899aabbccddeeff";
  birth.opens = 3;
  birth.nonce = 0xF0E1D2C3B4A59687ULL;
  birth.hq_generation = 2;
  birth.epoch = Epoch{1'795'000'000};
  birth.first = Sequence{1};
  birth.last = Sequence{99};
  birth.acked = Sequence{80};
  birth.acked_digest = 0x0102030405060708ULL;
  birth.agent_version = "0.1.0";
  birth.clock = "synced";
  birth.sent_utc_ms = 1'795'348'800'123;
  birth.device_class = "kiosk";
  corpus.Add("messages", wire::EncodeBirth(birth));
  corpus.Add("messages", wire::EncodeDeath({12, true}));
  corpus.Add("messages", wire::EncodeHqState({true, 3, "4f2a"}));
  corpus.Add("messages",
             wire::EncodeAck({birth.nonce, 3, birth.epoch, Sequence{80}, wire::kAckResume, 4}));
}

void AddTopics(Corpus& corpus) {
  const TerminalId terminal{"acme", "s12", "k1"};
  for (const auto kind : {wire::UpKind::kBirth, wire::UpKind::kDeath, wire::UpKind::kBatch,
                          wire::UpKind::kReported}) {
    corpus.Add("topics", wire::UpTopic(terminal, kind));
  }
  corpus.Add("topics", wire::AckTopic(terminal));
  corpus.Add("topics", wire::HqStateTopic(7));
  corpus.Add("topics", ToText(terminal));
  corpus.Add("topics", ToText(JourneyId{Epoch{1'795'000'000}, 17}));
}

// Bodies of POST /v1/events of one guest each: events one by one, and the whole visit as a batch.
void AddHostEvents(Corpus& corpus) {
  constexpr std::size_t kVisits = 24;
  const auto orders = replay::ParseChipotle(ReadFile(kOrdersFile));
  TRAYLINE_CHECK(orders.ok());
  const auto turns = replay::PlanRush(*orders, 1, replay::Rates{}, 1);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < kVisits; ++i) {
    Json events = Json::array();
    bool is_new = false;
    for (const replay::Step& step : turns[0][i].visit.steps) {
      is_new = seen.insert(step.type).second || is_new;
      events.push_back({{"id", events.size() + 1}, {"type", step.type}, {"data", step.data}});
    }
    if (is_new) corpus.Add("host_event", Json{{"host", "kiosk-ui"}, {"events", events}}.dump());
  }
  const Json lines = {{{"item_id", "7"}, {"quantity", 2}, {"unit_price_minor", 450}}};
  for (const char* type : {"ecommerce.cart_snapshot", "ecommerce.add_to_cart",
                           "trayline.ecommerce.purchase.v1", "order.order_submitted"}) {
    corpus.Add("host_event", Json{{"host", "till"},
                                  {"strict", true},
                                  {"type", type},
                                  {"id", "foreign-1"},
                                  {"journey_ref", "o-1"},
                                  {"data", {{"lines", lines}, {"currency", "EUR"}}}}
                                 .dump());
  }
}

void AddBodies(Corpus& corpus, const bench::Recording& recording) {
  std::set<event::EventType> seen;
  for (const auto& row : recording.rows) {
    if (!seen.insert(row.type).second) continue;
    const auto type = static_cast<unsigned>(row.type);
    std::string bytes{static_cast<char>(type & 0xFF), static_cast<char>(type >> 8),
                      static_cast<char>(row.journey & 0x7F)};
    corpus.Add("stored_body", bytes + row.body);
  }
}

void AddCheckpoints(Corpus& corpus) {
  constexpr std::size_t kJourneys = 6;
  for (const std::size_t rows : {1U, 20U, 60U}) {
    const auto recording = bench::RecordOrders(kOrdersFile, rows, 3);
    TRAYLINE_CHECK(recording.ok() && recording->checkpoint.has_value());
    corpus.Add("checkpoint", recording->checkpoint->state);
    const auto events = bench::DecodeRows(*recording);
    std::map<JourneyId, journey::Journey> journeys;
    for (const event::Event& event : *events) {
      if (event.journey.IsNone()) continue;
      journeys[event.journey].id = event.journey;
      journey::Fold(journeys[event.journey], event);
    }
    std::size_t count = 0;
    for (const auto& [id, journey] : journeys) {
      if (++count <= kJourneys) corpus.Add("checkpoint", journey::EncodeJourney(journey));
    }
  }
}

void AddRequests(Corpus& corpus) {
  const std::string host = "Host: 127.0.0.1:7311\r\n";
  const std::vector<std::string> requests{
      "GET /v1/journeys/1795000000-17?a=b%20c&d HTTP/1.1\r\n" + host + "\r\n",
      "POST /v1/events HTTP/1.1\r\n" + host +
          "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n" + host +
          "Connection: close\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\n" + host +
          "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n2;x=y\r\n{}\r\n0\r\nT: "
          "t\r\n\r\n",
      "OPTIONS /v1/events HTTP/1.1\r\n" + host +
          "Origin: https://kiosk.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
      "\r\nHEAD /v1/journeys/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
  };
  for (const std::string& request : requests) corpus.Add("http_request", request);
}

void AddConfigurations(Corpus& corpus) {
  const std::string shipped =
      ReadFile(std::string(TRAYLINE_TEST_DATA) + "/../../firmware/config/trayline.conf");
  TRAYLINE_CHECK(!shipped.empty());
  // Its settings without its explanations, and so that they count.
  std::string settings;
  std::size_t at = 0;
  while (at < shipped.size()) {
    const std::size_t end = shipped.find('\n', at);
    std::string line = shipped.substr(at, end - at);
    at = end + 1;
    if (line.starts_with('#') && line.size() > 1 && line[1] != ' ') line.erase(0, 1);
    if (!line.empty() && !line.starts_with('#')) settings += line + "\n";
  }
  corpus.Add("configuration", settings);
  corpus.Add("configuration", "hq.broker = \"ssl://hq:8883\"\nhq.ca_file = \"/etc/ca.pem\"\n");
}

// Some positions hold no event any more, and an epoch was left behind.
void GiveUp(const std::string& path) {
  sqlite::OpenOptions options;
  options.path = path;
  auto database = sqlite::Database::Open(options);
  TRAYLINE_CHECK(database.ok());
  for (const char* change : {
           "DELETE FROM event WHERE sequence BETWEEN 2 AND 4",
           "INSERT INTO void_run VALUES(2, 3, 0, 0)",
           "INSERT INTO closed_epoch VALUES(1790000000, '00112233445566778899aabbccddeeff', 1, 2,"
           " 0, 1)",
           "INSERT INTO closed_event SELECT 1790000000, 1, type, journey, body FROM event LIMIT 1",
           "INSERT INTO closed_void VALUES(1790000000, 2, 1, 1, 1)",
       }) {
    TRAYLINE_CHECK(database->Execute(change).ok());
  }
}

// Files of a journal: closed in order, or as a crash leaves them with the WAL behind.
void AddDatabase(Corpus& corpus, const bench::Recording& recording, std::size_t rows, bool close,
                 bool given_up = false) {
  fakes::TemporaryFolder folder;
  fakes::ManualClock clock;
  fakes::SeededRandom random(1);
  Log log = NullLog();
  journal::Options options;
  options.path = folder.File("journal.db");
  options.boot_id = "boot-1";
  auto journal = journal::Journal::Open(options, clock, random, log);
  TRAYLINE_CHECK(journal.ok());
  ports::Transaction transaction;
  transaction.events.assign(recording.rows.begin(),
                            recording.rows.begin() + static_cast<std::ptrdiff_t>(rows));
  transaction.streams.push_back({1, "kiosk-ui"});
  transaction.foreign_keys.push_back(
      {1, "order-1", 5, Sequence{1}, Sequence{1}, {}, clock.Wall(), {}});
  if (recording.rows.size() == rows) transaction.checkpoint = recording.checkpoint;
  (*journal)->Submit(std::move(transaction),
                     [](const Status& status) { TRAYLINE_CHECK(status.ok()); });
  while ((*journal)->RunOnce()) {
  }
  (*journal)->Acknowledge((*journal)->State().epoch, Sequence{rows / 2});
  if (close) {
    TRAYLINE_CHECK((*journal)->Close().ok());
    journal->reset();
  }
  if (given_up) GiveUp(options.path);
  std::string bytes = ReadFile(options.path);
  if (!close) bytes += ReadFile(options.path + "-wal");
  corpus.Add("database", bytes);
}

void AddTables(Corpus& corpus) {
  const std::string data = TRAYLINE_TEST_DATA;
  constexpr int kLines = 12;
  corpus.Add("replay_csv", FirstLines(ReadFile(kOrdersFile), kLines));
  corpus.Add("replay_csv",
             FirstLines(ReadFile(data + "/rees46_cosmetics/data_2022_oct.csv"), kLines));
  corpus.Add("replay_csv", FirstLines(ReadFile(data + "/jdata/JData_Action_201602.csv"), kLines));
}

void AddAll(Corpus& corpus) {
  const auto small = bench::RecordOrders(kOrdersFile, 10, 3);
  const auto large = bench::RecordOrders(kOrdersFile, 600, 3);
  TRAYLINE_CHECK(small.ok() && large.ok());
  AddFrames(corpus, *large);
  AddMessages(corpus);
  AddTopics(corpus);
  AddHostEvents(corpus);
  AddBodies(corpus, *large);
  AddCheckpoints(corpus);
  AddRequests(corpus);
  AddConfigurations(corpus);
  AddDatabase(corpus, *small, 1, true);
  AddDatabase(corpus, *small, small->rows.size(), true);
  AddDatabase(corpus, *small, small->rows.size(), true, true);
  AddDatabase(corpus, *small, 3, false);
  AddTables(corpus);
}

}  // namespace
}  // namespace trayline::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  trayline::fuzz::Corpus corpus(argv[1]);
  trayline::fuzz::AddAll(corpus);
  return 0;
}
