#include "agent/api/addresses.h"

#include <nlohmann/json.hpp>

#include "agent/platform/files.h"

namespace trayline::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kFileMax = 4096;
constexpr ::mode_t kMode = 0644;

std::string TextOf(const Json& json, const char* name) {
  const auto it = json.find(name);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

Status WriteAddresses(const std::string& path, const Addresses& addresses) {
  const Json json{
      {"http", addresses.http}, {"unix", addresses.unix_socket}, {"pid", addresses.pid}};
  return platform::WriteFileDurably(
      path, json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n', kMode);
}

Result<Addresses> ReadAddresses(const std::string& path) {
  const auto text = platform::ReadSmallFile(path, kFileMax);
  if (!text) return text.error();
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return Error{Errc::kCorrupt, path + " is not a JSON object"};
  Addresses addresses{TextOf(json, "http"), TextOf(json, "unix"), 0};
  const auto pid = json.find("pid");
  if (pid != json.end() && pid->is_number_integer()) addresses.pid = pid->get<std::int64_t>();
  if (addresses.http.empty() && addresses.unix_socket.empty()) {
    return Error{Errc::kCorrupt, path + " names no address"};
  }
  return addresses;
}

}  // namespace trayline::api
