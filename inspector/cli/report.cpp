#include "cli/report.h"

#include <algorithm>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "cli/commands/describe.h"
#include "cli/output.h"
#include "glasswal/option_names.h"
#include "model/format.h"

namespace glasswal::inspector::cli {
namespace {

/// Foreign text as code within a cell of a table.
std::string Code(const std::string& text) {
  if (text.empty()) return "-";
  std::string code;
  for (const char c : Shown(text)) {
    if (c == '`') {
      code += '\'';  // It would end the code.
    } else {
      if (c == '|') code += '\\';
      code += c;
    }
  }
  return "`" + code + "`";
}

class Markdown {
 public:
  void Heading(const std::string& text) { text_ += "\n## " + text + "\n\n"; }
  void Paragraph(const std::string& text) { text_ += text + "\n"; }
  void Head(std::initializer_list<const char*> columns) {
    std::string rule;
    for (const char* column : columns) {
      text_ += "| " + std::string(column) + " ";
      rule += "|---";
    }
    text_ += "|\n" + rule + "|\n";
  }
  void Row(const std::vector<std::string>& cells) {
    for (const std::string& cell : cells) text_ += "| " + (cell.empty() ? "-" : cell) + " ";
    text_ += "|\n";
  }
  const std::string& text() const { return text_; }
  void Add(const std::string& text) { text_ += text; }

 private:
  std::string text_;
};

void AddRegion(const Model& model, Markdown* to) {
  const RegionSnapshot& region = model.snapshot().region;
  to->Paragraph("# glasswal: report of " + Code(model.title()));
  to->Paragraph("");
  to->Head({"", ""});
  to->Row({"glasswal", GLASSWAL_VERSION});
  to->Row({"layout of the region", std::to_string(region.layout_version)});
  to->Row({"source", model.live() ? "live region" : "capture"});
  to->Row({"region", Code(region.id) + (region.closed ? ", closed" : "")});
  to->Row({"snapshot", model.snapshot().consistent ? "consistent" : "not consistent"});
  to->Row({"memory", FormatBytes(region.committed_bytes) + " of " +
                         FormatBytes(region.capacity_bytes) + ", " +
                         FormatBytes(region.free_bytes) + " free"});
  to->Row({"clients", FormatCount(region.client_count)});
  to->Row({"connections", FormatCount(region.connection_count)});
  to->Row({"recoveries", FormatCount(region.recoveries)});
}

void AddFindings(const Model& model, Markdown* to) {
  to->Heading("Findings");
  if (model.findings().empty()) to->Paragraph("Nothing looks wrong.");
  for (const Finding& finding : model.findings()) {
    to->Paragraph("- **" + std::string(Name(finding.severity)) + "**: " + finding.sentence + " " +
                  finding.advice);
  }
}

std::string ValueOf(bool value) { return value ? "true" : "false"; }
std::string ValueOf(uint64_t value) { return FormatCount(value); }
std::string ValueOf(uint32_t value) { return FormatCount(value); }
template <typename Enum>
requires std::is_enum_v<Enum> std::string ValueOf(Enum value) { return Name(value); }

void AddOptions(const OptionValues& options, Markdown* to) {
  to->Heading("Options");
  to->Head({"option", "value"});
#define GLASSWAL_REPORT_OPTION(option, member, ...) to->Row({#member, ValueOf(options.member)});
  GLASSWAL_KEPT_OPTIONS(GLASSWAL_REPORT_OPTION)
#undef GLASSWAL_REPORT_OPTION
}

void AddClients(const Snapshot& snapshot, Markdown* to) {
  to->Heading("Clients");
  to->Head({"slot", "name", "kind", "state", "process", "age", "connections", "locks", "memory"});
  for (const ClientSnapshot& client : snapshot.clients) {
    to->Row({std::to_string(client.slot), Code(client.name), Name(client.kind), Name(client.state),
             std::to_string(client.process_id), FormatDuration(client.age_ns),
             std::to_string(client.connections), std::to_string(client.held_locks),
             FormatBytes(client.private_bytes)});
  }
  to->Heading("Connections");
  to->Head({"client", "database", "slot", "transaction", "waits for", "last operation", "statement",
            "commits", "busy"});
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    to->Row({Code(connection.client_name), Code(connection.database),
             std::to_string(connection.slot),
             connection.transaction_ns > 0 ? FormatDuration(connection.transaction_ns) : "",
             connection.waiting
                 ? connection.waiting->name + ", " + FormatDuration(connection.waiting->waited_ns)
                 : "",
             connection.last_operation,
             connection.statement
                 ? (connection.statement->running ? "runs " : "") + Code(connection.statement->text)
                 : "",
             FormatCount(connection.counters.commits), FormatCount(connection.counters.busy)});
  }
}

void AddLocks(const Snapshot& snapshot, Markdown* to) {
  to->Heading("Locks that are held, waited for or were refused");
  to->Head({"database", "lock", "held by", "mode", "for", "waited for by", "refused", "recovered"});
  for (const LockSnapshot& lock : snapshot.locks) {
    if (lock.holders.empty() && lock.waiters.empty() && lock.refused == 0) continue;
    to->Row({Code(lock.database), lock.name,
             lock.holders.empty() ? "" : Code(NamesOf(lock.holders)),
             lock.holders.empty() ? ""
             : lock.exclusive     ? "exclusive"
                                  : "shared",
             lock.exclusive && lock.held_ns > 0 ? FormatDuration(lock.held_ns) : "",
             lock.waiters.empty() ? "" : Code(WaitersOf(snapshot, lock)), FormatCount(lock.refused),
             FormatCount(lock.recovered)});
  }
}

std::string HolderOf(const std::optional<CheckpointHolder>& holder) {
  if (!holder) return {};
  return Code(NamesOf({holder->holder})) +
         (holder->duration_ns > 0 ? ", " + FormatDuration(holder->duration_ns) : "");
}

void AddStatements(const Snapshot& snapshot, Markdown* to) {
  if (snapshot.statements.empty()) return;
  to->Heading("Statements that took most time");
  to->Head({"client", "runs", "time", "longest", "waited", "failed", "statement"});
  for (const StatementTotals* each : SlowestStatements(snapshot, kMostStatements)) {
    to->Row({Code(each->client_name), FormatCount(each->runs), FormatDuration(TimeOf(*each)),
             FormatDuration(LongestOf(*each)), FormatDuration(each->lock_wait_ns),
             FormatCount(each->errors), Code(each->text)});
  }
}

void AddFiles(const Snapshot& snapshot, Markdown* to) {
  to->Heading("Files");
  to->Head({"path", "kind", "state", "size", "memory", "at most"});
  for (const FileSnapshot& file : snapshot.files) {
    to->Row({Code(file.path), Name(file.kind), Name(file.state),
             FormatBytes(file.logical_size_bytes), FormatBytes(file.allocated_bytes),
             FormatBytes(file.max_capacity_bytes)});
  }
  to->Heading("Write-ahead logs");
  to->Head({"database", "frames", "in the database", "held back by", "oldest reader",
            "last checkpoint", "header"});
  for (const WalSnapshot& wal : snapshot.wals) {
    to->Row({Code(wal.database), FormatCount(wal.frames), FormatCount(wal.backfilled),
             HolderOf(wal.held_back_by), HolderOf(wal.oldest_reader),
             wal.last_checkpoint_age_ns > 0 ? FormatDuration(wal.last_checkpoint_age_ns) + " ago"
                                            : "none",
             wal.header_valid ? "valid" : "not valid"});
  }
}

void AddCounters(const CounterValues& totals, Markdown* to) {
  to->Heading("Counters of all databases");
  to->Head({"counter", "value"});
  to->Row({"commits", FormatCount(totals.commits)});
  to->Row({"frames committed", FormatCount(totals.commit_frames)});
  to->Row({"reads by copy", FormatCount(totals.reads)});
  to->Row({"reads in place", FormatCount(totals.fetches)});
  to->Row({"writes", FormatCount(totals.writes)});
  to->Row({"read transactions", FormatCount(totals.read_transactions)});
  to->Row({"write transactions", FormatCount(totals.write_transactions)});
  to->Row({"SQLITE_BUSY", FormatCount(totals.busy)});
  to->Row({"SQLITE_FULL", FormatCount(totals.full)});
  to->Row({"other errors", FormatCount(totals.errors)});
  to->Row({"waits for locks",
           FormatCount(totals.lock_waits) + ", together " + FormatDuration(totals.lock_wait_ns)});
  to->Row({"checkpoints", FormatCount(totals.checkpoints) + ", " +
                              FormatCount(totals.checkpoint_frames) + " frames"});
}

std::string LocksOf(const RecoverySnapshot& recovery) {
  std::string text;
  for (const BlackBoxLock& lock : recovery.held_locks) {
    text += (text.empty() ? "" : ", ") + std::string(lock.waiting ? "waited for " : "") + lock.name;
  }
  return text;
}

void AddRecoveries(const Model& model, Markdown* to) {
  const Snapshot& snapshot = model.snapshot();
  to->Heading("Last recoveries");
  if (snapshot.recoveries.empty()) {
    to->Paragraph("None.");
    return;
  }
  to->Head({"#", "of", "process", "evicted", "ago", "took", "silent for", "locks", "last did"});
  for (const RecoverySnapshot& recovery : snapshot.recoveries) {
    std::string did;
    for (const Event& event : recovery.last_events) {
      did += (did.empty() ? "" : ", ") + std::string(Describe(event.kind).name);
    }
    to->Row({std::to_string(recovery.number), Code(recovery.client_name),
             std::to_string(recovery.process_id), recovery.evicted ? "yes" : "no",
             FormatDuration(recovery.age_ns), FormatDuration(recovery.duration_ns),
             FormatDuration(recovery.silent_ns), LocksOf(recovery), did});
  }
}

std::vector<Event> LastEvents(const Model& model) {
  const auto& all = model.events().events();
  const size_t count = std::min(all.size(), kReportEvents);
  return {all.end() - static_cast<std::ptrdiff_t>(count), all.end()};
}

}  // namespace

std::string ReportToMarkdown(const Model& model) {
  Markdown to;
  AddRegion(model, &to);
  AddFindings(model, &to);
  AddClients(model.snapshot(), &to);
  AddLocks(model.snapshot(), &to);
  AddStatements(model.snapshot(), &to);
  AddFiles(model.snapshot(), &to);
  AddCounters(model.snapshot().totals, &to);
  AddRecoveries(model, &to);
  AddOptions(model.snapshot().region.options, &to);
  const std::vector<Event> events = LastEvents(model);
  to.Heading("Last events");
  to.Add(EventsToMarkdown(events, model.names()));
  return to.text();
}

std::string ReportToJson(const Model& model, const Snapshot& snapshot) {
  std::string json = "{\"snapshot\":" + ToJson(snapshot) + ",\n\"findings\":[";
  bool first = true;
  for (const Finding& finding : model.findings()) {
    json +=
        std::string(first ? "" : ",\n ") + "{\"severity\":" + JsonString(Name(finding.severity)) +
        ",\"rule\":" + JsonString(finding.rule) + ",\"sentence\":" + JsonString(finding.sentence) +
        ",\"advice\":" + JsonString(finding.advice) + "}";
    first = false;
  }
  return json + "],\n\"events\":" + EventsToJson(LastEvents(model)) + "}";
}

}  // namespace glasswal::inspector::cli
