#include "openapi_check.h"

#include <algorithm>
#include <fstream>

namespace trayline::api {
namespace {

using nlohmann::json;

bool IsOfType(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return type == "null" && value.is_null();
}

bool FitsType(const json& type, const json& value) {
  if (type.is_string()) return IsOfType(value, type);
  return std::any_of(type.begin(), type.end(),
                     [&](const json& one) { return IsOfType(value, one); });
}

bool FitsTemplate(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = pattern.substr(0, pattern.find('/', 1));
    const std::string_view given = path.substr(0, path.find('/', 1));
    if (!wanted.starts_with("/{") && wanted != given) return false;
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(given.size());
  }
  return pattern.empty() && path.empty();
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

OpenApiCheck::OpenApiCheck() {
  std::ifstream file(TRAYLINE_OPENAPI);
  document_ = json::parse(file, nullptr, false);
}

std::string OpenApiCheck::TemplateOf(std::string_view path) const {
  for (const auto& [pattern, item] : document_["paths"].items()) {
    if (FitsTemplate(pattern, path)) return pattern;
  }
  return {};
}

const json& OpenApiCheck::Resolve(const json& node) const {
  if (!node.contains("$ref")) return node;
  return document_.at(json::json_pointer(node["$ref"].get<std::string>().substr(1)));
}

std::string OpenApiCheck::Check(const std::string& method, std::string_view path, int status,
                                std::string_view content_type, const std::string& body) const {
  const std::string what = method + ' ' + std::string(path) + ' ' + std::to_string(status);
  const json& responses = document_["components"]["responses"];
  const auto say = [&](const std::string& wrong) {
    return wrong.empty() ? wrong : what + ": " + wrong;
  };
  const std::string pattern = TemplateOf(path);
  if (pattern.empty() && status == 404) {
    return say(CheckBody(responses["NotFound"], content_type, body));
  }
  if (status == 401 && (pattern.empty() || !document_["paths"][pattern].contains(Lower(method)))) {
    return say(CheckBody(responses["Unauthorized"], content_type, body));
  }
  if (pattern.empty()) return what + ": the path is not documented";
  const json& item = document_["paths"][pattern];
  const std::string operation = method == "HEAD" ? "get" : Lower(method);
  if (!item.contains(operation)) {
    if (status != 405) return what + ": the method is not documented";
    return say(CheckBody(responses["MethodNotAllowed"], content_type, body));
  }
  const json& documented = item[operation]["responses"];
  const std::string code = std::to_string(status);
  if (!documented.contains(code)) return what + ": the status is not documented";
  return method == "HEAD" ? "" : say(CheckBody(Resolve(documented[code]), content_type, body));
}

std::string OpenApiCheck::CheckBody(const json& response, std::string_view content_type,
                                    const std::string& body) const {
  const std::string type(content_type);
  if (!response["content"].contains(type)) return "content type " + type + " is not documented";
  if (type.starts_with("text/")) return {};
  const json value = json::parse(body, nullptr, false);
  if (value.is_discarded()) return "the body is not JSON: " + body;
  return Mismatch(response["content"][type]["schema"], value, "");
}

std::string OpenApiCheck::Mismatch(const json& unresolved, const json& value,
                                   const std::string& place) const {
  const json& schema = Resolve(unresolved);
  if (schema.contains("type") && !FitsType(schema["type"], value)) {
    return place + ": wrong type: " + value.dump();
  }
  if (schema.contains("const") && schema["const"] != value) return place + ": " + value.dump();
  if (schema.contains("enum")) {
    const json& words = schema["enum"];
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      return place + ": not one of the words: " + value.dump();
    }
  }
  if (schema.contains("minimum") && value.is_number() && value < schema["minimum"]) {
    return place + ": below the minimum: " + value.dump();
  }
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      auto wrong = Mismatch(schema["items"], value[i], place + '/' + std::to_string(i));
      if (!wrong.empty()) return wrong;
    }
  }
  return value.is_object() ? MembersMismatch(schema, value, place) : "";
}

std::string OpenApiCheck::MembersMismatch(const json& schema, const json& value,
                                          const std::string& place) const {
  for (const json& part : schema.value("allOf", json::array())) {
    for (const json& name : Resolve(part).value("required", json::array())) {
      if (!value.contains(name)) return place + ": has no " + name.dump();
    }
  }
  for (const json& name : schema.value("required", json::array())) {
    if (!value.contains(name)) return place + ": has no " + name.dump();
  }
  const bool free_form = !schema.contains("properties") && !schema.contains("allOf");
  if (free_form) return {};
  for (const auto& [name, member] : value.items()) {
    const json* property = PropertyOf(schema, name);
    if (property == nullptr) return place + '/' + name + ": is not documented";
    auto wrong = Mismatch(*property, member, place + '/' + name);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

const json* OpenApiCheck::PropertyOf(const json& schema, const std::string& name) const {
  if (schema.contains("properties") && schema["properties"].contains(name)) {
    return &schema["properties"][name];
  }
  if (!schema.contains("allOf")) return nullptr;
  for (const json& part : schema["allOf"]) {
    if (const json* found = PropertyOf(Resolve(part), name)) return found;
  }
  return nullptr;
}

}  // namespace trayline::api
