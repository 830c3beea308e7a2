// A write-ahead log that is about to reach its limit.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

/// What the frames take. A log keeps its size when it starts over, so its size alone says little.
uint64_t UsedBytes(const WalSnapshot& wal) {
  constexpr uint64_t kBytesBeforeFrames = 32;
  constexpr uint64_t kBytesOfFrameHead = 24;
  if (!wal.header_valid) return wal.size_bytes;
  return kBytesBeforeFrames + uint64_t{wal.frames} * (wal.page_size_bytes + kBytesOfFrameHead);
}

void CheckFullLog(const Moment& moment, Report* report) {
  for (const WalSnapshot& wal : moment.snapshot.wals) {
    if (!Nearly(UsedBytes(wal), wal.max_capacity_bytes)) continue;
    report->Add("The write-ahead log of " + wal.database + " is at " +
                    FormatPercent(UsedBytes(wal), wal.max_capacity_bytes) + " of its " +
                    FormatBytes(wal.max_capacity_bytes) + ".",
                {Selection::Kind::kFile, wal.wal_file.value_or(wal.file)});
  }
}

}  // namespace

const FindingRule kFullLogFinding = {
    .name = "log nearly full",
    .severity = Finding::Severity::kProblem,
    .panel = PanelId::kWal,
    .advice = "Beyond it commits fail with SQLITE_FULL. Let a checkpoint finish, or raise {}.",
    .option = Option::kMaxWriteAheadCapacity,
    .check = CheckFullLog,
};

}  // namespace glasswal::inspector
