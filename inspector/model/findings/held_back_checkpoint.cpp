// A reader that a checkpoint has to leave frames for.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

void CheckHeldBackCheckpoint(const Moment& moment, Report* report) {
  for (const WalSnapshot& wal : moment.snapshot.wals) {
    // One that has left since keeps nothing back any more.
    const bool is_known = wal.held_back_by && wal.held_back_by->holder.client;
    const std::optional<CheckpointHolder>& by = is_known ? wal.held_back_by : wal.oldest_reader;
    if (!by || wal.backfilled >= wal.frames || by->duration_ns < kLongReaderNs) continue;
    Selection selection{Selection::Kind::kFile, wal.file};
    if (by->holder.client) selection = {Selection::Kind::kClient, *by->holder.client};
    // Of a holder is known since when checkpoints fall short; of a reader, how long it has read.
    const std::string since = FormatDuration(by->duration_ns);
    report->Add(Quoted(by->holder.client_name) + " keeps the checkpoint of " + wal.database +
                    " back" +
                    (is_known ? "; checkpoints have fallen short for " + since
                              : " with a read transaction of " + since) +
                    ": " + FormatCounted(wal.frames - wal.backfilled, "frame", "frames") +
                    " cannot be copied or reused.",
                selection);
  }
}

}  // namespace

const FindingRule kHeldBackCheckpointFinding = {
    .name = "checkpoint held back",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kWal,
    .advice = "Finish the read (reset the statement): until then the log only grows.",
    .check = CheckHeldBackCheckpoint,
};

}  // namespace glasswal::inspector
