// Requests that are not HTTP, or that two readers could understand in two ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "raw_socket.h"
#include "server_fixture.h"

namespace trayline::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Malformed {
  const char* name;
  const char* head;
  const char* status;
};

class MalformedRequest : public ServerTest, public ::testing::WithParamInterface<Malformed> {};

TEST_P(MalformedRequest, IsRefusedAndTheConnectionCloses) {
  Start();
  RawSocket socket(server_->port());
  socket.Send(std::string(GetParam().head) + "\r\n\r\n");
  const std::string answer = socket.ReadToEnd();
  EXPECT_THAT(answer, StartsWith(std::string("HTTP/1.1 ") + GetParam().status));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_TRUE(socket.closed());
}

INSTANTIATE_TEST_SUITE_P(
    Wire, MalformedRequest,
    ::testing::Values(
        Malformed{"NoPath", "GET", "400"}, Malformed{"Garbage", "\x16\x03\x01", "400"},
        Malformed{"AbsoluteTarget", "GET http://x/ HTTP/1.1\r\nHost: localhost", "400"},
        Malformed{"Version", "GET / HTTP/2.0\r\nHost: localhost", "501"},
        Malformed{"NoHost", "GET / HTTP/1.1", "400"},
        Malformed{"TwoHosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost", "400"},
        Malformed{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost: localhost\r\nX : 1", "400"},
        Malformed{"FoldedLine", "GET / HTTP/1.1\r\nHost: localhost\r\nX: 1\r\n 2", "400"},
        Malformed{"ControlCharacter", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x01", "400"},
        Malformed{"TwoLengths",
                  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2",
                  "400"},
        Malformed{"SignedLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1",
                  "400"},
        Malformed{"HugeLength",
                  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999",
                  "400"},
        Malformed{"LengthAndChunks",
                  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
                  "Transfer-Encoding: chunked",
                  "400"},
        Malformed{"OtherCoding",
                  "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked", "501"},
        Malformed{"NoChunk",
                  "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz",
                  "400"},
        Malformed{"BrokenEscape", "GET /?a=%zz HTTP/1.1\r\nHost: localhost", "400"}),
    [](const auto& param_info) { return param_info.param.name; });

}  // namespace
}  // namespace trayline::http
