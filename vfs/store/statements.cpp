#include "store/statements.h"

#include <algorithm>
#include <cstring>

#include "port/point.h"
#include "store/segment_map.h"
#include "store/text.h"
#include "trace/counters.h"
#include "trace/histogram.h"

namespace glasswal::store {
namespace {

/// Tells texts apart; nothing depends on its being unlike for unlike texts but whose costs are
/// added up in one row.
uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0x9e3779b97f4a7c15 ^ text.size();
  while (!text.empty()) {
    uint64_t word = 0;
    const size_t size = std::min(text.size(), sizeof(word));
    std::memcpy(&word, text.data(), size);
    hash = (hash ^ word) * 0xff51afd7ed558ccd;
    hash ^= hash >> 29;
    text.remove_prefix(size);
  }
  return hash | 1;  // 0 is none.
}

uint32_t IndexOf(StatementHandle row) { return static_cast<uint32_t>(row & 0xffff) - 1; }
uint32_t GenerationOfRow(StatementHandle row) { return static_cast<uint32_t>(row >> 16); }
StatementHandle HandleOf(uint32_t index, uint32_t generation) {
  return uint64_t{generation} << 16 | (index + 1);
}

uint64_t PagesRead(const shm::ShmConnection& connection) {
  return connection.counters[shm::kCounterReads].load(std::memory_order_relaxed) +
         connection.counters[shm::kCounterFetches].load(std::memory_order_relaxed);
}

void Clear(shm::ShmStatement* row) {
  for (shm::Atomic64* sum :
       {&row->used_ns, &row->runs, &row->timed, &row->total_ns, &row->longest_ns, &row->rows,
        &row->reads, &row->writes, &row->waits, &row->waited_ns, &row->errors, &row->slow}) {
    sum->store(0, kPublished);
  }
  row->last_error.store(0, kPublished);
  for (shm::Atomic32& bucket : row->histogram) bucket.store(0, kPublished);
}

uint64_t Grown(uint64_t value, const shm::Atomic64& base) {
  const uint64_t before = base.load(std::memory_order_relaxed);
  return value > before ? value - before : 0;
}

uint64_t ValueOf(const shm::ShmConnection& connection, shm::CounterId counter) {
  return connection.counters[counter].load(std::memory_order_relaxed);
}

/// Adds to the current row what is not in it yet, most of which is nothing; `run` is the last one. What
/// has come while no row was current (null) is nobody's.
void AddGrowth(shm::ShmConnection* connection, uint64_t run, shm::ShmStatement* row) {
  shm::ShmConnection& shm = *connection;
  const auto add = [row](shm::Atomic64 shm::ShmStatement::*sum, uint64_t value,
                         shm::Atomic64* base) {
    const uint64_t grown = Grown(value, *base);
    if (grown == 0) return;
    if (row != nullptr) trace::AddOwned(row->*sum, grown);
    base->store(value, std::memory_order_relaxed);
  };
  add(&shm::ShmStatement::runs, run, &shm.row_runs);
  add(&shm::ShmStatement::reads, PagesRead(shm), &shm.row_reads);
  add(&shm::ShmStatement::writes, ValueOf(shm, shm::kCounterWrites), &shm.row_writes);
  add(&shm::ShmStatement::waits, ValueOf(shm, shm::kCounterLockWaits), &shm.row_waits);
  add(&shm::ShmStatement::waited_ns, ValueOf(shm, shm::kCounterLockWaitNs), &shm.row_waited_ns);
  const uint64_t rows = shm.row_rows.load(std::memory_order_relaxed);
  if (rows != 0) {
    if (row != nullptr) trace::AddOwned(row->rows, rows);
    shm.row_rows.store(0, std::memory_order_relaxed);
  }
}

/// When the row's statement began to run last.
void NoteUse(const shm::ShmConnection& connection, shm::ShmStatement* row) {
  const uint64_t since_ns = connection.running_ns.load(std::memory_order_relaxed);
  if (since_ns > row->used_ns.load(std::memory_order_relaxed)) {
    row->used_ns.store(since_ns, std::memory_order_relaxed);
  }
}

}  // namespace

uint64_t StatementRows::owner() const {
  return StatementOwner(connection_.file, connection_.slot, connection_.client->slot,
                        connection_.client->generation);
}

uint64_t StatementRows::ClaimingWord(uint32_t generation) const {
  return StatementWord(shm::kStatementClaiming, connection_.client->slot, generation);
}

shm::ShmStatement* StatementRows::RowOf(StatementHandle row) const {
  return connection_.client->region->statement(IndexOf(row));
}

bool StatementRows::IsMine(StatementHandle row) const {
  const shm::ShmStatement* statement = RowOf(row);
  return statement->state.load() == StatementWord(shm::kStatementLive, 0, GenerationOfRow(row)) &&
         statement->owner.load(std::memory_order_relaxed) == owner();
}

StatementHandle StatementRows::Find(std::string_view sql, trace::TextRules rules, bool keeps_text) {
  const uint64_t given = HashOf(sql);
  if (remembered_ == nullptr) {
    remembered_ = std::make_unique<std::array<Remembered, kRemembered>>();
  }
  Remembered& remembered = (*remembered_)[(given >> 8) % kRemembered];
  if (remembered.hash == given && IsMine(remembered.row)) return remembered.row;
  // Texts that differ in their literals are one statement; those that differ behind what is kept of
  // them are not. Where nothing is kept the hash tells nothing of a literal either.
  const uint64_t hash = HashOf(trace::StatementText(sql, rules, SIZE_MAX));
  StatementHandle row = FindOwn(hash);
  if (row == 0) {
    const std::string text =
        keeps_text ? trace::StatementText(sql, rules, shm::kStatementTextBytes - 1) : std::string();
    row = Claim(hash, text, sql.size());
  }
  if (row != 0) remembered = {given, row};
  return row;
}

StatementHandle StatementRows::FindOwn(uint64_t hash) const {
  shm::Region& region = *connection_.client->region;
  const uint32_t used = region.used_statements();
  for (uint32_t i = 0; i < used; ++i) {
    const shm::ShmStatement* row = region.statement(i);
    if (row->hash.load(std::memory_order_relaxed) != hash) continue;
    const uint64_t state = row->state.load(std::memory_order_acquire);
    const StatementHandle handle = HandleOf(i, GenerationOf(state));
    if (StatementStateOf(state) == shm::kStatementLive && IsMine(handle)) return handle;
  }
  return 0;
}

StatementHandle StatementRows::Claim(uint64_t hash, std::string_view text, size_t text_bytes) {
  uint32_t index = 0;
  if (!ClaimUnused(&index) && !ClaimOldest(&index)) return 0;
  shm::ShmStatement* row = connection_.client->region->statement(index);
  GLASSWAL_POINT("statement.claim.fill");
  const uint64_t claimed = row->state.load(std::memory_order_relaxed);
  const uint32_t generation = GenerationOf(claimed) + 1;
  if (claimed != ClaimingWord(generation - 1)) return 0;
  row->owner.store(owner(), kPublished);
  row->hash.store(hash, kPublished);
  row->text_bytes.store(static_cast<uint32_t>(std::min<size_t>(text_bytes, UINT32_MAX)),
                        kPublished);
  Clear(row);
  StoreText(row->text, text);
  // Whoever was taken for dead meanwhile has been swept, and the row may be somebody else's.
  uint64_t mine = ClaimingWord(generation - 1);
  if (!row->state.compare_exchange_strong(mine,
                                          StatementWord(shm::kStatementLive, 0, generation))) {
    return 0;
  }
  return HandleOf(index, generation);
}

bool StatementRows::TryClaim(uint32_t index, uint64_t state) {
  shm::ShmStatement* row = connection_.client->region->statement(index);
  uint64_t mine = ClaimingWord(GenerationOf(state));
  GLASSWAL_POINT("statement.claim");
  if (!row->state.compare_exchange_strong(state, mine)) return false;
  GLASSWAL_POINT("statement.claim.look");
  if (StatementStateOf(state) == shm::kStatementFree || !IsNamed(*row, index)) return true;
  (void)row->state.compare_exchange_strong(mine, state);
  return false;
}

bool StatementRows::ClaimUnused(uint32_t* index) {
  shm::Region& region = *connection_.client->region;
  shm::Atomic32& used = region.header()->used_statements;
  uint32_t next = used.load();
  while (next < region.geometry().statement_capacity) {
    if (!used.compare_exchange_weak(next, next + 1)) continue;
    *index = next;
    return TryClaim(next, 0);
  }
  return false;
}

/// One that is free, or the one that ran longest ago. Whoever is faster has it; then the next is
/// tried.
bool StatementRows::ClaimOldest(uint32_t* index) {
  shm::Region& region = *connection_.client->region;
  const uint32_t used = region.used_statements();
  constexpr uint32_t kTries = 4;
  for (uint32_t attempt = 0; attempt < kTries; ++attempt) {
    uint64_t oldest_ns = UINT64_MAX;
    uint64_t oldest_state = 0;
    // Many have run in the same tick of the coarse clock; of those it is the next in turn.
    for (uint32_t step = 0; step < used && oldest_ns != 0; ++step) {
      const uint32_t i = (hand_ + step) % used;
      const shm::ShmStatement& row = *region.statement(i);
      const uint64_t state = row.state.load(std::memory_order_relaxed);
      if (StatementStateOf(state) == shm::kStatementClaiming) continue;
      const bool is_free = StatementStateOf(state) != shm::kStatementLive;
      const uint64_t used_ns = is_free ? 0 : row.used_ns.load(std::memory_order_relaxed) | 1;
      if (used_ns >= oldest_ns || (!is_free && IsNamed(row, i))) continue;
      oldest_ns = used_ns;
      oldest_state = state;
      *index = i;
    }
    if (oldest_ns == UINT64_MAX) return false;
    hand_ = *index + 1;
    if (!TryClaim(*index, oldest_state)) continue;
    if (oldest_ns != 0) trace::AddShared(region.header()->statements_dropped, uint32_t{1});
    return true;
  }
  return false;
}

bool StatementRows::IsNamed(const shm::ShmStatement& row, uint32_t index) const {
  const uint64_t owner = row.owner.load();
  const uint32_t file = OwnerFileOf(owner);
  const uint32_t slot = OwnerConnectionOf(owner);
  shm::Region& region = *connection_.client->region;
  if (file >= shm::kMaxFiles || slot >= shm::kMaxConnections) return false;
  const shm::ShmDatabase* database = DatabaseOf(region, file);
  return database != nullptr &&
         RunningRowOf(database->connections[slot].running.load()) == index + 1;
}

bool StatementRows::SwitchTo(StatementHandle row) {
  Flush();
  Name(row);
  GLASSWAL_POINT("statement.switch.look");
  if (row == 0 || !IsMine(row)) {
    Name(0);
    return false;
  }
  return true;
}

void StatementRows::Name(StatementHandle row) {
  current_ = row;
  word_ = RunningWord(run(), row & 0xffff, false);
  connection_.shm->running.store(word_);
}

uint64_t StatementRows::runs() const {
  if (current_ == 0) return 0;
  return RowOf(current_)->runs.load(std::memory_order_relaxed) +
         Grown(run(), connection_.shm->row_runs);
}

uint64_t StatementRows::untimed(uint64_t most) const {
  if (current_ == 0) return 0;
  return std::clamp<uint64_t>(Grown(runs(), RowOf(current_)->timed), 1, most);
}

void StatementRows::Flush() {
  shm::ShmStatement* row = current_ != 0 ? RowOf(current_) : nullptr;
  AddGrowth(connection_.shm, run(), row);
  if (row != nullptr) NoteUse(*connection_.shm, row);
}

void StatementRows::End(const RunResult& result, uint64_t now_ns) {
  Rest();
  if (current_ == 0) return;
  shm::ShmStatement& row = *RowOf(current_);
  row.used_ns.store(now_ns, std::memory_order_relaxed);
  if (result.rows != 0) trace::AddOwned(connection_.shm->row_rows, result.rows);
  if (result.stands_for != 0) {
    trace::AddOwned(row.timed, result.stands_for);
    trace::AddOwned(row.total_ns, result.elapsed_ns * result.stands_for);
    trace::AddOwned(row.histogram[trace::HistogramBucket(result.elapsed_ns)],
                    static_cast<uint32_t>(result.stands_for));
    if (result.elapsed_ns > row.longest_ns.load(std::memory_order_relaxed)) {
      row.longest_ns.store(result.elapsed_ns, std::memory_order_relaxed);
    }
  }
  if (result.is_slow) trace::AddOwned(row.slow);
  if (!IsError(result.code)) return;
  trace::AddOwned(row.errors);
  row.last_error.store(static_cast<uint32_t>(result.code), std::memory_order_relaxed);
}

bool StatementRows::Resume(StatementHandle row, uint64_t number, uint64_t since_ns) {
  if (row != current_ && !SwitchTo(row)) return false;
  connection_.shm->running_ns.store(since_ns, std::memory_order_relaxed);
  connection_.shm->running.store(RunningWord(number, current_ & 0xffff, true),
                                 std::memory_order_release);
  return true;
}

void StatementRows::Close() {
  Flush();
  Name(0);
}

StatementSight LookAtStatement(const shm::RegionView& region, uint32_t file, uint32_t slot,
                               const shm::ShmConnection& connection, uint64_t now_ns) {
  StatementSight sight;
  const uint64_t word = connection.running.load(std::memory_order_acquire);
  const uint32_t row_plus_1 = RunningRowOf(word);
  if (row_plus_1 == 0 || row_plus_1 > region.used_statements()) return sight;
  const shm::ShmStatement& row = *region.statement(row_plus_1 - 1);
  const uint64_t owner = row.owner.load(std::memory_order_acquire);
  if (OwnerFileOf(owner) != file || OwnerConnectionOf(owner) != slot) return sight;
  char buffer[shm::kStatementTextBytes];
  sight.text = LoadText(row.text, buffer);
  sight.running = IsRunning(connection, word);
  const uint64_t since_ns = sight.running
                                ? RunningSinceNs(connection)
                                : std::max(connection.running_ns.load(), row.used_ns.load());
  sight.for_ns = since_ns != 0 && now_ns > since_ns ? now_ns - since_ns : 0;
  return sight;
}

uint64_t RunningNs(shm::Region& region, uint32_t client, uint64_t now_ns) {
  uint64_t longest_ns = 0;
  for (uint32_t file = 0; file < region.used_files(); ++file) {
    const shm::ShmDatabase* database = DatabaseOf(region, file);
    if (database == nullptr) continue;
    for (const shm::ShmConnection& connection : database->connections) {
      const uint64_t word = connection.state.load(std::memory_order_acquire);
      if (ConnectionStateOf(word) != shm::kConnectionOpen || ConnectionClientOf(word) != client ||
          !IsRunning(connection, connection.running.load())) {
        continue;
      }
      const uint64_t since_ns = RunningSinceNs(connection);
      if (since_ns != 0 && now_ns > since_ns) longest_ns = std::max(longest_ns, now_ns - since_ns);
    }
  }
  return longest_ns;
}

void CloseStatements(shm::Region& region, uint32_t file, uint32_t slot,
                     shm::ShmConnection* connection) {
  const uint64_t running = connection->running.load(std::memory_order_acquire);
  const uint32_t row_plus_1 = RunningRowOf(running);
  if (row_plus_1 == 0 || row_plus_1 > region.used_statements()) return;
  shm::ShmStatement* row = region.statement(row_plus_1 - 1);
  const uint64_t word = connection->state.load(std::memory_order_acquire);
  const uint64_t owner = StatementOwner(file, slot, ConnectionClientOf(word), GenerationOf(word));
  if (StatementStateOf(row->state.load(std::memory_order_acquire)) != shm::kStatementLive ||
      row->owner.load(std::memory_order_acquire) != owner) {
    return;
  }
  AddGrowth(connection, RunOf(running), row);
  NoteUse(*connection, row);
}

void SweepStatements(shm::Region& region, uint32_t dead_slot) {
  const uint32_t used = region.used_statements();
  for (uint32_t i = 0; i < used; ++i) {
    shm::Atomic64& state = region.statement(i)->state;
    uint64_t word = state.load();
    if (StatementStateOf(word) == shm::kStatementClaiming &&
        StatementClaimerOf(word) == dead_slot) {
      (void)state.compare_exchange_strong(
          word, StatementWord(shm::kStatementFree, 0, GenerationOf(word) + 1));
    }
  }
}

}  // namespace glasswal::store
