#include "multiprocess/referee.h"

#include <algorithm>
#include <array>

#include "multiprocess/effort.h"
#include "multiprocess/region_audit.h"
#include "multiprocess/worker.h"
#include "port/clock.h"
#include "port/memory.h"
#include "port/unique_name.h"
#include "store/super_journal.h"
#include "store/words.h"

namespace glasswal::test {
namespace {

constexpr const char* kVfs = "referee";
constexpr uint64_t kNsPerMs = 1'000'000;
constexpr uint64_t kPatienceNs = 1000 * kNsPerMs * kSlowness;

std::string N(uint64_t value) { return std::to_string(value); }

}  // namespace

Options KillTestOptions(const std::string& name, Roominess roominess) {
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = UniqueName(name + "-kill");
  options.statement_capacity = 16;  // Fewer than there are, so that rows change hands.
  // As little as can be at the start, so that there is much to link and to give back.
  options.initial_database_capacity_bytes = 64 * kKiB;
  options.initial_write_ahead_capacity_bytes = 64 * kKiB;
  options.max_database_capacity_bytes = 256 * kMiB;
  options.max_write_ahead_capacity_bytes = 256 * kMiB;
  options.event_capacity = 256;
  if (roominess == Roominess::kCramped) {
    options.region_capacity_bytes = 14 * kMiB;
    options.max_database_capacity_bytes = 8 * kMiB;
    options.max_write_ahead_capacity_bytes = 8 * kMiB;
  }
  return options;
}

Referee::Referee(const Options& options, Scoreboard* board) : board_(board), name_(options.name) {
  Create(options);
}

Referee::~Referee() {
  watched_.clear();
  sql_.reset();
  if (runtime_ == nullptr) return;
  (void)Runtime::UnregisterVfs(kVfs);
  runtime_.reset();
  (void)Runtime::Remove(name_);
}

void Referee::Create(const Options& options) {
  Result<std::shared_ptr<Runtime>> runtime = Runtime::Create(options, "referee");
  if (!runtime.ok()) return Fail(runtime.status().message());
  runtime_ = *runtime;
  const Status registered = runtime_->RegisterVfs(kVfs, false);
  if (!registered.ok()) return Fail(registered.message());
  sql_ = std::make_unique<Sql>("/app.sqlite", kVfs, 10'000);
  const std::string statements =
      CreateBook("main") + "CREATE TABLE bulk(worker INTEGER PRIMARY KEY, body BLOB);" +
      "CREATE TABLE probe(n INTEGER PRIMARY KEY);" + kAttachAll +
      "PRAGMA side.journal_mode=DELETE; PRAGMA left_.journal_mode=DELETE;"
      "PRAGMA right_.journal_mode=DELETE;" +
      CreateBook("side") + CreateBook("left_") + CreateBook("right_");
  if (!sql_->ok() || !sql_->Run(statements)) Fail(sql_->error());
  if (sql_->Text("PRAGMA main.journal_mode") != "wal") Fail("the database is not in WAL mode");
  if (sql_->Text("PRAGMA side.journal_mode") != "delete") Fail("the side is not in DELETE mode");
  for (const char* table : {"entry", "side.entry", "left_.entry", "right_.entry"}) {
    Result<std::unique_ptr<TableWatch>> watch = TableWatch::Create(sql_->db(), {table});
    if (!watch.ok()) return Fail(watch.status().message());
    watched_.push_back({table, std::move(*watch), "", true});
  }
}

/// While nobody is inside the VFS, so that no commit can be seen and not told of yet.
void Referee::CheckChanges() {
  for (Watched& watched : watched_) {
    const Result<bool> looked = watched.watch->Look();
    // A worker that stands still in a transaction without a log keeps others out.
    if (!looked.ok()) continue;
    watched.told = watched.told || *looked;
    std::string rows = sql_->Text(
        "SELECT count(*) || ' ' || total(worker * 31 + tx) || ' ' || total(tx * part) FROM " +
        watched.table);
    if (!sql_->ok()) continue;
    if (rows != watched.rows && !watched.told)
      Fail("nobody was told of a commit to " + watched.table);
    watched.rows = std::move(rows);
    watched.told = false;
  }
}

void Referee::AfterDeath(const ClientPlace& dead, uint64_t died_ns) {
  const bool written = sql_->Run("REPLACE INTO probe VALUES(" + N(++writes_ % 10) + ")");
  const uint64_t took_ns = port::NowNs() - died_ns;
  slowest_ns_ = std::max(slowest_ns_, took_ns);
  const bool is_full = board_->cramped.load() != 0 && sql_->code() == SQLITE_FULL;
  if (!written && !is_full) return Fail("the write after a death failed: " + sql_->error());
  if (took_ns > kPatienceNs) {
    Fail("the write after a death took " + N(took_ns / kNsPerMs) + " ms");
  }
  if (dead.slot < shm::kMaxClients) CheckDead(dead, died_ns);
}

void Referee::CheckDead(const ClientPlace& dead, uint64_t died_ns) {
  runtime_->RecoverDead();
  // Another survivor may be the one that recovers; then it is about to be done.
  const shm::Atomic64& state = region().client(dead.slot)->state;
  while (store::GenerationOf(state.load()) == dead.generation &&
         store::ClientStateOf(state.load()) != shm::kClientFree) {
    if (port::NowNs() - died_ns > kPatienceNs) break;
    port::SleepUs(100);
    runtime_->RecoverDead();
  }
  const std::string left = AuditDead(region(), dead.slot, dead.generation);
  if (!left.empty()) Fail("after the death of client " + N(dead.slot) + ": " + left);
}

void Referee::CheckBook(Book book, const char* schema) {
  std::array<uint64_t, kMostWorkers> acked;
  for (uint32_t i = 0; i < kMostWorkers; ++i) acked[i] = board_->ledgers[i][book].acked.load();
  std::array<bool, kMostWorkers> seen = {};
  const std::string table = std::string(schema) + ".entry";
  const bool read = sql_->ForEachRow(
      "SELECT worker, min(tx), max(tx), count(*), sum(n<>p OR p<>q OR low<>0 OR high<>n-1) FROM "
      "(SELECT worker, tx, count(*) n, max(parts) p, min(parts) q, min(part) low, max(part) high "
      "FROM " +
          table + " GROUP BY worker, tx) GROUP BY worker",
      [&](sqlite3_stmt* row) {
        const auto worker = static_cast<uint64_t>(sqlite3_column_int64(row, 0));
        const auto low = static_cast<uint64_t>(sqlite3_column_int64(row, 1));
        const auto high = static_cast<uint64_t>(sqlite3_column_int64(row, 2));
        const auto count = static_cast<uint64_t>(sqlite3_column_int64(row, 3));
        const std::string who = table + ", worker " + N(worker) + ": ";
        if (worker >= kMostWorkers) return Fail(who + "a row that was never committed");
        seen[worker] = true;
        if (sqlite3_column_int64(row, 4) != 0) Fail(who + "a transaction is torn");
        if (count != high - low + 1) Fail(who + "a transaction in the middle is missing");
        if (low != (high > kKeep ? high - kKeep : 1))
          Fail(who + "the oldest transaction is " + N(low));
        if (high < acked[worker]) {
          Fail(who + "transaction " + N(acked[worker]) +
               " was acknowledged, the last one there is " + N(high));
        }
        // Ledgers only grow while the worker lives, and a new one with its number begins at `high`.
        const uint64_t begun = board_->ledgers[worker][book].begun.load();
        if (high > begun) Fail(who + "transaction " + N(high) + " is there, begun was " + N(begun));
      });
  if (!read) return Fail(sql_->error());
  for (uint32_t i = 0; i < kMostWorkers; ++i) {
    if (!seen[i] && acked[i] != 0) Fail(table + ", worker " + N(i) + ": everything is gone");
  }
}

void Referee::CheckSound() {
  for (const char* schema : {"main", "side", "left_", "right_"}) {
    const std::string verdict = sql_->Text(std::string("PRAGMA ") + schema + ".integrity_check");
    if (!sql_->ok()) return Fail(sql_->error());
    if (verdict != "ok") Fail(std::string("integrity_check of ") + schema + ": " + verdict);
  }
}

void Referee::CheckBooks() {
  CheckBook(kBookMain, "main");
  CheckBook(kBookSide, "side");
  if (!sql_->Run("BEGIN")) return Fail(sql_->error());
  CheckBook(kBookPair, "left_");
  CheckBook(kBookPair, "right_");
  const int64_t different = sql_->Number(
      "SELECT count(*) FROM (SELECT worker, tx, part, parts FROM left_.entry EXCEPT "
      "SELECT worker, tx, part, parts FROM right_.entry)");
  if (!sql_->ok() || different != 0) {
    Fail("the two databases of a pair differ by " + std::to_string(different) + " rows");
  }
  sql_->Run("COMMIT");
  CheckSound();
  if (board_->failed.load() != 0) Fail(board_->FirstFailure());
}

void Referee::CheckFiles() {
  for (const FileEntry& file : runtime().ListFiles()) {
    if (store::IsSuperJournalName(file.path)) Fail(file.path + " stayed behind");
  }
}

void Referee::MakeRoom() {
  for (const char* statement : {"DELETE FROM bulk", "PRAGMA main.wal_checkpoint(TRUNCATE)",
                                "VACUUM", "REPLACE INTO probe VALUES(0)"}) {
    if (sql_->Run(statement)) continue;
    std::string files;
    for (const FileEntry& file : runtime().ListFiles()) {
      files += " " + file.path + " " + std::to_string(file.size_bytes);
    }
    Fail("there is no room for anything after all have left: " + sql_->error() +
         "; files:" + files);
  }
}

void Referee::CheckRegion(uint64_t kills) {
  const std::string problems = AuditQuiescent(region(), kills);
  if (!problems.empty()) Fail(problems);
  CheckChanges();
}

void Referee::Close() {
  watched_.clear();
  sql_.reset();
  const Status status = Runtime::UnregisterVfs(kVfs);
  if (!status.ok()) Fail(status.message());
  runtime_.reset();
  if (port::OpenNamedMemoryReadOnly(name_).ok()) {
    Fail("the last client has left and the region is still there");
    (void)Runtime::Remove(name_);
  }
}

}  // namespace glasswal::test
