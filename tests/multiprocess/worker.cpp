#include "multiprocess/worker.h"

#include "port/clock.h"
#include "port/futex.h"
#include "recovery/runtime_inside.h"
#include "shm/region.h"
#include "store/text.h"
#include "store/words.h"

namespace glasswal::test {
namespace {

constexpr const char* kVfs = "worker";
// Added to the number of a worker in rows to be rolled back.
constexpr uint32_t kNeverCommitted = 1000;

std::string N(uint64_t value) { return std::to_string(value); }

}  // namespace

std::string CreateBook(const std::string& schema) {
  return "CREATE TABLE " + schema +
         ".entry(worker INT, tx INT, part INT, parts INT, body BLOB,"
         " PRIMARY KEY(worker, tx, part)) WITHOUT ROWID;"
         "CREATE INDEX " +
         schema + ".by_parts ON entry(parts, tx);";
}

int Worker::Run() {
  if (!Join() || !Open()) return 1;
  for (const Book book : {kBookMain, kBookSide, kBookPair}) {
    while (!Settle(book) && board_->failed.load() == 0) Park();
  }
  while (board_->leave.load() == 0 && board_->failed.load() == 0) {
    Park();
    DoOne();
    board_->operations.fetch_add(1, std::memory_order_relaxed);
  }
  Leave();
  return board_->failed.load() == 0 ? 0 : 1;
}

bool Worker::Join() {
  Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(region_, "worker-" + N(number_));
  if (!runtime.ok()) {
    board_->Fail("worker " + N(number_) + " cannot join: " + runtime.status().message());
    return false;
  }
  runtime_ = *runtime;
  const Status registered = runtime_->RegisterVfs(kVfs, false);
  if (!registered.ok()) board_->Fail(registered.message());
  return registered.ok();
}

bool Worker::Open() {
  sql_ = std::make_unique<Sql>("/app.sqlite", kVfs, 2000);
  if (!sql_->ok()) {
    board_->Fail("worker " + N(number_) + " cannot open: " + sql_->error());
    return false;
  }
  sql_->Run(Below(2) != 0 ? "PRAGMA mmap_size=268435456" : "PRAGMA mmap_size=0");
  sql_->Run("PRAGMA cache_size=" + N(10 + Below(200)));
  while (!sql_->Run(kAttachAll)) {
    if (!Expect("attach")) return false;
    Park();
    sql_ = std::make_unique<Sql>("/app.sqlite", kVfs, 2000);
  }
  return true;
}

void Worker::Leave() {
  sql_.reset();
  if (runtime_ == nullptr) return;
  const Status status = Runtime::UnregisterVfs(kVfs);
  if (!status.ok()) board_->Fail(status.message());
  runtime_.reset();
}

/// Stands still while the referee looks at the region, holding what a connection holds between two
/// statements and nothing else.
void Worker::Park() {
  const uint32_t halt = board_->halt.load();
  if (halt == 0) return;
  board_->parked[number_].store(halt);
  port::FutexWake(&board_->parked[number_], 1);
  while (board_->halt.load() == halt && board_->leave.load() == 0) {
    port::FutexWait(&board_->halt, halt, 50'000'000);
  }
}

/// True when the last statement worked or was refused; anything else is recorded as a failure.
bool Worker::Expect(const char* what) {
  const int code = sql_->code();
  if (sql_->ok() || code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_INTERRUPT) {
    return true;
  }
  if (code == SQLITE_FULL && board_->cramped.load() != 0) {
    board_->full.fetch_add(1);
    return true;
  }
  board_->Fail("worker " + N(number_) + ", " + what + ": " + sql_->error());
  return false;
}

void Worker::DoOne() {
  const uint32_t dice = Below(200);
  if (dice < 100) return Write(kBookMain);
  if (dice < 122) return ReadTwice();
  if (dice < 140) return Write(kBookSide);
  if (dice < 150) return Write(kBookPair);
  if (dice < 164) return Checkpoint();
  if (dice < 174) return WriteAndRollBack();
  if (dice < 180) return Grow();
  if (dice < 182) return Vacuum();
  if (dice < 184) return ChangeLevel();
  if (dice < 186) return Cancel();
  sql_.reset();
  if (dice >= 196) {
    Leave();
    Join();
  }
  Open();
}

/// Learns, after the death of the worker whose number this one has, whether its last transaction
/// was committed. From here on it stays so.
bool Worker::Settle(Book book) {
  static constexpr const char* kSchemas[] = {"main", "side", "left_"};
  const int64_t last =
      sql_->Number("SELECT coalesce(max(tx), 0) FROM " + std::string(kSchemas[book]) +
                   ".entry WHERE worker=" + N(number_));
  if (!Expect("settle") || last < 0) return false;
  Ledger& own = ledger(book);
  if (static_cast<uint64_t>(last) < own.acked.load() ||
      static_cast<uint64_t>(last) > own.begun.load()) {
    board_->Fail("worker " + N(number_) + " finds transaction " + N(last) + " of book " + N(book) +
                 " to be the last, but " + N(own.acked.load()) + " was acknowledged and " +
                 N(own.begun.load()) + " begun");
    return false;
  }
  own.acked.store(static_cast<uint64_t>(last));
  own.begun.store(static_cast<uint64_t>(last));
  return true;
}

bool Worker::InsertAndPrune(const std::string& schema, uint64_t transaction, uint32_t parts,
                            uint32_t bytes) {
  const std::string table = schema + ".entry";
  return sql_->Run("INSERT INTO " + table +
                   " WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i<" +
                   N(parts - 1) + ") SELECT " + N(number_) + "," + N(transaction) + ",i," +
                   N(parts) + ",randomblob(" + N(bytes) + ") FROM c") &&
         (transaction <= kKeep || sql_->Run("DELETE FROM " + table + " WHERE worker=" + N(number_) +
                                            " AND tx<" + N(transaction - kKeep)));
}

void Worker::Write(Book book) {
  Ledger& own = ledger(book);
  const uint64_t transaction = own.acked.load() + 1;
  const uint32_t parts = 1 + Below(12);
  const uint32_t bytes = Below(300);
  own.begun.store(transaction);
  const bool deferred = book == kBookMain && Below(3) == 0;
  bool done =
      sql_->Run(deferred ? "BEGIN; SELECT count(*) FROM entry WHERE worker=0" : "BEGIN IMMEDIATE");
  if (book == kBookPair) {
    done = done && InsertAndPrune("left_", transaction, parts, bytes) &&
           InsertAndPrune("right_", transaction, parts, bytes);
  } else {
    done = done && InsertAndPrune(book == kBookMain ? "main" : "side", transaction, parts, bytes);
  }
  done = done && sql_->Run("COMMIT");
  if (done) {
    own.acked.store(transaction);
    return;
  }
  if (Expect("write") && sqlite3_get_autocommit(sql_->db()) == 0) {
    sql_->Run("ROLLBACK");
    Expect("rollback after refusal");
  }
}

void Worker::WriteAndRollBack() {
  if (sql_->Run("BEGIN IMMEDIATE") &&
      sql_->Run(
          "INSERT INTO entry WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE "
          "i<200) SELECT " +
          N(number_ + kNeverCommitted) + ",1,i,201,randomblob(500) FROM c")) {
    sql_->Run("SAVEPOINT s; DELETE FROM entry; ROLLBACK TO s; RELEASE s");
  }
  if (!Expect("write to roll back")) return;
  if (sqlite3_get_autocommit(sql_->db()) == 0) sql_->Run("ROLLBACK");
  Expect("rollback");
}

/// One large row in a table of its own, replaced each time: files grow and shrink by many segments.
void Worker::Grow() {
  const uint32_t most_bytes = board_->cramped.load() != 0 ? 4'000'000 : 600'000;
  sql_->Run("REPLACE INTO bulk VALUES(" + N(number_) + ", randomblob(" + N(1 + Below(most_bytes)) +
            "))");
  if (Expect("grow") && Below(2) == 0) {
    sql_->Run("DELETE FROM bulk WHERE worker=" + N(number_));
    Expect("shrink");
  }
}

void Worker::Checkpoint() {
  static constexpr const char* kModes[] = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
  sqlite3_busy_timeout(sql_->db(), static_cast<int>(Below(100)));
  sql_->Run(std::string("PRAGMA wal_checkpoint(") + kModes[Below(4)] + ")");
  Expect("checkpoint");
  sqlite3_busy_timeout(sql_->db(), 2000);
}

void Worker::Vacuum() {
  sqlite3_busy_timeout(sql_->db(), static_cast<int>(Below(100)));
  sql_->Run(Below(2) == 0 ? "VACUUM" : "VACUUM side");
  Expect("vacuum");
  sqlite3_busy_timeout(sql_->db(), 2000);
}

void Worker::ChangeLevel() {
  static constexpr EventLevel kLevels[] = {EventLevel::kOff, EventLevel::kInfo, EventLevel::kTrace};
  runtime_->SetEventLevel(kLevels[Below(3)]);
}

/// Ends what the other workers run, while they run something.
void Worker::Cancel() {
  const shm::Region& region = RegionOf(*runtime_);
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const uint64_t word = region.client(slot)->state.load();
    char name[shm::kNameBytes];
    if (store::ClientStateOf(word) != shm::kClientLive ||
        !store::LoadText(region.client(slot)->name, name).starts_with("worker-")) {
      continue;
    }
    (void)runtime_->Cancel(slot, store::GenerationOf(word));
  }
}

/// A snapshot stays what it is however long it is held.
void Worker::ReadTwice() {
  static const std::string kSum =
      "SELECT count(*) || '/' || coalesce(sum(tx * 31 + part), 0) FROM entry";
  if (!sql_->Run("BEGIN")) return;
  const std::string first = sql_->Text(kSum);
  const bool read = sql_->ok();
  Expect("read");
  port::SleepUs(Below(3) == 0 ? Below(3000) : 0);
  const std::string second = sql_->Text(kSum);
  if (Expect("read again") && read && sql_->ok() && first != second) {
    board_->Fail("worker " + N(number_) + " saw its snapshot change from " + first + " to " +
                 second);
  }
  sql_->Run("COMMIT");
  Expect("end of reading");
}

}  // namespace glasswal::test
