// fault_proxy LISTEN TARGET: relays 127.0.0.1:LISTEN to 127.0.0.1:TARGET and obeys one word a line
// on standard input: pass, hole, cut, refuse, quit. Answers each with a line. Ends with its input.
#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include "tests/fault/proxy/fault_proxy.h"

namespace {

bool ParsePort(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

int Serve(trayline::fault::FaultProxy& proxy) {
  std::cout << "listening " << proxy.port() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line == "quit") break;
    const auto mode = trayline::fault::ParseProxyMode(line);
    if (!mode) {
      std::cout << "unknown '" << line << "': pass, hole, cut, refuse or quit" << std::endl;
      continue;
    }
    proxy.SetMode(*mode);
    std::cout << line << std::endl;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t listen = 0;
  std::uint16_t target = 0;
  if (argc != 3 || !ParsePort(argv[1], listen) || !ParsePort(argv[2], target) || target == 0) {
    std::cerr << "usage: fault_proxy LISTEN TARGET (ports on 127.0.0.1; LISTEN 0: any)\n";
    return 2;
  }
  auto proxy = trayline::fault::FaultProxy::Start(listen, target);
  if (!proxy.ok()) {
    std::cerr << "fault_proxy: " << proxy.error().text << "\n";
    return 1;
  }
  return Serve(**proxy);
}
