# Guards that are taken out, one at a time: some seed must fail (README.md says which one did).
include(TraylineMutant)

set(mutant_seeds 300)  # of which one must fail; the unmutated control passes all of them

# guard(NAME name FILE source FIND "text" REPLACE "text" [TROUBLE kind=times,...])
# TROUBLE aims: these kinds of trouble in place of what each seed draws.
function(guard)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;FILE;FIND;REPLACE;TROUBLE" "")
  if(ARG_TROUBLE)
    set(aim --trouble ${ARG_TROUBLE})
  endif()
  trayline_mutant(
    NAME simulation_without_${ARG_NAME}
    FILE ${ARG_FILE}
    FIND "${ARG_FIND}"
    REPLACE "${ARG_REPLACE}"
    RUNNER trayline_simulate
    DEPENDS base simulation
    ARGUMENTS --seeds ${mutant_seeds} --expect-failure ${aim}
    LABELS simulation)
endfunction()

# The control of the mutants that are aimed: nothing is taken out.
set(failed_syncs "terminal_disk_fault=300,terminal_kill=200,terminal_power_cut=150")
string(APPEND failed_syncs ",hq_disk_fault=300,hq_kill=200,hq_power_cut=150")
add_test(NAME simulation_of_failed_syncs
  COMMAND trayline_simulate --seeds 60 --trouble ${failed_syncs})
set_tests_properties(simulation_of_failed_syncs PROPERTIES LABELS simulation TIMEOUT 300)

# --- The terminal --------------------------------------------------------------------------------

guard(NAME nonce
  FILE sync/uplink/session_answers.cc
  FIND "ack->nonce != nonce_ ||"
  REPLACE "")

guard(NAME falling_watermark
  FILE sync/uplink/session_answers.cc
  FIND "} else if (ack.watermark > log.watermark) {"
  REPLACE "} else if (ack.watermark != log.watermark) {")

guard(NAME answer_after_commit
  FILE agent/journal/store_thread.cc
  FIND "} else if (committed.status.ok() && i < fitting) {"
  REPLACE "} else if (i < fitting) {")

guard(NAME reload_on_the_terminal
  FILE agent/engine/engine.cc
  FIND "    reload_wanted = true;\n"
  REPLACE "")

guard(NAME idempotency
  FILE agent/engine/recording.cc
  FIND "return Repeated(verdict.recorded);"
  REPLACE "break;")

# --- SQLite --------------------------------------------------------------------------------------

guard(NAME full_sync
  FILE agent/sqlite/database.cc
  FIND "PRAGMA synchronous=FULL;"
  REPLACE "PRAGMA synchronous=OFF;")

guard(NAME good_wal
  FILE agent/sqlite/database.cc
  FIND "    if (Status status = MakeWalGood(); !status.ok()) return status;\n"
  REPLACE ""
  TROUBLE ${failed_syncs})

# --- HQ ------------------------------------------------------------------------------------------

guard(NAME commit_before_acknowledgement
  FILE sync/hq/receiver/receiver_core.cc
  FIND "if (Status status = store_.Commit(batch_); !status.ok()) {"
  REPLACE "if (Status status = store_.Commit(batch_); false) {")

guard(NAME reload_after_failed_commit
  FILE sync/hq/receiver/receiver_core.cc
  FIND "      Forget();\n      loaded_ = false;\n"
  REPLACE "      Forget();\n")

guard(NAME gap
  FILE sync/hq/receiver/receiver_frames.cc
  FIND "  if (header.first.value > watermark.value + 1) {\n    OnGap(peer, header);\n    return false;\n  }\n"
  REPLACE "")

guard(NAME deduplication
  FILE sync/hq/receiver/frame_rows.cc
  FIND "    if (event.sequence <= log.watermark) continue;\n"
  REPLACE "")

# --- Identity ------------------------------------------------------------------------------------

set(exchanges "terminal_restore=120,terminal_replace=30,loss_of_qos0=60,hq_kill=30")

guard(NAME other_epochs_refused
  FILE sync/uplink/session_answers.cc
  FIND "  if ((ack->flags & wire::kAckNewEpoch) != 0) return Refuse(Refusal::kOrdered, ack->epoch, now);\n  if (ack->epoch > epoch()) return Refuse(Refusal::kKnowsHigher, ack->epoch.Next(), now);\n"
  REPLACE ""
  TROUBLE ${exchanges})

guard(NAME fork_digest
  FILE sync/uplink/session_epochs.cc
  FIND "  return own == 0 ? Refusal::kUnproven : Refusal::kFork;"
  REPLACE "  return Refusal::kNone;"
  TROUBLE ${exchanges})

guard(NAME known_origins
  FILE sync/hq/receiver/receiver_frames.cc
  FIND "    if (origin || moved_away) {"
  REPLACE "    if (false) {"
  TROUBLE ${exchanges})
