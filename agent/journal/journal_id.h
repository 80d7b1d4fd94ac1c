// MakeJournalId: the identity of a journal within its epoch. Any thread.
#ifndef TRAYLINE_AGENT_JOURNAL_JOURNAL_ID_H_
#define TRAYLINE_AGENT_JOURNAL_JOURNAL_ID_H_

#include <string>

#include "agent/ports/random.h"

namespace trayline::journal {

// 128 random bits as 32 hex digits.
std::string MakeJournalId(ports::Random& random);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_JOURNAL_ID_H_
