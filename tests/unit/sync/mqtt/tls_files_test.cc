#include "sync/mqtt/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace trayline::mqtt {
namespace {

using ::testing::HasSubstr;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertPtr = std::unique_ptr<X509, decltype(&X509_free)>;
using FilePtr = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

class TlsFiles : public ::testing::Test {
 protected:
  TlsFiles() : directory_(std::filesystem::temp_directory_path() / "trayline-tls-XXXXXX") {
    std::string pattern = directory_.string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    WritePair("one");
    WritePair("two");
    std::ofstream(Path("text")) << "not a certificate\n";
  }
  ~TlsFiles() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string Path(const std::string& name) const { return (directory_ / name).string(); }

  // A key and a certificate that it signs itself: <name>.key and <name>.crt.
  void WritePair(const std::string& name) const {
    const KeyPtr key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const CertPtr cert(X509_new(), &X509_free);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3'600);
    X509_set_pubkey(cert.get(), key.get());
    ASSERT_GT(X509_sign(cert.get(), key.get(), EVP_sha256()), 0);
    const FilePtr key_file(std::fopen(Path(name + ".key").c_str(), "w"), &std::fclose);
    PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    const FilePtr cert_file(std::fopen(Path(name + ".crt").c_str(), "w"), &std::fclose);
    PEM_write_X509(cert_file.get(), cert.get());
  }
  void ExpectRefused(const TlsOptions& tls, const std::string& option) {
    const Status status = CheckTlsFiles(tls);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Errc::kRejected);
    EXPECT_THAT(status.error().text, HasSubstr(option));
  }

 private:
  std::filesystem::path directory_;
};

TEST_F(TlsFiles, AcceptsACertificateWithItsKey) {
  EXPECT_TRUE(CheckTlsFiles({Path("one.crt"), "", ""}).ok());
  EXPECT_TRUE(CheckTlsFiles({Path("one.crt"), Path("two.crt"), Path("two.key")}).ok());
}

TEST_F(TlsFiles, NamesTheOptionAndTheFile) {
  ExpectRefused({"", "", ""}, "tls.ca_file");
  ExpectRefused({Path("missing"), "", ""}, Path("missing"));
  ExpectRefused({Path("text"), "", ""}, "tls.ca_file");
  ExpectRefused({Path("one.crt"), Path("missing"), Path("one.key")}, "tls.cert_file");
  ExpectRefused({Path("one.crt"), Path("one.crt"), Path("text")}, "tls.key_file");
  ExpectRefused({Path("one.crt"), Path("one.crt"), ""}, "only one of them");
}

TEST_F(TlsFiles, RefusesTheKeyOfAnotherCertificate) {
  ExpectRefused({Path("one.crt"), Path("one.crt"), Path("two.key")}, "tls.key_file");
}

}  // namespace
}  // namespace trayline::mqtt
