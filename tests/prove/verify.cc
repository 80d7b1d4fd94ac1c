#include "tests/prove/verify.h"

#include <map>
#include <set>
#include <utility>

#include "agent/event/event.h"
#include "agent/event/json_form.h"
#include "agent/sqlite/database.h"
#include "agent/sqlite/statement.h"

namespace trayline::prove {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kExamplesMax = 12;

struct Held {
  std::int64_t type = 0;
  std::uint64_t journey = 0;
  std::string body;
};
using Rows = std::map<std::uint64_t, Held>;

Result<sqlite::Database> OpenToRead(const std::string& path) {
  sqlite::OpenOptions options;
  options.path = path;
  options.access = sqlite::Access::kReadOnly;
  auto database = sqlite::Database::Open(options);
  if (!database) return database.error().In(path);
  return database;
}

// sequence, type, journey, body of each row.
Status ReadRows(sqlite::Database& database, const std::string& sql,
                std::initializer_list<sqlite::Bind> values, Rows& rows, std::uint64_t& twice) {
  auto select = database.Prepare(sql);
  if (!select) return select.error();
  return select->ForEach(values, [&](const sqlite::Row& row) {
    Held held{row.Int(1), row.Unsigned(2), std::string(row.Blob(3))};
    twice += rows.emplace(row.Unsigned(0), std::move(held)).second ? 0U : 1U;
    return sqlite::Visit::kContinue;
  });
}

Result<std::uint64_t> Count(sqlite::Database& database, const std::string& sql,
                            std::initializer_list<sqlite::Bind> values) {
  auto select = database.Prepare(sql);
  if (!select) return select.error();
  std::uint64_t count = 0;
  Status read = select->ForEach(values, [&](const sqlite::Row& row) {
    count = row.Unsigned(0);
    return sqlite::Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  return count;
}

constexpr const char* kOfTerminal =
    " JOIN terminal ON terminal.id = terminal_id WHERE "
    "tenant || '/' || store || '/' || terminal.terminal = ? AND ";

// The data as it leaves a terminal; null when it cannot be read.
Json DataOf(const Held& held, std::uint64_t sequence) {
  const auto type = static_cast<event::EventType>(held.type);
  const auto event = event::DecodeBody(held.body, Epoch{1}, Sequence{sequence}, type, held.journey);
  if (!event.ok()) return nullptr;
  return Json(event::DataToJson(type, event->data, event::Audience::kOutside));
}

// Everything of sent is in held; held may say more. Flattened, both are lists of paths with values.
bool Holds(const Json& held, const Json& sent) {
  if (sent.empty()) return true;
  if (!held.is_object()) return false;
  const Json there = held.flatten();
  const Json wanted = sent.flatten();
  for (const auto& [path, value] : wanted.items()) {
    const auto found = there.find(path);
    if (found == there.end() || *found != value) return false;
  }
  return sent.value("lines", Json::array()).size() == held.value("lines", Json::array()).size();
}

class Comparison {
 public:
  Comparison(Claim claim, Findings& findings) : claim_(std::move(claim)), findings_(findings) {}

  Status Run() {
    if (claim_.answers.empty()) return {};
    epoch_ = claim_.answers.front().epoch;
    if (Status read = ReadHq(); !read.ok()) return read;
    CompareAnswers();
    CompareNumbers();
    return CompareJournal();
  }

 private:
  Status ReadHq() {
    auto database = OpenToRead(claim_.hq_database);
    if (!database) return database.error();
    std::uint64_t twice = 0;
    Status read = ReadRows(*database,
                           std::string("SELECT sequence, event.type, journey, body FROM event") +
                               kOfTerminal + "event.epoch = ?",
                           {claim_.terminal, epoch_}, rows_, twice);
    if (!read.ok()) return read;
    if (twice > 0) findings_.Wrong(findings_.doubled, Where(0) + "two rows of one number");
    findings_.at_hq += rows_.size();
    const auto voided = Count(*database,
                              std::string("SELECT coalesce(sum(count), 0) FROM void_run") +
                                  kOfTerminal + "void_run.epoch = ?",
                              {claim_.terminal, epoch_});
    if (!voided) return voided.error();
    const auto others = Count(
        *database, std::string("SELECT count(*) FROM event") + kOfTerminal + "event.epoch <> ?",
        {claim_.terminal, epoch_});
    if (!others) return others.error();
    for (std::uint64_t i = 0; i < *voided; ++i) {
      findings_.Wrong(findings_.voided, Where(0) + "positions given up");
    }
    if (*others > 0) findings_.Wrong(findings_.different, Where(0) + "events of other epochs");
    voided_ = *voided;
    return {};
  }

  [[nodiscard]] std::string Where(std::uint64_t id) const {
    return claim_.terminal + (id == 0 ? "" : " host's event " + std::to_string(id)) + ": ";
  }

  void CompareAnswers() {
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < claim_.answers.size(); ++i) {
      const Answer& answer = claim_.answers[i];
      const replay::Step& step = claim_.sent.Next();
      ++findings_.answered;
      if (answer.first == 0) {
        ++findings_.no_change;
        continue;
      }
      CompareOne(i + 1, answer, step);
      if (answer.first <= before) {
        findings_.Wrong(findings_.reordered, Where(i + 1) + "answered as " +
                                                 std::to_string(answer.first) + " behind " +
                                                 std::to_string(before));
      }
      before = answer.last;
    }
  }

  void CompareOne(std::uint64_t id, const Answer& answer, const replay::Step& step) {
    const auto type = event::TypeFromName(step.type);
    const auto number = static_cast<std::int64_t>(type.value_or(event::EventType{}));
    ++sent_[number];
    if (answer.epoch != epoch_) {
      findings_.Wrong(findings_.different, Where(id) + "answered in another epoch");
      return;
    }
    const Held* held = nullptr;
    std::uint64_t at = 0;
    for (std::uint64_t sequence = answer.first; sequence <= answer.last; ++sequence) {
      const auto row = rows_.find(sequence);
      if (row == rows_.end() || row->second.type != number) continue;
      if (held != nullptr) findings_.Wrong(findings_.doubled, Where(id) + "twice in its answer");
      held = &row->second;
      at = sequence;
    }
    if (held == nullptr) {
      findings_.Wrong(findings_.missing, Where(id) + step.type + " answered as " +
                                             std::to_string(answer.first) + " to " +
                                             std::to_string(answer.last) + " is not there");
      return;
    }
    if (held->journey != answer.journey) {
      findings_.Wrong(findings_.reordered, Where(id) + "is in another journey");
    }
    const Json data = DataOf(*held, at);
    if (!Holds(data, step.data)) {
      findings_.Wrong(findings_.different,
                      Where(id) + "sent " + step.data.dump() + ", held " + data.dump());
    }
  }

  // Kinds of events that only hosts make, so many times as they were sent; and no hole.
  void CompareNumbers() {
    std::map<std::int64_t, std::uint64_t> held;
    for (const auto& [sequence, row] : rows_) ++held[row.type];
    for (const auto& [type, count] : sent_) {
      const bool agents_too = type == static_cast<std::int64_t>(event::EventType::kJourneyStarted);
      if (agents_too || held[type] <= count) continue;
      for (std::uint64_t i = count; i < held[type]; ++i) {
        findings_.Wrong(findings_.doubled,
                        Where(0) + event::ShortTypeName(static_cast<event::EventType>(type)) + " " +
                            std::to_string(held[type]) + " times, sent " + std::to_string(count));
      }
    }
    const std::uint64_t last = rows_.empty() ? 0 : rows_.rbegin()->first;
    const std::uint64_t there = rows_.size() + voided_;
    for (std::uint64_t i = there; i < last; ++i) {
      findings_.Wrong(findings_.gaps, Where(0) + std::to_string(there) + " of " +
                                          std::to_string(last) + " positions are there");
    }
  }

  // The journal may have let go of what headquarters has; what it keeps is the same.
  Status CompareJournal() {
    auto database = OpenToRead(claim_.journal);
    if (!database) return database.error();
    // What one request's event has caused was written in one piece.
    const auto doubled = Count(*database,
                               "SELECT count(*) FROM (SELECT 1 FROM event WHERE number > 0 "
                               "GROUP BY stream, number "
                               "HAVING max(sequence) - min(sequence) + 1 <> count(*))",
                               {});
    if (!doubled) return doubled.error();
    for (std::uint64_t i = 0; i < *doubled; ++i) {
      findings_.Wrong(findings_.doubled, Where(0) + "one id twice in the journal");
    }
    Rows kept;
    std::uint64_t twice = 0;
    Status read =
        ReadRows(*database, "SELECT sequence, type, journey, body FROM event", {}, kept, twice);
    if (!read.ok()) return read;
    for (const auto& [sequence, row] : kept) {
      const auto there = rows_.find(sequence);
      if (there == rows_.end()) continue;  // its last words, after everything had been sent
      ++findings_.in_journals;
      const bool same = there->second.type == row.type && there->second.journey == row.journey &&
                        DataOf(there->second, sequence) == DataOf(row, sequence);
      if (!same) {
        findings_.Wrong(findings_.different,
                        Where(0) + std::to_string(sequence) + " is not as in the journal");
      }
    }
    return {};
  }

  Claim claim_;
  Findings& findings_;
  std::uint64_t epoch_ = 0;
  Rows rows_;
  std::uint64_t voided_ = 0;
  std::map<std::int64_t, std::uint64_t> sent_;
};

}  // namespace

void Findings::Wrong(std::uint64_t& count, const std::string& example) {
  ++count;
  if (examples.size() < kExamplesMax) examples.push_back(example);
}

Status Verify(Claim claim, Findings& findings) {
  return Comparison(std::move(claim), findings).Run();
}

}  // namespace trayline::prove
