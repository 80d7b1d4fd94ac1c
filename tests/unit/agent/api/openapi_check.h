// OpenApiCheck: holds answers of a running server against agent/api/openapi.json. It knows the part
// of JSON Schema that the document uses, and takes a member that the document does not name as a
// mistake.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_API_OPENAPI_CHECK_H_
#define TRAYLINE_TESTS_UNIT_AGENT_API_OPENAPI_CHECK_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace trayline::api {

class OpenApiCheck {
 public:
  // Reads the document; IsLoaded says whether it could.
  OpenApiCheck();

  [[nodiscard]] bool IsLoaded() const { return document_.is_object(); }
  [[nodiscard]] const nlohmann::json& document() const { return document_; }

  // The template of a path ("/v1/journeys/{id}"); empty when none fits.
  [[nodiscard]] std::string TemplateOf(std::string_view path) const;

  // Empty when the answer is documented, else what is not: the path and method, the status, the
  // content type, or the place in the body. Paths that are not in the document may answer only
  // 404, methods that are not only 405, and everybody the problems of a refused request.
  [[nodiscard]] std::string Check(const std::string& method, std::string_view path, int status,
                                  std::string_view content_type, const std::string& body) const;

 private:
  [[nodiscard]] const nlohmann::json& Resolve(const nlohmann::json& node) const;
  [[nodiscard]] std::string CheckBody(const nlohmann::json& response, std::string_view content_type,
                                      const std::string& body) const;
  // Empty, or what does not fit the schema, with its place.
  [[nodiscard]] std::string Mismatch(const nlohmann::json& schema, const nlohmann::json& value,
                                     const std::string& place) const;
  [[nodiscard]] std::string MembersMismatch(const nlohmann::json& schema,
                                            const nlohmann::json& value,
                                            const std::string& place) const;
  // Schema for the member, in the schema itself or in one of its allOf.
  [[nodiscard]] const nlohmann::json* PropertyOf(const nlohmann::json& schema,
                                                 const std::string& name) const;

  nlohmann::json document_;
};

}  // namespace trayline::api

#endif  // TRAYLINE_TESTS_UNIT_AGENT_API_OPENAPI_CHECK_H_
