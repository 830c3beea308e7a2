#include "sqlite/statement_watch.h"

#include <algorithm>
#include <utility>

#include "port/clock.h"
#include "sqlite/database_file.h"
#include "store/text.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::sqlite {

/// Those of a connection of an SQLite that is not the patched one. It belongs to the connection and
/// to each of them.
struct Watches {
  GlasswalWatch* first;
  uint32_t users;
};

namespace {

constexpr uint64_t kExactRuns = 16;                   // The first runs of a row are timed exactly,
constexpr uint32_t kRunsPerSample = 64;               // then one in so many, at random,
constexpr uint64_t kLongRunNs = 16 * port::kNsPerMs;  // and whatever the coarse clock can tell.

constexpr int kAlone = 2;  // A short one that is a transaction of its own.

/// From one that is timed exactly to the next. Spread evenly, so that statements that take turns are
/// all met.
constexpr uint32_t UntilExact(uint64_t run) {
  return kRunsPerSample / 2 +
         static_cast<uint32_t>(run * 0x9e3779b97f4a7c15 >> 32) % kRunsPerSample;
}

StatementTracking TrackingOf(const DatabaseFile& file) {
  return static_cast<StatementTracking>(
      file.region().header()->statement_tracking.load(std::memory_order_relaxed));
}

// What follows is for an SQLite that is not the patched one: it calls the watches of a connection,
// as the patched one does, from the callbacks that every SQLite has. Those know neither how many
// rows a statement returned nor what it came to, nor when one is prepared.

constexpr int kUnknownCode = -1;
constexpr char kClientData[] = "glasswal.watches";

int OnTrace(unsigned type, void* context, void* statement, void* text) {
  const auto* watches = static_cast<Watches*>(context);
  // For one that runs inside of another, and for a trigger, SQLite makes up a comment. It cannot be
  // told by its dashes: an application's own statement may begin with a comment.
  if (type == SQLITE_TRACE_STMT && text != sqlite3_sql(static_cast<sqlite3_stmt*>(statement))) {
    return 0;
  }
  for (GlasswalWatch* watch = watches->first; watch != nullptr; watch = watch->pNext) {
    unsigned long long row = 0;
    if (type == SQLITE_TRACE_STMT) watch->xBegin(watch, statement, &row, 0);
    if (type == SQLITE_TRACE_PROFILE) watch->xEnd(watch, statement, 0, kUnknownCode);
  }
  return 0;
}

int OnProgress(void* context) {
  GlasswalWatch* watch = static_cast<Watches*>(context)->first;
  while (watch != nullptr && watch->xIsCancelled(watch) == 0) watch = watch->pNext;
  return watch != nullptr ? 1 : 0;
}

// A connection that is closed with statements open gives up its data first, while they go on.
void Leave(void* context) {
  auto* watches = static_cast<Watches*>(context);
  if (--watches->users == 0) sqlite3_free(watches);
}

/// The watches of `db`; null where there is no memory for them, or no place: an SQLite before 3.44.
Watches* WatchesOf(sqlite3* db) {
  constexpr int kHasClientData = 3'044'000;
  if (sqlite3_libversion_number() < kHasClientData) return nullptr;
  auto* watches = static_cast<Watches*>(sqlite3_get_clientdata(db, kClientData));
  if (watches != nullptr) return watches;
  watches = static_cast<Watches*>(sqlite3_malloc(sizeof(Watches)));
  if (watches == nullptr) return nullptr;
  *watches = {nullptr, 1};
  if (sqlite3_set_clientdata(db, kClientData, watches, Leave) != SQLITE_OK) return nullptr;
  (void)sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, OnTrace, watches);
  sqlite3_progress_handler(db, GLASSWAL_STEPS_PER_LOOK, OnProgress, watches);
  return watches;
}

}  // namespace

StatementWatch::StatementWatch(DatabaseFile* file)
    : GlasswalWatch{}, file_(file), shm_(file->connection.shm), rows_(file->connection) {
  PointIntoRegion();
  xBegin = [](GlasswalWatch* watch, void* statement, unsigned long long* row, int is_short) {
    static_assert(sizeof(*row) == sizeof(uint64_t));
    static_cast<StatementWatch*>(watch)->Begin(static_cast<sqlite3_stmt*>(statement),
                                               reinterpret_cast<uint64_t*>(row), is_short);
  };
  xEnd = [](GlasswalWatch* watch, void* statement, unsigned rows, int code) {
    static_cast<StatementWatch*>(watch)->End(statement, rows, code);
  };
  xPrepared = [](GlasswalWatch* watch, int statements) {
    static_cast<StatementWatch*>(watch)->Count(statements);
  };
  xIsCancelled = [](GlasswalWatch* watch) {
    static_cast<StatementWatch*>(watch)->Lasts();
    return static_cast<int>(static_cast<StatementWatch*>(watch)->IsCancelled());
  };
}

// What glasswalBeginShort() and glasswalEndShort() do is what this class and StatementRows do.
void StatementWatch::PointIntoRegion() {
  static_assert(GLASSWAL_TRACKS == static_cast<uint32_t>(StatementTracking::kOn));
  static_assert(GLASSWAL_TRACKS_NONE == static_cast<uint32_t>(StatementTracking::kOff));
  static_assert(GLASSWAL_TELLS_ALL == static_cast<uint32_t>(LevelOf(EventKind::kStatement)));
  static_assert((store::RunningWord(1, 0, false)) == GLASSWAL_ONE_RUN);
  static_assert((store::RunningWord(0, 0, true)) == GLASSWAL_RUNS);
  const auto word = [](shm::Atomic64& in_region) {
    static_assert(sizeof(in_region) == sizeof(unsigned long long));
    return reinterpret_cast<unsigned long long*>(&in_region);
  };
  pWord = reinterpret_cast<unsigned long long*>(rows_.word());
  pRunning = word(shm_->running);
  pSince = word(shm_->running_ns);
  pRows = word(shm_->row_rows);
  pTransaction = word(shm_->transaction_ns);
  pTracking = reinterpret_cast<const unsigned*>(&file_->region().header()->statement_tracking);
  pLevel = reinterpret_cast<const unsigned*>(&file_->region().header()->event_level);
  const recovery::Client::FenceWords fence = file_->client().fence_words();
  pAlive = reinterpret_cast<const unsigned long long*>(fence.state);
  iAlive = fence.live_word;
  pForks = reinterpret_cast<const unsigned*>(fence.forks);
  iForks = fence.fork_generation;
  xNow = [] { return static_cast<unsigned long long>(port::CoarseNowNs()); };
}

StatementWatch::~StatementWatch() {
  if (first_ != nullptr) {
    GlasswalWatch** at = first_;
    while (*at != nullptr && *at != this) at = &(*at)->pNext;
    if (*at == this) *at = pNext;
  }
  if (watches_ != nullptr) Leave(watches_);
  if (store::OwnsSlot(file_->connection) && !file_->client().IsFenced()) rows_.Close();
}

void StatementWatch::Join(GlasswalWatchPlace* place) {
  expected_ = nullptr;
  db_ = static_cast<sqlite3*>(place->db);
  first_ = place->ppFirst;
  GlasswalWatch** last = first_;
  while (*last != nullptr) last = &(*last)->pNext;
  *last = this;
}

void StatementWatch::Count(int statements) {
  shm_->statements.store(static_cast<uint32_t>(std::max(statements, 0)), std::memory_order_relaxed);
}

// Names in double quotes are names for certain only where SQLite takes them for nothing else.
trace::TextRules StatementWatch::Rules() const {
  trace::TextRules rules;
  const auto kept = static_cast<StatementText>(
      file_->region().header()->statement_text.load(std::memory_order_relaxed));
  rules.keeps_literals = kept == StatementText::kFull;
  rules.quotes_names = true;
  for (const int where : {SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL}) {
    int may_be_text = 1;
    (void)sqlite3_db_config(db_, where, -1, &may_be_text);
    if (may_be_text != 0) rules.quotes_names = false;
  }
  return rules;
}

store::StatementHandle StatementWatch::Find(sqlite3_stmt* statement) {
  const char* sql = sqlite3_sql(statement);
  if (sql == nullptr) return 0;
  const auto kept = static_cast<StatementText>(
      file_->region().header()->statement_text.load(std::memory_order_relaxed));
  return rows_.Find(sql, Rules(), kept == StatementText::kFull || kept == StatementText::kRedacted);
}

bool StatementWatch::IsExact() {
  if (file_->IsRecorded(EventKind::kStatement)) return true;
  if (rows_.runs() <= kExactRuns) {
    nShort = 0;
    return true;
  }
  if (TrackingOf(*file_) == StatementTracking::kTimed) return true;
  if (nShort > 0) {
    --nShort;
    return false;
  }
  nShort = UntilExact(rows_.run()) - 1;
  return true;
}

void StatementWatch::Begin(sqlite3_stmt* statement, uint64_t* remembered, int is_short) {
  const StatementTracking tracking = TrackingOf(*file_);
  if (tracking == StatementTracking::kOff || file_->client().IsFenced()) return;
  const bool may_be_short = is_short != 0 && nShort > 0 && run_count_ == 0 && pShort == nullptr &&
                            tracking == StatementTracking::kOn && !cancellation_.present &&
                            !file_->IsRecorded(EventKind::kStatement);
  // Since when the transaction of one is idle is since the last that ran in it.
  const bool is_alone =
      is_short == kAlone && shm_->transaction_ns.load(std::memory_order_relaxed) == 0;
  if (may_be_short && rows_.Begin(*remembered, is_alone ? 0 : port::CoarseNowNs())) [[likely]] {
    --nShort;
    pShort = statement;
    MayRepeat();
    return;
  }
  Lasts();
  BeginTimed(statement, remembered);
}

/// The next run may begin and end without a call, if it is of the same statement.
void StatementWatch::MayRepeat() {
  iRow = run_count_ == 0 && !cancellation_.present ? rows_.current() : 0;
}

// What runs is one of those that are timed, from now on.
void StatementWatch::TimeShort() {
  uint64_t since_ns = store::RunningSinceNs(*shm_);
  if (since_ns == 0) since_ns = port::CoarseNowNs();
  rows_.Since(since_ns);
  runs_[run_count_++] = {std::exchange(pShort, nullptr), rows_.current(), since_ns, false,
                         rows_.run()};
  MayRepeat();
}

void StatementWatch::BeginTimed(sqlite3_stmt* statement, uint64_t* remembered) {
  if (run_count_ == runs_.size()) return;
  if (cancellation_.present) cancellation_ = {};
  if (*remembered == 0 || !rows_.Begin(*remembered, 0)) {
    *remembered = Find(statement);
    if (*remembered == 0 || !rows_.Begin(*remembered, 0)) return;
  }
  // Both clocks tell the same time, and one of them is enough.
  const bool is_exact = IsExact();
  const uint64_t now_ns = is_exact ? port::NowNs() : port::CoarseNowNs();
  rows_.Since(now_ns);
  runs_[run_count_++] = {statement, *remembered, now_ns, is_exact, rows_.run()};
  MayRepeat();
}

store::RunResult StatementWatch::Measure(const Run& run, uint64_t now_ns) const {
  store::RunResult result;
  result.elapsed_ns = now_ns > run.since_ns ? now_ns - run.since_ns : 0;
  if (run.is_exact) {
    result.stands_for = rows_.untimed(2 * kRunsPerSample);
  } else if (result.elapsed_ns >= kLongRunNs) {
    result.stands_for = 1;
  }
  const uint64_t slow_ms = file_->region().header()->slow_ms.load(std::memory_order_relaxed);
  result.is_slow = result.elapsed_ns >= slow_ms * port::kNsPerMs;
  return result;
}

void StatementWatch::End(const void* statement, uint64_t rows, int code) {
  Lasts();
  EndTimed(statement, rows, code);
}

void StatementWatch::EndTimed(const void* statement, uint64_t rows, int code) {
  uint32_t at = run_count_;
  while (at > 0 && runs_[at - 1].statement != statement) --at;
  if (at == 0) return;
  const Run run = runs_[at - 1];
  std::copy(runs_.begin() + at, runs_.begin() + run_count_, runs_.begin() + at - 1);
  --run_count_;
  if (file_->client().IsFenced()) return;
  const bool is_cancelled = EndWish();
  const uint64_t now_ns = run.is_exact ? port::NowNs() : port::CoarseNowNs();
  const bool is_current = at == run_count_ + 1;
  // One that ends while a later one runs becomes current for a moment.
  if (!is_current && !rows_.Resume(run.row, run.number, run.since_ns)) return;
  store::RunResult result = Measure(run, now_ns);
  if (code == kUnknownCode) code = is_cancelled ? SQLITE_INTERRUPT : SQLITE_OK;
  // It may have come to the checkpoint after its commit when it was asked to end.
  if (!is_cancelled || (code & 0xff) != SQLITE_INTERRUPT) cancellation_ = {};
  result.rows = rows;
  result.code = code;
  if (result.is_slow || store::IsError(code)) [[unlikely]]
    Tell(run, result, code);
  if (file_->IsRecorded(EventKind::kStatement)) [[unlikely]] {
    // Its time is that of the measured end, so that what happened within lies within.
    trace::WriteEvent(file_->region(), EventKind::kStatement, file_->connection.Subject(), run.row,
                      result.elapsed_ns, result.rows, static_cast<uint64_t>(code),
                      run.is_exact ? now_ns : 0);
  }
  rows_.End(result, now_ns);
  if (run_count_ != 0) {
    const Run& next = runs_[run_count_ - 1];
    (void)rows_.Resume(next.row, next.number, next.since_ns);
  }
  MayRepeat();
}

// What the wish has met ends. It is not for the next one, whatever becomes current then.
bool StatementWatch::EndWish() {
  if (met_ == 0) return false;
  uint64_t met = std::exchange(met_, 0);
  (void)shm_->cancel.compare_exchange_strong(met, 0);
  return true;
}

// A statement of several databases of one region has one of their watches tell of it: the one that was
// asked to end it, or the first.
bool StatementWatch::IsToTell(bool is_interrupt) const {
  const StatementWatch* first = nullptr;
  bool is_listed = false;
  for (GlasswalWatch* each = *first_; each != nullptr; each = each->pNext) {
    const auto* watch = static_cast<const StatementWatch*>(each);
    is_listed |= watch == this;
    if (watch->file_->region().header() != file_->region().header()) continue;
    if (is_interrupt && watch->cancellation_.present) return watch == this;
    if (first == nullptr) first = watch;
  }
  // Whoever has taken it out of the list tells it himself what runs (wasm/module/pager.c).
  return !is_listed || first == this;
}

void StatementWatch::Tell(const Run& run, const store::RunResult& result, int code) {
  if (!IsToTell((code & 0xff) == SQLITE_INTERRUPT)) return;
  const auto count = [this, &run, &result](shm::CounterId counter, EventKind kind, uint64_t last) {
    file_->Count(counter);
    file_->Record(kind, run.row, result.elapsed_ns, result.rows, last);
  };
  if (result.is_slow) {
    count(shm::kCounterSlowStatements, EventKind::kStatementSlow, static_cast<uint64_t>(code));
  }
  if (code == SQLITE_BUSY_SNAPSHOT) {
    count(shm::kCounterBusySnapshot, EventKind::kBusySnapshot, 0);
  } else if ((code & 0xff) == SQLITE_PROTOCOL) {
    count(shm::kCounterProtocol, EventKind::kProtocol, 0);
  } else if ((code & 0xff) == SQLITE_INTERRUPT) {
    TellInterrupted(result);
    count(shm::kCounterInterrupts, EventKind::kStatementInterrupted,
          cancellation_.present ? cancellation_.client + 1 : 0);
  }
}

void StatementWatch::TellInterrupted(const store::RunResult& result) {
  if (!cancellation_.present) {
    (void)file_->vfs->Fail(SQLITE_INTERRUPT, "the connection itself interrupted the statement");
    return;
  }
  file_->Count(shm::kCounterCancels);
  cancellation_.after_ms = result.elapsed_ns / port::kNsPerMs;
  if (cancellation_.client < shm::kMaxClients) {
    const shm::ShmClient* client = file_->region().client(cancellation_.client);
    char name[shm::kNameBytes];
    if (store::GenerationOf(client->state.load()) == cancellation_.client_generation) {
      cancellation_.canceller = store::LoadText(client->name, name);
    }
  }
  (void)file_->vfs->Fail(SQLITE_INTERRUPT, cancellation_.ToString());
}

// A wish that came too late, when another statement had begun, is none. It ends one statement: the
// one that is met at work, which may have begun before the one that the wish names.
bool StatementWatch::IsMeant() {
  if (file_->client().IsFenced()) return false;  // It is for whoever has the slot now.
  Lasts();
  uint64_t wanted = shm_->cancel.load(std::memory_order_acquire);
  const uint64_t by = shm_->cancelled_by.load(std::memory_order_relaxed);
  if (wanted == 0) return false;
  if (run_count_ == 0 || wanted != shm_->running.load(std::memory_order_relaxed)) {
    (void)shm_->cancel.compare_exchange_strong(wanted, 0);
    return false;
  }
  met_ = wanted;
  cancellation_.present = true;
  cancellation_.client = static_cast<uint32_t>(by >> 32) - 1;
  cancellation_.client_generation = static_cast<uint32_t>(by);
  // Nobody may ever tell the end of the statement, if the application has set a trace of its own.
  if (watches_ != nullptr) (void)shm_->cancel.compare_exchange_strong(wanted, 0);
  return true;
}

void StatementWatch::TraceExpected() {
  sqlite3* db = *expected_;
  expected_ = nullptr;
  if (TrackingOf(*file_) == StatementTracking::kOff) return;
  watches_ = WatchesOf(db);
  if (watches_ == nullptr) return;
  ++watches_->users;
  GlasswalWatchPlace place{&watches_->first, db};
  Join(&place);
}

}  // namespace glasswal::sqlite
