#include "agent/http/static_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace trayline::http {
namespace {

namespace fs = std::filesystem;

class Collected : public StreamWriter {
 public:
  bool Write(std::string_view bytes) override {
    text += bytes;
    return true;
  }
  bool IsOpen() override { return true; }
  std::string text;
};

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() {
    std::string name = fs::temp_directory_path() / "trayline-static-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "www/assets");
    Put("secret.txt", "secret");
    Put("www/index.html", "<p>start");
    Put("www/assets/app-1a2b.js", std::string(100'000, 'j'));
    Put("www/.hidden", "hidden");
    fs::create_symlink(folder_ / "secret.txt", folder_ / "www/link.txt");
    fs::create_directory_symlink(folder_, folder_ / "www/up");
  }
  ~StaticFilesTest() override { fs::remove_all(folder_); }

  void Put(const char* path, std::string_view content) { std::ofstream(folder_ / path) << content; }

  static Response Ask(const StaticFiles& files, std::string_view path,
                      std::string_view if_none_match = {}) {
    Request request;
    request.method = "GET";
    request.path = path;
    if (!if_none_match.empty()) request.headers.Set("If-None-Match", if_none_match);
    return files.Handle(request);
  }

  static std::string Body(const Response& response) {
    Collected collected;
    if (response.stream) response.stream(collected);
    return collected.text;
  }

  StaticFiles Open(bool fallback = true) {
    return *StaticFiles::Open({folder_ / "www", fallback, "default-src 'self'"});
  }

  fs::path folder_;
};

TEST_F(StaticFilesTest, ServesFilesWithTheirTypes) {
  const StaticFiles files = Open();
  const Response page = Ask(files, "/");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.Find("Content-Security-Policy"), "default-src 'self'");
  EXPECT_EQ(page.headers.Find("Cache-Control"), "no-cache");
  EXPECT_EQ(Body(page), "<p>start");
  const Response script = Ask(files, "/assets/app-1a2b.js");
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(script.stream_bytes, 100'000U);
  EXPECT_EQ(Body(script).size(), 100'000U);
  EXPECT_NE(script.headers.Find("Cache-Control")->find("immutable"), std::string::npos);
}

TEST_F(StaticFilesTest, AnswersNotModifiedToItsTag) {
  const StaticFiles files = Open();
  const std::string tag(*Ask(files, "/").headers.Find("ETag"));
  EXPECT_EQ(Ask(files, "/", tag).status, 304);
  EXPECT_EQ(Ask(files, "/", "\"other\"").status, 200);
  Put("www/index.html", "<p>another");
  EXPECT_EQ(Ask(files, "/", tag).status, 200);
}

TEST_F(StaticFilesTest, NeverLeavesItsFolder) {
  const StaticFiles files = Open(false);
  for (const char* path :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt",
        "/link.txt", "/up/secret.txt", "/.hidden", "//secret.txt", "/assets", "/assets/",
        "/index.html%00.js", "/..\\secret.txt", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s"}) {
    const Response response = Ask(files, path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(Body(response), "") << path;
  }
}

TEST_F(StaticFilesTest, FallsBackToTheIndexForPagesOnly) {
  const StaticFiles files = Open();
  EXPECT_EQ(Body(Ask(files, "/journeys/17-1")), "<p>start");
  EXPECT_EQ(Ask(files, "/assets/gone.js").status, 404);
}

TEST_F(StaticFilesTest, SaysThatTheFolderIsNotThere) {
  const auto files = StaticFiles::Open({folder_ / "none", true, ""});
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace trayline::http
