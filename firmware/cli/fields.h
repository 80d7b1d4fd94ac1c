// Fields of a JSON document that somebody else wrote: a member that is missing, or is of another
// kind than expected, gives the fallback instead of an exception. Pure.
#ifndef TRAYLINE_FIRMWARE_CLI_FIELDS_H_
#define TRAYLINE_FIRMWARE_CLI_FIELDS_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace trayline::cli {

using Json = nlohmann::ordered_json;

std::string TextOf(const Json& json, const char* name, const std::string& fallback = {});
// Whole numbers only; one that does not fit becomes the nearest that does.
std::int64_t NumberOf(const Json& json, const char* name, std::int64_t fallback = 0);
// The same for what is never negative: sequence numbers, epochs.
std::uint64_t CountOf(const Json& json, const char* name, std::uint64_t fallback = 0);
bool FlagOf(const Json& json, const char* name);
// The object or list of this name; an empty one when there is none. The reference is into json or
// to a constant.
const Json& ObjectOf(const Json& json, const char* name);
const Json& ListOf(const Json& json, const char* name);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_FIELDS_H_
