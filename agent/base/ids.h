// Identities. Each is a type of its own, so that a sequence number cannot be passed where an epoch
// is wanted. Value types.
#ifndef TRAYLINE_AGENT_BASE_IDS_H_
#define TRAYLINE_AGENT_BASE_IDS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace trayline {

// A 64-bit number that means one thing. Tag makes the type distinct.
template <typename Tag>
struct Number {
  std::uint64_t value = 0;

  friend constexpr auto operator<=>(const Number&, const Number&) = default;
  [[nodiscard]] constexpr Number Next() const { return Number{value + 1}; }
};

// Position of an event in a terminal's journal, from 1, without gaps within an epoch; 0 is before
// the first.
using Sequence = Number<struct SequenceTag>;
// Identity of one journal database, in seconds since 1970 or above; 0 is none.
using Epoch = Number<struct EpochTag>;

// A journey's identity within its terminal: the epoch it began in and a counter from 1. Text form
// "<epoch>-<number>".
struct JourneyId {
  Epoch epoch;
  std::uint64_t number = 0;  // 0: none

  friend constexpr auto operator<=>(const JourneyId&, const JourneyId&) = default;
  [[nodiscard]] bool IsNone() const { return number == 0; }
};

std::string ToText(const JourneyId& id);
// kRejected when text is not "<epoch>-<number>".
Result<JourneyId> ParseJourneyId(std::string_view text);

// One kiosk, tablet or counter machine: tenant, store and terminal, each [a-z0-9]{1,20}. A hyphen
// inside a part would make two identities one.
struct TerminalId {
  std::string tenant;
  std::string store;
  std::string terminal;

  friend auto operator<=>(const TerminalId&, const TerminalId&) = default;
};

inline constexpr std::size_t kIdentityPartMax = 20;

// True for [a-z0-9]{1,20}.
bool IsIdentityPart(std::string_view part);
// "tenant/store/terminal", the form people read. kRejected names the part that is wrong.
Result<TerminalId> ParseTerminalId(std::string_view text);
std::string ToText(const TerminalId& id);
// "tenant-store-terminal": certificate name, MQTT client id, topic level.
std::string ToUnit(const TerminalId& id);
// CloudEvents source: "/t/{tenant}/s/{store}/k/{terminal}".
std::string ToSource(const TerminalId& id);

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_IDS_H_
