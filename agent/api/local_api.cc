#include "agent/api/local_api.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "agent/api/event_batch.h"
#include "agent/api/metrics.h"
#include "agent/api/problems.h"
#include "agent/api/views.h"
#include "agent/base/check.h"
#include "agent/base/metrics_text.h"

namespace trayline::api {
namespace {

using http::Request;
using http::Response;

// Bodies of one read of the journal; keeps an answer of 1,000 events within about 1 MB.
constexpr std::size_t kEventBytes = std::size_t{256} * 1024;

// The largest sequence that a journal can hold.
constexpr std::uint64_t kSequenceMax = std::numeric_limits<std::int64_t>::max();

// Takes as long for a wrong token as for the right one.
bool SameSecret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

bool IsRead(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

bool IsJson(const Request& request) {
  const std::string_view type = request.headers.Find("Content-Type").value_or("");
  std::string_view name = type.substr(0, type.find(';'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return http::SameWord(name, "application/json");
}

Response Ok(std::string json) {
  Response response = http::JsonResponse(200, std::move(json));
  response.headers.Set("Cache-Control", "no-store");
  return response;
}

Response FailureOf(const Error& error) { return Answer(FromBackend(error)); }

// Reads whole numbers from a query; what is wrong is collected.
class Parameters {
 public:
  explicit Parameters(const Request& request) : request_(request) {}

  std::uint64_t Number(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                       std::uint64_t most) {
    const auto text = request_.Query(name);
    if (!text) return fallback;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    const bool whole = error == std::errc() && end == text->data() + text->size();
    if (whole && number >= least && number <= most) return number;
    wrong_.push_back(
        {std::string(name), "out_of_range",
         "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)});
    return fallback;
  }

  [[nodiscard]] std::optional<Response> Wrong() {
    if (wrong_.empty()) return std::nullopt;
    return Answer(Invalid(std::move(wrong_)));
  }

 private:
  const Request& request_;
  std::vector<http::ProblemItem> wrong_;
};

// The journey that events make; nullopt when none of them can be read as its own.
std::optional<journey::Journey> Rebuild(JourneyId id, std::span<const ports::StoredEvent> events,
                                        Epoch epoch) {
  journey::Journey journey;
  journey.id = id;
  bool found = false;
  for (const ports::StoredEvent& stored : events) {
    const auto event =
        event::DecodeBody(stored.body, epoch, stored.sequence, stored.type, stored.journey);
    if (!event.ok() || event->journey != id) continue;
    journey::Fold(journey, *event);
    found = true;
  }
  if (!found) return std::nullopt;
  return journey;
}

}  // namespace

LocalApi::LocalApi(LocalApiOptions options, Backend& backend, ports::EventReader& reader,
                   ports::Clock& clock, CommitSignal& commits)
    : options_(std::move(options)),
      backend_(backend),
      reader_(reader),
      clock_(clock),
      commits_(commits) {
  TRAYLINE_CHECK(!options_.token.empty());
  AddRoutes();
}

void LocalApi::AddRoutes() {
  router_.Add("POST", "/v1/events", [this](const Request& r) { return PostEvents(r); });
  router_.Add("GET", "/v1/events", [this](const Request& r) { return GetEvents(r); });
  router_.Add("GET", "/v1/health", [this](const Request&) { return GetHealth(); });
  router_.Add("GET", "/v1/status", [this](const Request&) { return GetStatus(); });
  router_.Add("GET", "/v1/metrics", [this](const Request&) { return GetMetrics(); });
  router_.Add("GET", "/v1/journeys", [this](const Request& r) { return GetJourneys(r); });
  router_.Add("GET", "/v1/journeys/{id}", [this](const Request& r) { return GetJourney(r); });
  if (options_.pages) {
    router_.SetFallback([this](const Request& r) { return options_.pages->Handle(r); });
  }
}

http::Handler LocalApi::handler() {
  http::Handler handler;
  handler.admit = [this](const Request& request) { return Admit(request); };
  handler.handle = [this](Request& request) { return router_.Handle(request); };
  return handler;
}

http::Guard::Options LocalApi::guard() const {
  return {options_.allowed_origins, {}, options_.pages.has_value()};
}

void LocalApi::Stop() {
  stopping_.store(true);
  commits_.Close();
}

std::optional<Response> LocalApi::Admit(const Request& request) const {
  if (stopping_.load()) return Answer(Stopping());
  const bool is_api = request.path.starts_with("/v1/");
  const bool is_open = !is_api || request.path == "/v1/health";
  if (IsRead(request) && (is_open || request.peer == http::Peer::kUnix)) return std::nullopt;
  if (HasToken(request)) return std::nullopt;
  return Answer(Unauthorized());
}

bool LocalApi::HasToken(const Request& request) const {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view given = request.headers.Find("Authorization").value_or("");
  return given.size() > kScheme.size() &&
         http::SameWord(given.substr(0, kScheme.size()), kScheme) &&
         SameSecret(given.substr(kScheme.size()), options_.token);
}

Response LocalApi::PostEvents(const Request& request) {
  if (!IsJson(request)) return Answer(UnsupportedMediaType());
  auto read = ReadEventBatch(request.body);
  if (const auto* problem = std::get_if<http::Problem>(&read)) return Answer(*problem);
  return RecordBatch(std::get<EventBatch>(std::move(read)));
}

Response LocalApi::RecordBatch(EventBatch batch) {
  engine::RecordBatch valid;
  valid.host = batch.host;
  for (BatchItem& item : batch.items) {
    if (item.event) valid.items.push_back({*std::move(item.event), item.digest});
  }
  if (valid.items.empty()) return Ok(ResultsJson(batch, backend_.JournalEpoch(), {}));
  const std::size_t count = valid.items.size();
  const auto answer = backend_.Record(std::move(valid));
  if (!answer) return FailureOf(answer.error());
  if (!answer->status.ok()) return FailureOf(answer->status.error());
  TRAYLINE_CHECK(answer->results.size() == count);
  return Ok(ResultsJson(batch, answer->epoch, answer->results));
}

bool LocalApi::AwaitCommit(Sequence after, Millis wait) {
  const bool room = waiting_.fetch_add(1) < options_.waiting_max;
  if (room) commits_.WaitAbove(after, wait);
  waiting_.fetch_sub(1);
  return room;
}

Response LocalApi::GetEvents(const Request& request) {
  Parameters parameters(request);
  const Sequence after{parameters.Number("after", 0, 0, kSequenceMax)};
  const std::size_t limit = parameters.Number("limit", kEventsDefault, 1, kEventsMax);
  const auto most_ms = static_cast<std::uint64_t>(kWaitMax.count());
  const Millis wait(static_cast<std::int64_t>(parameters.Number("wait_ms", 0, 0, most_ms)));
  if (auto wrong = parameters.Wrong()) return *std::move(wrong);

  auto events = reader_.Read(after, limit, kEventBytes);
  if (events && events->empty() && wait.count() > 0) {
    if (!AwaitCommit(after, wait)) {
      return FailureOf({Errc::kRetryLater, "too many requests are waiting for events"});
    }
    events = reader_.Read(after, limit, kEventBytes);
  }
  if (!events) return FailureOf({Errc::kRetryLater, events.error().text});
  return Ok(EventsJson(*events, options_.terminal, backend_.JournalEpoch(), after));
}

Response LocalApi::GetHealth() {
  const auto status = backend_.Status();
  return status ? Ok(HealthJson(*status, options_.terminal)) : FailureOf(status.error());
}

Response LocalApi::GetStatus() {
  const auto status = backend_.Status();
  return status ? Ok(StatusJson(*status, options_.terminal)) : FailureOf(status.error());
}

Response LocalApi::GetMetrics() {
  const auto status = backend_.Status();
  if (!status) return FailureOf(status.error());
  Response response;
  response.status = 200;
  response.body = Metrics(*status);
  response.headers.Set("Content-Type", kMetricsContentType);
  response.headers.Set("Cache-Control", "no-store");
  return response;
}

Response LocalApi::GetJourneys(const Request& request) {
  Parameters parameters(request);
  const std::size_t limit = parameters.Number("limit", kJourneysDefault, 1, kJourneysMax);
  if (auto wrong = parameters.Wrong()) return *std::move(wrong);
  const auto journeys = backend_.OpenJourneys(limit);
  return journeys ? Ok(JourneysJson(*journeys, clock_.Mono())) : FailureOf(journeys.error());
}

Response LocalApi::GetJourney(const Request& request) {
  const auto id = ParseJourneyId(request.Param("id"));
  if (!id || id->IsNone()) {
    return Answer(NotFound("a journey's id is <epoch>-<number>"));
  }
  auto journey = backend_.FindJourney(*id);
  if (!journey && journey.error().code != Errc::kNotFound) return FailureOf(journey.error());
  const auto events = reader_.ReadJourney(id->number, kTimelineMax);
  if (!events) return FailureOf({Errc::kRetryLater, events.error().text});
  const Epoch epoch = backend_.JournalEpoch();
  if (!journey) {
    auto rebuilt = Rebuild(*id, *events, epoch);
    if (!rebuilt) {
      return Answer(NotFound("the journal has no events of journey " + ToText(*id)));
    }
    journey = *std::move(rebuilt);
  }
  const auto shown = std::span(*events).first(std::min(events->size(), kEventsMax));
  return Ok(JourneyJson(*journey, clock_.Mono(), shown, shown.size() < events->size(),
                        options_.terminal, epoch));
}

}  // namespace trayline::api
