#include "agent/http/problem.h"

#include <cstdio>

#include "agent/base/text.h"

namespace trayline::http {
namespace {

void AppendMember(std::string& out, std::string_view name, std::string_view value) {
  AppendJsonString(out, name);
  out += ':';
  AppendJsonString(out, value);
}

// Length of the UTF-8 sequence that a lead byte announces; 1 for what cannot lead.
std::size_t Announced(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xC0) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

void AppendEscaped(std::string& out, char c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (static_cast<unsigned char>(c) < 0x20) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
    out += escape;
  } else {
    out += c;
  }
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = Announced(text[i]);
    const std::string_view piece = text.substr(i, length);
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      AppendEscaped(out, text[i]);
      ++i;
    } else if (piece.size() == length && IsUtf8(piece)) {
      out += piece;
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  out += '"';
}

Response ToResponse(const Problem& problem) {
  std::string json = "{";
  AppendMember(json, "type", std::string(kProblemUri) + problem.code);
  json += ',';
  AppendMember(json, "title", problem.title);
  json += ",\"status\":" + std::to_string(problem.status) + ',';
  AppendMember(json, "code", problem.code);
  json += ',';
  AppendMember(json, "detail", problem.detail);
  if (!problem.errors.empty()) {
    json += ",\"errors\":[";
    for (const ProblemItem& item : problem.errors) {
      if (&item != &problem.errors.front()) json += ',';
      json += '{';
      AppendMember(json, "path", item.path);
      json += ',';
      AppendMember(json, "code", item.code);
      json += ',';
      AppendMember(json, "reason", item.reason);
      json += '}';
    }
    json += ']';
  }
  json += '}';
  Response response = JsonResponse(problem.status, std::move(json));
  response.content_type = kProblemType;
  return response;
}

}  // namespace trayline::http
