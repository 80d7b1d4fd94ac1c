#include "sync/mqtt/tls_files.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>

namespace trayline::mqtt {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

// Takes the newest of OpenSSL's errors of this thread and clears the rest.
Error Refused(const std::string& option, const std::string& file) {
  const unsigned long code = ERR_peek_last_error();  // NOLINT(google-runtime-int): OpenSSL's type
  ERR_clear_error();
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return Error{Errc::kRejected,
               "tls." + option + ": cannot use '" + file + "': " + std::string(text.data())};
}

}  // namespace

Status CheckTlsFiles(const TlsOptions& tls) {
  if (tls.ca_file.empty()) {
    return Error{Errc::kRejected, "tls.ca_file: missing, an ssl:// address needs one"};
  }
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return Error{Errc::kRejected, "tls.cert_file and tls.key_file: only one of them is given"};
  }
  const ContextPtr context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!context) return Error{Errc::kRetryLater, "tls: no memory for a context"};
  if (SSL_CTX_load_verify_locations(context.get(), tls.ca_file.c_str(), nullptr) != 1) {
    return Refused("ca_file", tls.ca_file);
  }
  if (tls.cert_file.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context.get(), tls.cert_file.c_str()) != 1) {
    return Refused("cert_file", tls.cert_file);
  }
  // Also refuses a key that does not belong to the certificate.
  if (SSL_CTX_use_PrivateKey_file(context.get(), tls.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Refused("key_file", tls.key_file);
  }
  return {};
}

}  // namespace trayline::mqtt
