// A database that is about to reach its limit.
#include "model/findings/rule.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

void CheckFullFile(const Moment& moment, Report* report) {
  for (const FileSnapshot& file : moment.snapshot.files) {
    if (file.kind == FileKind::kWal || !Nearly(file.logical_size_bytes, file.max_capacity_bytes)) {
      continue;
    }
    report->Add(file.path + " is at " +
                    FormatPercent(file.logical_size_bytes, file.max_capacity_bytes) + " of its " +
                    FormatBytes(file.max_capacity_bytes) + ".",
                {Selection::Kind::kFile, file.number});
  }
}

}  // namespace

const FindingRule kFullFileFinding = {
    .name = "file nearly full",
    .severity = Finding::Severity::kWarning,
    .panel = PanelId::kFiles,
    .advice = "Beyond it statements fail with SQLITE_FULL. Delete rows, or raise {}.",
    .option = Option::kMaxDatabaseCapacity,
    .check = CheckFullFile,
};

}  // namespace glasswal::inspector
