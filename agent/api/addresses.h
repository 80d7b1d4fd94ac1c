// api.json: where the agent serves its API, written by the daemon and read by the command line.
// Content: {"http":"127.0.0.1:41233","unix":"/.../trayline.sock","pid":123}; an address that is not
// served is empty. Reads and writes the disk.
#ifndef TRAYLINE_AGENT_API_ADDRESSES_H_
#define TRAYLINE_AGENT_API_ADDRESSES_H_

#include <cstdint>
#include <string>

#include "agent/base/result.h"

namespace trayline::api {

struct Addresses {
  std::string http;
  std::string unix_socket;
  std::int64_t pid = 0;
  friend bool operator==(const Addresses&, const Addresses&) = default;
};

// Mode 0644: it holds no secret.
Status WriteAddresses(const std::string& path, const Addresses& addresses);
// kNotFound: there is no such file; kCorrupt: it is not one.
Result<Addresses> ReadAddresses(const std::string& path);

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_ADDRESSES_H_
