// Shedder: gives up unsent events, least valuable class first and the oldest of a class first, and
// leaves a void run in their place. It decides which and in what steps; when to do it is the
// caller's. Never of class kOrder, of a type this version does not know, or of an open journey. The
// thread of the Database; methods block on the disk; Errc as in agent/sqlite/error.h.
#ifndef TRAYLINE_AGENT_JOURNAL_SHED_H_
#define TRAYLINE_AGENT_JOURNAL_SHED_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/event/spec.h"
#include "agent/journal/closed_journeys.h"
#include "agent/journal/void_runs.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

// Unsent events given up, by event::QuotaClass.
using ShedCounts = std::array<std::uint64_t, 3>;

// Class of a type; kOrder for one that is not known.
event::QuotaClass QuotaClassOf(event::EventType type);

class Shedder {
 public:
  using ClassOf = event::QuotaClass (*)(event::EventType);

  // Both must outlive it.
  Shedder(sqlite::Database& database, VoidRuns& voids, ClassOf class_of = QuotaClassOf)
      : database_(database), voids_(voids), class_of_(class_of), closed_(database) {}
  // Before all others.
  Status Prepare();

  // Where it may work: rows first..limit. Journeys close in rows up to last.
  struct Field {
    Sequence first;
    Sequence limit;
    Sequence last;
  };
  struct Step {
    ShedCounts shed{};
    bool more = false;  // not at its end: call again soon
    [[nodiscard]] std::uint64_t total() const { return shed[0] + shed[1] + shed[2]; }
  };
  // One bounded step: looks at a piece of the rows, or gives up what a piece holds, in a
  // transaction of its own. insist: look again at journeys that were open a short while ago.
  Result<Step> Take(const Field& field, bool insist);

  // Lets go of what it remembers, memory included: there is room again.
  void Forget();

 private:
  // How far a class has been given up.
  struct Pass {
    Sequence next{1};         // rows below were looked at
    Sequence looked_at;       // limit when the pass began anew
    Sequence lowest_skipped;  // of an open journey; 0: none
  };
  struct Found {
    Sequence next;               // rows below hold nothing to give up
    std::optional<Sequence> at;  // the first row to give up
  };
  struct Piece;

  void BeginAnewIfDue(Pass& pass, Sequence limit, bool insist) const;
  [[nodiscard]] bool IsForShedding(event::QuotaClass quota, event::EventType type,
                                   std::uint64_t journey, Sequence at, Pass& pass) const;
  Result<Found> Find(event::QuotaClass quota, Sequence limit, Pass& pass);
  Result<Piece> ReadPiece(event::QuotaClass quota, Sequence from, Sequence limit, Pass& pass);
  Status Rewrite(const Piece& piece);

  sqlite::Database& database_;
  VoidRuns& voids_;
  const ClassOf class_of_;
  ClosedJourneys closed_;
  std::optional<sqlite::Statement> scan_;
  std::optional<sqlite::Statement> read_;
  std::optional<sqlite::Statement> remove_;
  std::optional<sqlite::Statement> insert_;
  std::array<Pass, 2> passes_;  // kBrowsing, kOffer
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_SHED_H_
