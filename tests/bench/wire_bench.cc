// What an event costs on the wire, whole MQTT message and all, and what encoding and decoding it
// takes: the events that the engine records when the real orders of tests/data/chipotle are
// replayed. Fixed header, topic, packet id and properties of the MQTT v5 PUBLISH are counted, TCP
// and TLS are not.
#include <chrono>
#include <cstddef>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "agent/event/json_form.h"
#include "sync/wire/body_writer.h"
#include "sync/wire/compressor.h"
#include "sync/wire/frame.h"
#include "sync/wire/topics.h"
#include "sync/wire/vocabulary.h"
#include "tests/bench/recorded_events.h"
#include "tests/bench/report.h"

namespace trayline::bench {
namespace {

using Events = std::span<const event::Event>;

TerminalId Terminal() { return {"demo", "s001", "k1"}; }

// The goals: what packed binary with deflate reaches is 9.5 and 7.2 bytes before the MQTT header,
// without names and modifiers (README of sync/wire).
constexpr double kGoal12 = 22;
constexpr double kGoal100 = 11;

// Bytes of an MQTT v5 PUBLISH of QoS 1 with this payload, and those of its topic.
std::size_t PublishBytes(std::size_t payload, std::size_t topic) {
  const std::size_t rest = 2 + topic + 2 + 1 + payload;
  std::size_t length_bytes = 1;
  for (std::size_t left = rest; left >= 128; left /= 128) ++length_bytes;
  return 1 + length_bytes + rest;
}

struct Cost {
  double whole = 0;          // bytes an event, all of the PUBLISH
  double without_topic = 0;  // bytes an event but for the topic's text
  double encode_us = 0;      // an event
  double decode_us = 0;
};

double MicrosSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

// Frames of so many events each, over all events. The time is the median of the rounds.
Result<Cost> Measure(Events events, Epoch epoch, std::size_t each, int rounds) {
  const std::size_t topic = wire::UpTopic(Terminal(), wire::UpKind::kBatch).size();
  wire::FrameEncoder encoder;
  wire::FrameDecoder decoder;
  Cost cost;
  std::vector<double> encode_us;
  std::vector<double> decode_us;
  const std::size_t frames = events.size() / each;
  const auto total = static_cast<double>(frames * each);
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::string> encoded;
    const auto encode_start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < frames; ++i) {
      const Events part = events.subspan(i * each, each);
      auto frame = encoder.Encode(Terminal(), epoch, part[0].sequence, part, {});
      if (!frame.ok()) return frame.error();
      if (frame->events != each) return Error{Errc::kFull, "a frame did not take all its events"};
      encoded.push_back(std::move(frame->bytes));
    }
    encode_us.push_back(MicrosSince(encode_start) / total);
    const auto decode_start = std::chrono::steady_clock::now();
    for (const std::string& bytes : encoded) {
      const auto frame = decoder.Decode(bytes, Terminal());
      if (!frame.ok()) return frame.error();
    }
    decode_us.push_back(MicrosSince(decode_start) / total);
    std::size_t bytes = 0;
    for (const std::string& frame : encoded) bytes += PublishBytes(frame.size(), topic);
    cost.whole = static_cast<double>(bytes) / total;
    cost.without_topic = static_cast<double>(bytes - frames * topic) / total;
  }
  cost.encode_us = Median(encode_us);
  cost.decode_us = Median(decode_us);
  return cost;
}

// The same events as CloudEvents in JSON, each alone, without any header.
double JsonBytes(Events events, Epoch epoch) {
  std::size_t bytes = 0;
  for (const event::Event& event : events) {
    bytes += event::ToJson(event, Terminal(), epoch, event::Audience::kOutside).dump().size();
  }
  return static_cast<double>(bytes) / static_cast<double>(events.size());
}

// What zstd holds on a terminal after a full frame.
Result<double> EncoderContextKilobytes(Events events, Epoch epoch) {
  wire::Compressor compressor(wire::Dictionary1());
  wire::BodyWriter writer(wire::KnownShapes1());
  const auto taken = writer.Gather(epoch, events.first(wire::kFrameEventsMax));
  if (!taken.ok()) return taken.error();
  writer.Write(events[0].sequence, {});
  std::string packed;
  if (!compressor.Compress(writer.body(), packed))
    return Error{Errc::kRetryLater, "zstd has no memory"};
  return static_cast<double>(compressor.MemoryBytes()) / 1024;
}

Status AddFigures(Events events, Epoch epoch, int rounds, Report& report) {
  for (const std::size_t each : {std::size_t{12}, std::size_t{100}, std::size_t{500}}) {
    const auto cost = Measure(events, epoch, each, rounds);
    if (!cost.ok()) return cost.error();
    const std::string size = std::to_string(each);
    const Goal goal = each == 500 ? Goal::kNone : Goal::kAtMost;
    report.Add("wire_bytes_" + size, cost->whole, "bytes/event", goal,
               each == 12 ? kGoal12 : kGoal100);
    report.Add("wire_bytes_" + size + "_without_topic", cost->without_topic, "bytes/event");
    report.Add("encode_us_" + size, cost->encode_us, "us/event");
    report.Add("decode_us_" + size, cost->decode_us, "us/event");
  }
  report.Add("json_bytes", JsonBytes(events, epoch), "bytes/event");
  const auto kilobytes = EncoderContextKilobytes(events, epoch);
  if (!kilobytes.ok()) return kilobytes.error();
  report.Add("zstd_context", *kilobytes, "KB");
  return {};
}

int Run(const BenchOptions& options) {
  constexpr std::size_t kEvents = 30'000;
  constexpr std::uint64_t kSeed = 1;
  const auto recording =
      RecordOrders(std::string(TRAYLINE_TEST_DATA) + "/chipotle/chipotle.tsv", kEvents, kSeed);
  if (!recording.ok()) {
    std::cerr << "wire_bench: " << recording.error().text << "\n";
    return 1;
  }
  const auto events = DecodeRows(*recording);
  if (!events.ok()) {
    std::cerr << "wire_bench: " << events.error().text << "\n";
    return 1;
  }
  std::cout << events->size()
            << " events that the engine recorded of replayed real orders; the way "
            << "through the screens is simulated, seed " << kSeed << "\n";
  Report report("wire");
  const auto status = AddFigures(*events, recording->epoch, options.quick ? 1 : 9, report);
  if (!status.ok()) {
    std::cerr << "wire_bench: " << status.error().text << "\n";
    return 1;
  }
  return Finish(report, options);
}

}  // namespace
}  // namespace trayline::bench

int main(int argc, char** argv) {
  const auto options = trayline::bench::ParseBenchOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << "wire_bench: " << options.error().text << "\n";
    return 2;
  }
  return trayline::bench::Run(*options);
}
