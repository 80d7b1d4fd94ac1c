// Reader: takes settings out of a TOML document one by one, collects what is wrong with line and
// key, and finds the settings that nobody asked for. Internal to firmware/config.
#ifndef TRAYLINE_FIRMWARE_CONFIG_READER_H_
#define TRAYLINE_FIRMWARE_CONFIG_READER_H_

#include <toml++/toml.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace trayline::config {

class Reader {
 public:
  // document and name must outlive the reader.
  Reader(const toml::table& document, const std::string& name) : document_(document), name_(name) {}

  // key is "section.name" or "name". A setting that is not there leaves target as it is.
  void Integer(std::string_view key, std::int64_t least, std::int64_t greatest,
               std::int64_t& target);
  void Bool(std::string_view key, bool& target);
  void Text(std::string_view key, std::string& target);
  void Texts(std::string_view key, std::vector<std::string>& target);
  // parse says why a text is not acceptable by returning an error.
  void Parsed(std::string_view key, const std::function<Status(const std::string&)>& parse);
  // A problem of a setting that is there but does not fit with others.
  void Complain(std::string_view key, const std::string& reason);

  // Every problem, unknown settings included, one line each; ok when there are none.
  Status Finish();

 private:
  const toml::node* Node(std::string_view key);
  void FindUnknown();
  void CheckKnown(const std::string& key, const toml::node& node);
  void Add(const toml::node* node, std::string_view key, const std::string& reason);

  const toml::table& document_;
  const std::string& name_;
  std::set<std::string, std::less<>> asked_;
  std::vector<std::string> problems_;
};

}  // namespace trayline::config

#endif  // TRAYLINE_FIRMWARE_CONFIG_READER_H_
