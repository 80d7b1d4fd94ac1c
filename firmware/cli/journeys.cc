// journeys: the open ones, or one with its cart and events.
#include <algorithm>
#include <string_view>

#include "firmware/cli/commands.h"
#include "firmware/cli/event_pages.h"
#include "firmware/cli/text.h"

namespace trayline::cli {
namespace {

constexpr std::size_t kDigitsMax = 19;  // of an epoch or a number

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= kDigitsMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The API's id of what was typed: "1795000000-17" as it is, "17" and "j17" with the present epoch.
Result<std::string> FullId(AgentClient& agent, const std::string& typed) {
  const std::string_view text = typed;
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) return typed;
  const auto ends = ReadEnds(agent);
  if (!ends) return ends.error();
  return std::to_string(ends->epoch) + "-" +
         std::string(text.substr(text.starts_with('j') ? 1 : 0));
}

bool IsId(std::string_view text) {
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    return IsNumber(text.substr(0, dash)) && IsNumber(text.substr(dash + 1));
  }
  return IsNumber(text.substr(text.starts_with('j') ? 1 : 0));
}

std::string FlagsOf(const Json& journey) {
  std::string flags;
  for (const auto& [field, words] :
       {std::pair{"at_risk", "at risk"}, {"warned", "warned"}, {"training", "training"}}) {
    if (FlagOf(journey, field)) flags += (flags.empty() ? "" : ", ") + std::string(words);
  }
  return flags;
}

void ShowList(const Json& journeys) {
  std::vector<std::vector<std::string>> rows{
      {"journey", "stage", "lines", "value", "idle", "adds", "removes", "host", "ref", ""}};
  for (const Json& j : journeys) {
    rows.push_back({TextOf(j, "id"), TextOf(j, "stage"), std::to_string(NumberOf(j, "lines")),
                    Amount(NumberOf(j, "value_minor"), TextOf(j, "currency")),
                    Duration(NumberOf(j, "idle_s")), std::to_string(NumberOf(j, "adds")),
                    std::to_string(NumberOf(j, "removes")), TextOf(j, "host"), TextOf(j, "ref"),
                    FlagsOf(j)});
  }
  Show(rows.size() == 1 ? "no journey is open\n" : Table(rows));
}

void ShowOne(const Json& j) {
  const std::string currency = TextOf(j, "currency");
  const std::string flags = FlagsOf(j);
  Show("journey " + TextOf(j, "id") + ": " + TextOf(j, "outcome", "open") + ", " +
       TextOf(j, "stage") + ", " + Amount(NumberOf(j, "value_minor"), currency) +
       (flags.empty() ? "" : ", " + flags) + "\n");
  std::vector<std::vector<std::string>> cart;
  for (const Json& line : ListOf(j, "cart")) {
    cart.push_back({" ", std::to_string(NumberOf(line, "quantity")) + " x",
                    TextOf(line, "item_name", TextOf(line, "item_id", "?")),
                    Amount(NumberOf(line, "value_minor"), currency)});
  }
  Show(Table(cart));
  for (const Json& event : ListOf(j, "events")) Show(EventLine(event) + "\n");
}

}  // namespace

int Journeys(const Target& target, const std::string& id, bool json) {
  if (!id.empty() && !IsId(id)) {
    return WrongUse("'" + id +
                    "' is no journey; it looks like 1795000000-17, or 17 for journey 17 "
                    "of this journal; `trayline journeys` lists the open ones");
  }
  auto agent = AgentClient::Find(target);
  if (!agent) return Complain(agent.error());
  std::string path = "/v1/journeys?limit=1000";
  if (!id.empty()) {
    const auto full = FullId(*agent, id);
    if (!full) return Complain(full.error());
    path = "/v1/journeys/" + *full;
  }
  const auto answer = agent->Get(path);
  if (!answer) return Complain(answer.error());
  if (json) {
    ShowBytes(answer->dump(2) + "\n");
  } else if (id.empty()) {
    ShowList(ListOf(*answer, "journeys"));
  } else {
    ShowOne(*answer);
  }
  return kDone;
}

}  // namespace trayline::cli
