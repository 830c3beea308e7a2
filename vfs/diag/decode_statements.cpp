#include <algorithm>

#include "diag/decode.h"
#include "store/statements.h"
#include "store/words.h"
#include "trace/counters.h"
#include "trace/histogram.h"

namespace glasswal::diag {
namespace {

/// What the connection has done since it began to name its row.
void AddCurrent(const shm::ShmConnection& from, StatementTotals* statement) {
  const auto add = [](uint64_t now, const shm::Atomic64& base, uint64_t* sum) {
    const uint64_t before = Get(base);
    if (now > before) *sum = trace::SaturatingAdd(*sum, now - before);
  };
  const auto counter = [&from](shm::CounterId id) { return Get(from.counters[id]); };
  add(store::RunOf(Get(from.running)), from.row_runs, &statement->runs);
  statement->rows = trace::SaturatingAdd(statement->rows, Get(from.row_rows));
  add(trace::SaturatingAdd(counter(shm::kCounterReads), counter(shm::kCounterFetches)),
      from.row_reads, &statement->page_reads);
  add(counter(shm::kCounterWrites), from.row_writes, &statement->page_writes);
  add(counter(shm::kCounterLockWaits), from.row_waits, &statement->lock_waits);
  add(counter(shm::kCounterLockWaitNs), from.row_waited_ns, &statement->lock_wait_ns);
}

/// Since the connection began to run what it runs, or has run last; 0 where that was not long ago.
uint64_t AgeSinceNs(const RegionImage& image, const shm::ShmConnection& connection) {
  const uint64_t since_ns = store::RunningSinceNs(connection);
  return since_ns == 0 ? 0 : AgeNs(image.now_ns, since_ns);
}

/// The open connection that has the row, or nothing.
const shm::ShmConnection* ConnectionOf(const RegionImage& image, uint64_t owner) {
  const uint32_t slot = store::OwnerConnectionOf(owner);
  if (slot >= shm::kMaxConnections) return nullptr;
  for (const DatabaseImage& database : image.databases) {
    if (database.file != store::OwnerFileOf(owner)) continue;
    const shm::ShmConnection& connection = database.control->connections[slot];
    const uint64_t word = Get(connection.state);
    const bool is_same = store::ConnectionStateOf(word) == shm::kConnectionOpen &&
                         store::ConnectionClientOf(word) == store::OwnerClientOf(owner) &&
                         store::GenerationOf(word) == static_cast<uint32_t>(owner);
    return is_same ? &connection : nullptr;
  }
  return nullptr;
}

StatementTotals DecodeStatement(const RegionImage& image, uint32_t row) {
  const shm::ShmStatement& from = image.statements[row];
  const uint64_t owner = Get(from.owner);
  StatementTotals statement;
  statement.row = row;
  statement.generation = store::GenerationOf(Get(from.state));
  statement.text = TextOf(from.text, shm::kStatementTextBytes);
  statement.text_bytes = Get(from.text_bytes);
  statement.file = store::OwnerFileOf(owner);
  statement.database = PathOf(image, statement.file);
  statement.connection = store::OwnerConnectionOf(owner);
  statement.client_generation = static_cast<uint32_t>(owner);
  statement.client = FindClient(image, store::OwnerClientOf(owner), statement.client_generation);
  if (statement.client) {
    statement.client_name = TextOf(image.clients[*statement.client].name, shm::kNameBytes);
  }
  statement.age_ns = AgeNs(image.now_ns, Get(from.used_ns));
  statement.runs = Get(from.runs);
  statement.rows = Get(from.rows);
  statement.total_ns = Get(from.total_ns);
  statement.longest_ns = Get(from.longest_ns);
  statement.page_reads = Get(from.reads);
  statement.page_writes = Get(from.writes);
  statement.lock_waits = Get(from.waits);
  statement.lock_wait_ns = Get(from.waited_ns);
  statement.errors = Get(from.errors);
  statement.last_error = Get(from.last_error);
  statement.slow = Get(from.slow);
  statement.times = DurationsOf(BinsOf(from.histogram));
  const shm::ShmConnection* connection = ConnectionOf(image, owner);
  if (connection != nullptr && store::RunningRowOf(Get(connection->running)) == row + 1) {
    AddCurrent(*connection, &statement);
    statement.running = store::IsRunning(*connection, Get(connection->running));
    statement.age_ns = AgeSinceNs(image, *connection);
  }
  return statement;
}

bool IsLive(const shm::ShmStatement& row) {
  return store::StatementStateOf(Get(row.state)) == shm::kStatementLive;
}

}  // namespace

std::vector<DurationBin> BinsOf(const shm::Atomic32 (&histogram)[shm::kHistogramBuckets]) {
  std::vector<DurationBin> bins;
  for (uint32_t i = 0; i < shm::kHistogramBuckets; ++i) {
    const uint32_t count = Get(histogram[i]);
    if (count != 0) bins.push_back({trace::HistogramFrom(i), trace::HistogramFrom(i + 1), count});
  }
  return bins;
}

std::vector<StatementTotals> DecodeStatements(const RegionImage& image) {
  std::vector<StatementTotals> statements;
  for (uint32_t row = 0; row < image.statements.size(); ++row) {
    if (IsLive(image.statements[row])) statements.push_back(DecodeStatement(image, row));
  }
  return statements;
}

std::optional<ConnectionStatement> StatementOf(const RegionImage& image, uint32_t file,
                                               uint32_t slot, const shm::ShmConnection& from) {
  const uint64_t word = Get(from.running);
  const uint32_t row_plus_1 = store::RunningRowOf(word);
  if (row_plus_1 == 0) return std::nullopt;
  ConnectionStatement statement;
  statement.running = store::IsRunning(from, word);
  statement.age_ns = AgeSinceNs(image, from);
  statement.run = store::RunOf(word);
  if (row_plus_1 > image.statements.size()) return statement;
  const shm::ShmStatement& row = image.statements[row_plus_1 - 1];
  const uint64_t owner = Get(row.owner);
  if (IsLive(row) && store::OwnerFileOf(owner) == file && store::OwnerConnectionOf(owner) == slot) {
    statement.row = row_plus_1 - 1;
    statement.text = TextOf(row.text, shm::kStatementTextBytes);
  }
  return statement;
}

}  // namespace glasswal::diag
