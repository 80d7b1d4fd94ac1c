#include "tests/system/site.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/event/event_type.h"
#include "agent/sqlite/database.h"
#include "agent/sqlite/statement.h"

namespace trayline::system_test {
namespace {

constexpr const char* kBin = TRAYLINE_BIN;
constexpr Millis kCallTimeout{8'000};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  std::string out = text.str();
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

std::optional<Json> Document(const Result<http::ClientResponse>& response) {
  if (!response.ok() || response->status != 200) return std::nullopt;
  Json json = Json::parse(response->body, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

http::Client ClientTo(const std::string& address) {
  http::ClientOptions options;
  options.address = address;
  options.timeout = kCallTimeout;
  return http::Client(options);
}

}  // namespace

Folder::Folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "trayline-XXXXXX";
  const char* made = ::mkdtemp(pattern.data());
  EXPECT_NE(made, nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  if (::testing::Test::HasFailure()) {
    std::fprintf(stderr, "what the processes left is in %s\n", path_.c_str());
    return;
  }
  std::error_code ignored;  // a left-over folder fails no test
  std::filesystem::remove_all(path_, ignored);
}

// --- Agent ------------------------------------------------------------------------------------

Agent::Agent(const Folder& folder, const std::string& name, const std::string& broker_uri,
             const std::string& more_config)
    : directory_(folder.path() + "/" + name), terminal_("demo/s001/" + name) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ + "/trayline.conf")
      << more_config << "\n[terminal]\nid = \"" << terminal_ << "\"\n[storage]\ndirectory = \""
      << directory_ << "\"\n[api]\nlisten = \"127.0.0.1:0\"\n[hq]\nbroker = \"" << broker_uri
      << "\"\n";
}

bool Agent::FindAddress() {
  const Json addresses = Json::parse(ReadFile(directory_ + "/api.json"), nullptr, false);
  if (!addresses.is_object() || addresses.value("pid", 0) != child_.pid()) return false;
  token_ = ReadFile(directory_ + "/api.token");
  client_.emplace(ClientTo(addresses.value("http", std::string())));
  return true;
}

bool Agent::Start() {
  client_.reset();
  std::vector<std::string> words = before_;
  words.insert(words.end(),
               {std::string(kBin) + "/traylined", "--config", directory_ + "/trayline.conf"});
  if (!child_.Start(words, log_file())) return false;
  return Eventually([this] { return FindAddress() && Get("/v1/health").has_value(); });
}

std::optional<Json> Agent::Get(const std::string& path) {
  if (!client_) return std::nullopt;
  return Document(client_->Get(path, token_));
}

std::optional<Json> Agent::Post(const Json& body) {
  if (!client_) return std::nullopt;
  return Document(client_->Post("/v1/events", body.dump(), token_));
}

int Agent::PostStatus(const std::string& body, std::string* answer) {
  const auto response = client_->Post("/v1/events", body, token_);
  if (!response.ok()) return 0;
  if (answer != nullptr) *answer = response->body;
  return response->status;
}

std::vector<Json> Agent::Events() {
  std::vector<Json> events;
  std::uint64_t after = 0;
  for (;;) {
    const auto page = Get("/v1/events?limit=1000&after=" + std::to_string(after));
    if (!page || (*page)["events"].empty()) return events;
    for (const Json& event : (*page)["events"]) events.push_back(event);
    after = (*page)["last"].get<std::uint64_t>();
  }
}

std::uint64_t Agent::Number(const std::string& section, const std::string& name) {
  const auto status = Get("/v1/status");
  return status ? (*status)[section].value(name, std::uint64_t{0}) : 0;
}

bool Agent::Drained() {
  const auto status = Get("/v1/status");
  return status && (*status)["journal"]["waiting"] == 0;
}

// --- Headquarters -----------------------------------------------------------------------------

Hq::Hq(const Folder& folder, std::string broker_uri)
    : directory_(folder.path() + "/hq"), broker_uri_(std::move(broker_uri)) {
  std::filesystem::create_directories(directory_);
}

bool Hq::Start() {
  const std::string address_file = directory_ + "/address";
  std::filesystem::remove(address_file);
  client_.reset();
  std::vector<std::string> words = before_;
  words.insert(words.end(),
               {std::string(kBin) + "/trayline-hq", "--db", directory_ + "/hq.db", "--listen",
                "127.0.0.1:0", "--broker", broker_uri_, "--address-file", address_file});
  if (!child_.Start(words, directory_ + "/log")) return false;
  return Eventually([&] {
    const std::string address = ReadFile(address_file);
    if (address.empty()) return false;
    client_.emplace(ClientTo(address));
    return Get("/v1/health").has_value();
  });
}

std::optional<Json> Hq::Get(const std::string& path) {
  if (!client_) return std::nullopt;
  return Document(client_->Get(path));
}

bool Hq::Reconciles() {
  const auto overview = Get("/v1/overview");
  return overview && (*overview)["reconciles"]["waiting_to_be_read"] == 0 &&
         (*overview)["reconciles"]["difference"] == 0;
}

std::map<std::uint64_t, std::int64_t> Hq::Events(const std::string& terminal, std::uint64_t epoch) {
  std::map<std::uint64_t, std::int64_t> events;
  sqlite::OpenOptions options;
  options.path = directory_ + "/hq.db";
  options.access = sqlite::Access::kReadOnly;
  auto database = sqlite::Database::Open(options);
  EXPECT_TRUE(database.ok());
  if (!database.ok()) return events;
  auto select = database->Prepare(
      "SELECT sequence, type FROM event JOIN terminal ON terminal.id = terminal_id WHERE "
      "tenant || '/' || store || '/' || terminal.terminal = ? AND event.epoch = ?");
  EXPECT_TRUE(select.ok());
  if (!select.ok()) return events;
  const Status read = select->ForEach({terminal, epoch}, [&events](const sqlite::Row& row) {
    events[row.Unsigned(0)] = row.Int(1);
    return sqlite::Visit::kContinue;
  });
  EXPECT_TRUE(read.ok());
  return events;
}

// --- What is said and seen --------------------------------------------------------------------

Json Event(const std::string& type, Json data, std::uint64_t id, const std::string& ref) {
  Json event{{"type", type}};
  if (!data.empty()) event["data"] = std::move(data);
  if (id != 0) event["id"] = id;
  if (!ref.empty()) event["journey_ref"] = ref;
  return event;
}

Json Batch(std::vector<Json> events, const std::string& host) {
  return Json{{"host", host}, {"events", std::move(events)}};
}

Json OneLine(const std::string& item, std::int64_t unit_price_minor) {
  return {{"lines", {{{"item_id", item}, {"unit_price_minor", unit_price_minor}}}}};
}

void ExpectAllAtHq(Agent& agent, Hq& hq) {
  const std::uint64_t epoch = agent.Number("journal", "epoch");
  const auto here = agent.Events();
  // The agent may note a connection after everything else has arrived; that arrives as well.
  std::map<std::uint64_t, std::int64_t> there;
  Eventually([&] {
    there = hq.Events(agent.terminal(), epoch);
    return there.size() >= here.size();
  });
  std::uint64_t expected = 0;
  for (const Json& event : here) {
    ++expected;
    const auto sequence = event["sequence"].get<std::uint64_t>();
    ASSERT_EQ(sequence, expected) << "the journal has a gap";
    const auto found = there.find(sequence);
    ASSERT_NE(found, there.end()) << sequence << " is missing at headquarters";
    const auto type = event::TypeFromName(event["type"].get<std::string>());
    ASSERT_TRUE(type.has_value());
    EXPECT_EQ(found->second, static_cast<std::int64_t>(*type)) << "at " << sequence;
  }
  EXPECT_EQ(there.size(), there.empty() ? 0 : there.rbegin()->first) << "headquarters has a gap";
}

}  // namespace trayline::system_test
