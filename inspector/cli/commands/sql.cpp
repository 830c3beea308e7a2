// glasswal sql: statements in a database of a region, as a client of it.
#include <sqlite3.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/sql/printer.h"
#include "cli/target.h"
#include "glasswal/runtime.h"
#include "glasswal/sqlite.h"

namespace glasswal::inspector::cli {
namespace {

constexpr const char* kVfs = "glasswal-cli";

// For the handler of SIGINT, which may only say that it came.
volatile std::sig_atomic_t interrupted = 0;
int StopWhenInterrupted(void*) { return interrupted != 0; }

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Closer>;
using Statement = std::unique_ptr<sqlite3_stmt, Closer>;

/// The database that is meant: the one that was named, or the only one there is.
Result<std::string> DatabaseOf(const Arguments& arguments, const Snapshot& snapshot) {
  if (!arguments.database.empty()) return arguments.database;
  std::vector<std::string> paths;
  std::string list;
  for (const FileSnapshot& file : snapshot.files) {
    if (file.kind != FileKind::kDatabase || file.state != FileState::kLive) continue;
    paths.push_back(file.path);
    list += (list.empty() ? "" : ", ") + file.path;
  }
  if (paths.size() == 1) return paths[0];
  if (paths.empty()) {
    return Status(StatusCode::kNotFound, "There is no database in the region " + arguments.target +
                                             ": --db PATH makes one.");
  }
  return Status(StatusCode::kInvalidArgument, "There are several databases in the region " +
                                                  arguments.target +
                                                  ": say which by --db, one of " + list + ".");
}

std::string ReadInput() {
  std::string text;
  char part[4096];
  while (const size_t size = std::fread(part, 1, sizeof(part), stdin)) text.append(part, size);
  return text;
}

int ComplainOf(sqlite3* db, int result) {
  std::string sentence = sqlite3_errmsg(db);
  const int primary = result & 0xff;
  if (primary == SQLITE_BUSY) {
    const Refusal refusal = LastRefusal(db);
    if (refusal.present) sentence += ": " + refusal.ToString();
  }
  const bool refused = primary == SQLITE_BUSY || primary == SQLITE_READONLY;
  return Complain(sentence, refused ? kRefused : kFailed);
}

int RunStatements(sqlite3* db, const std::string& sql, RowFormat format, Output* output) {
  const char* rest = sql.c_str();
  const char* const end = rest + sql.size();
  while (rest < end && output->ok()) {
    sqlite3_stmt* prepared = nullptr;
    const int result = sqlite3_prepare_v2(db, rest, static_cast<int>(end - rest), &prepared, &rest);
    const Statement statement(prepared);
    if (result != SQLITE_OK) return ComplainOf(db, result);
    if (statement == nullptr) continue;  // A comment, or nothing.
    const bool has_rows = sqlite3_column_count(statement.get()) > 0;
    const std::unique_ptr<RowPrinter> printer =
        has_rows ? NewRowPrinter(format, statement.get(), output) : nullptr;
    int step = SQLITE_ROW;
    bool any = false;
    while (output->ok() && (step = sqlite3_step(statement.get())) == SQLITE_ROW) {
      printer->Row(statement.get());
      any = true;
    }
    if (step == SQLITE_ROW) return kDone;  // Nobody reads any more.
    // What fails before its first row has no result.
    if (printer != nullptr && (any || step == SQLITE_DONE)) printer->End();
    if (step != SQLITE_DONE) {
      output->Flush();
      return ComplainOf(db, step);
    }
  }
  return kDone;
}

int RunIn(const std::string& path, const std::string& sql, const Arguments& arguments,
          Output* output) {
  sqlite3* opened = nullptr;
  const int flags = arguments.read_only          ? SQLITE_OPEN_READONLY
                    : arguments.database.empty() ? SQLITE_OPEN_READWRITE
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int result = sqlite3_open_v2(path.c_str(), &opened, flags, kVfs);
  const Connection db(opened);
  if (result != SQLITE_OK) {
    const std::string why = LastError(kVfs);
    return Complain(path + " cannot be opened: " + (why.empty() ? sqlite3_errstr(result) : why),
                    kFailed);
  }
  sqlite3_busy_timeout(db.get(), static_cast<int>(arguments.timeout_ms));
  sqlite3_progress_handler(db.get(), 1000, StopWhenInterrupted, nullptr);
  const RowFormat format = arguments.json  ? RowFormat::kJson
                           : arguments.csv ? RowFormat::kCsv
                                           : RowFormat::kTable;
  const int code = RunStatements(db.get(), sql, format, output);
  // One that has only read loses nothing.
  if (sqlite3_txn_state(db.get(), nullptr) != SQLITE_TXN_WRITE) return code;
  output->Flush();
  const int lost = Complain(
      "The transaction that was open at the end is rolled back: end it with COMMIT.", kFailed);
  return code != kDone ? code : lost;
}

}  // namespace

int RunSql(const Arguments& arguments, Output* output) {
  if (arguments.json && arguments.csv) return Complain("It is --json or --csv.", kUsage);
  const Result<std::unique_ptr<Look>> look = LookAtRegion(arguments.target);
  if (!look.ok()) return Complain(look.status());
  if (!arguments.force && !HasLivingClient(**look)) {
    return Complain("Nobody lives in the region " + arguments.target +
                    ", and a region goes with its last client, which this command would be. Save "
                    "it first (glasswal capture --contents), or say --force.");
  }
  const Result<std::string> path = DatabaseOf(arguments, (*look)->untouched);
  if (!path.ok()) return Complain(path.status());
  std::string sql;
  for (const std::string& word : arguments.words) sql += (sql.empty() ? "" : " ") + word;
  if (arguments.words.empty()) sql = ReadInput();

  const Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(arguments.target, "glasswal sql");
  if (!runtime.ok()) return Complain(runtime.status());
  const Status registered = (*runtime)->RegisterVfs(kVfs, /*make_default=*/false);
  if (!registered.ok()) return Complain(registered);
  // Whoever is interrupted still leaves the region as a client does.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, [](int which) { interrupted = which; });
  }
  const int code = RunIn(*path, sql, arguments, output);
  (void)Runtime::UnregisterVfs(kVfs);
  return interrupted != 0 ? 128 + interrupted : code;
}

}  // namespace glasswal::inspector::cli
