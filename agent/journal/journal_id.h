// MakeJournalId: the identity of a journal within its epoch. Any thread.
#ifndef TRAYLINE_AGENT_JOURNAL_JOURNAL_ID_H_
#define TRAYLINE_AGENT_JOURNAL_JOURNAL_ID_H_

#include <string>
#include <string_view>

#include "agent/ports/random.h"

namespace trayline::journal {

// 128 random bits as 32 hex digits.
std::string MakeJournalId(ports::Random& random);

// Of a journal whose own could not be read.
inline constexpr std::string_view kUnknownJournalId = "00000000000000000000000000000000";

// True for 32 lower-case hex digits.
bool IsJournalId(std::string_view text);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_JOURNAL_ID_H_
