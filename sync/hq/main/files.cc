#include "sync/hq/main/files.h"

#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "agent/platform/files.h"

namespace trayline::hq {
namespace {

constexpr std::size_t kGenerationFileMax = 200;
constexpr ::mode_t kGenerationMode = 0640;

}  // namespace

Result<std::uint64_t> GenerationFile::Load(const std::string& database_id) {
  database_id_ = database_id;
  auto text = platform::ReadSmallFile(path_, kGenerationFileMax);
  if (!text.ok() && text.error().code != Errc::kNotFound) return text.error();
  if (!text.ok()) {
    if (Status status = Write(1); !status.ok()) return status.error();
    return std::uint64_t{1};
  }
  std::uint64_t generation = 0;
  const char* end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, generation);
  std::string_view rest(at, static_cast<std::size_t>(end - at));
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  if (error != std::errc() || generation == 0 || !rest.starts_with(' ')) {
    return Error{Errc::kCorrupt, path_ + " must hold '<generation> <database id>'; write a " +
                                     "generation that is higher than any before, such as '1000 -'"};
  }
  if (rest.substr(1) == database_id) return generation;
  if (Status status = Write(generation + 1); !status.ok()) return status.error();
  return generation + 1;
}

Status GenerationFile::Raise(std::uint64_t generation) { return Write(generation); }

Status GenerationFile::Write(std::uint64_t generation) const {
  return platform::WriteFileDurably(path_, std::to_string(generation) + " " + database_id_ + "\n",
                                    kGenerationMode);
}

}  // namespace trayline::hq
