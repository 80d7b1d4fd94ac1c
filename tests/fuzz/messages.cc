// The small messages of the sync protocol, which anybody with a certificate may send. What is
// accepted says the same after it was written again.
#include "sync/wire/messages.h"

#include "tests/fuzz/fuzz.h"

namespace {

template <typename Decode, typename Encode>
void RoundTrip(std::string_view bytes, Decode decode, Encode encode) {
  const auto message = decode(bytes);
  if (!message.ok()) return;
  const auto again = decode(encode(*message));
  TRAYLINE_CHECK(again.ok());
  TRAYLINE_CHECK(*again == *message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = trayline::wire;
  const std::string_view bytes = trayline::fuzz::AsText(data, size);
  RoundTrip(bytes, wire::DecodeBirth, wire::EncodeBirth);
  RoundTrip(bytes, wire::DecodeDeath, wire::EncodeDeath);
  RoundTrip(bytes, wire::DecodeAck, wire::EncodeAck);
  RoundTrip(bytes, wire::DecodeHqState, wire::EncodeHqState);
  return 0;
}
