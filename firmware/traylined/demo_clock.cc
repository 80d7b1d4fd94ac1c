#include "firmware/traylined/demo_clock.h"

#include <sstream>

#include "agent/platform/files.h"

namespace trayline::traylined {
namespace {

using platform::ScaledClock;

constexpr std::size_t kAnchorBytesMax = 256;
constexpr mode_t kAnchorMode = 0640;

// One line: boot id, speed, civil and monotonic milliseconds.
std::string Text(const std::string& boot_id, std::int64_t speed,
                 const ScaledClock::Anchor& anchor) {
  return boot_id + " " + std::to_string(speed) + " " + std::to_string(ToMs(anchor.wall)) + " " +
         std::to_string(ToMs(anchor.mono)) + "\n";
}

std::optional<ScaledClock::Anchor> Parse(const std::string& text, const std::string& boot_id,
                                         std::int64_t speed) {
  std::istringstream in(text);
  std::string boot;
  std::int64_t its_speed = 0;
  std::int64_t wall = 0;
  std::int64_t mono = 0;
  if (!(in >> boot >> its_speed >> wall >> mono) || boot != boot_id || its_speed != speed) {
    return std::nullopt;
  }
  return ScaledClock::Anchor{WallFromMs(wall), MonoFromMs(mono)};
}

}  // namespace

Result<std::unique_ptr<ScaledClock>> OpenDemoClock(ports::Clock& real, std::int64_t speed,
                                                   const std::string& boot_id,
                                                   const std::string& directory) {
  const std::string path = directory + "/demo-clock";
  const auto text = platform::ReadSmallFile(path, kAnchorBytesMax);
  auto anchor = text.ok() ? Parse(*text, boot_id, speed) : std::nullopt;
  if (!anchor) {
    anchor = ScaledClock::Anchor{real.Wall(), real.Mono()};
    const Status written =
        platform::WriteFileDurably(path, Text(boot_id, speed, *anchor), kAnchorMode);
    if (!written.ok()) return written.error().In("demo clock");
  }
  return std::make_unique<ScaledClock>(real, speed, *anchor);
}

}  // namespace trayline::traylined
