#include "tests/bench/damaged_journal.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "agent/base/log.h"
#include "agent/journal/journal.h"
#include "tests/bench/recorded_events.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"

namespace trayline::bench {
namespace {

constexpr std::size_t kBatch = 4096;
constexpr std::size_t kRecorded = 20'000;  // real orders, again and again

// How many events it took. Bodies are real ones: a salvage takes nothing else.
Result<std::uint64_t> FillTo(const std::string& path, std::uint64_t bytes) {
  const auto recording = RecordOrders(TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv", kRecorded, 1);
  if (!recording.ok()) return recording.error();
  fakes::ManualClock clock;
  fakes::SeededRandom random(1);
  Log log = NullLog();
  journal::Options options;
  options.path = path;
  options.boot_id = "bench";
  auto journal = journal::Journal::Open(options, clock, random, log);
  if (!journal.ok()) return journal.error();
  std::uint64_t last = 0;
  Status committed;
  while (std::filesystem::file_size(path) < bytes) {
    ports::Transaction transaction;
    for (std::size_t i = 0; i < kBatch; ++i) {
      ports::StoredEvent event = recording->rows[last % recording->rows.size()];
      event.sequence = Sequence{++last};
      event.stream = 0;
      event.number = 0;
      event.digest = 0;
      transaction.events.push_back(std::move(event));
    }
    (*journal)->Submit(std::move(transaction), [&committed](Status status) {
      if (!status.ok()) committed = std::move(status);
    });
    (*journal)->RunOnce();
    if (!committed.ok()) return committed.error();
  }
  if (Status closed = (*journal)->Close(); !closed.ok()) return closed.error();
  return last;
}

Status Damage(const std::string& path, std::uint64_t pages, std::uint64_t seed) {
  fakes::SeededRandom random(seed);
  const std::uint64_t count = std::filesystem::file_size(path) / journal::kPageBytes;
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  for (std::uint64_t i = 0; i < pages; ++i) {
    const std::uint64_t page = 1 + random.Next() % (count - 1);
    std::string noise;
    while (noise.size() < journal::kPageBytes) {
      const std::uint64_t word = random.Next();
      for (unsigned shift = 0; shift < 64; shift += 8) {
        noise.push_back(static_cast<char>((word >> shift) & 0xFF));
      }
    }
    file.seekp(static_cast<std::streamoff>(page * journal::kPageBytes));
    file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  }
  file.close();
  if (!file) return Error{Errc::kRetryLater, "cannot write " + path};
  return {};
}

}  // namespace

Result<DamagedJournal> MakeDamagedJournal(const std::string& path, std::uint64_t bytes,
                                          std::uint64_t damaged_pages, std::uint64_t seed) {
  const auto events = FillTo(path, bytes);
  if (!events.ok()) return events.error();
  if (Status status = Damage(path, damaged_pages, seed); !status.ok()) return status.error();
  return DamagedJournal{*events, std::filesystem::file_size(path)};
}

}  // namespace trayline::bench
