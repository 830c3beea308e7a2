#include "diag/tables.h"

#include <algorithm>
#include <limits>

#include "diag/log_text.h"
#include "diag/table_columns.h"
#include "port/printable.h"

namespace glasswal::diag {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";  // U+FFFD.

/// How many rows a table has, and each of them: out of a list, or made when it is asked for.
template <typename Row>
struct Rows;
#define GLASSWAL_ROWS(Row, list)                                                        \
  template <>                                                                           \
  struct Rows<Row> {                                                                    \
    static size_t Count(const Moment& moment) { return moment.list.size(); }            \
    static const Row& At(const Moment& moment, size_t row) { return moment.list[row]; } \
  };
GLASSWAL_ROWS(FileSnapshot, snapshot.files)
GLASSWAL_ROWS(SegmentRun, segments)
GLASSWAL_ROWS(ClientSnapshot, snapshot.clients)
GLASSWAL_ROWS(ConnectionSnapshot, snapshot.connections)
GLASSWAL_ROWS(LockSnapshot, snapshot.locks)
GLASSWAL_ROWS(WalSnapshot, snapshot.wals)
GLASSWAL_ROWS(RecoverySnapshot, snapshot.recoveries)
GLASSWAL_ROWS(StatementTotals, snapshot.statements)
#undef GLASSWAL_ROWS

template <>
struct Rows<Snapshot> {
  static size_t Count(const Moment&) { return 1; }
  static const Snapshot& At(const Moment& moment, size_t) { return moment.snapshot; }
};

std::string NameOfClient(const Snapshot& snapshot, uint64_t slot, uint64_t generation) {
  for (const ClientSnapshot& client : snapshot.clients) {
    if (client.slot == slot && client.generation == generation) return client.name;
  }
  for (const FormerClient& client : snapshot.former_clients) {
    if (client.slot == slot && client.generation == generation) return client.name;
  }
  return {};
}

/// Who is in a slot now.
std::string NameInSlot(const Snapshot& snapshot, uint64_t slot) {
  for (const ClientSnapshot& client : snapshot.clients) {
    if (client.slot == slot) return client.name;
  }
  return {};
}

/// Who died in a slot, unless somebody has followed it there.
std::string NameOfDead(const Snapshot& snapshot, const Event& event, uint64_t slot) {
  if (event.kind == EventKind::kRecoveryBegan) {
    return NameOfClient(snapshot, slot, event.arguments[1]);
  }
  for (const FormerClient& client : snapshot.former_clients) {
    if (client.slot == slot) return client.name;
  }
  return {};
}

std::string PathOfFile(const Snapshot& snapshot, uint32_t number) {
  for (const FileSnapshot& file : snapshot.files) {
    if (file.number == number) return file.path;
  }
  return {};
}

/// The text of the statement that an event names (by a store::StatementHandle), if its row is still
/// that statement's.
std::string TextOfStatement(const Snapshot& snapshot, uint64_t handle) {
  for (const StatementTotals& statement : snapshot.statements) {
    if (statement.row + 1 == (handle & 0xffff) && statement.generation == handle >> 16) {
      return statement.text;
    }
  }
  return {};
}

template <>
struct Rows<EventRow> {
  static size_t Count(const Moment& moment) { return moment.events.size(); }
  static EventRow At(const Moment& moment, size_t row) {
    const Snapshot& snapshot = moment.snapshot;
    const Event& event = moment.events[row];
    EventRow made;
    made.sequence = event.sequence;
    made.time_ns = event.time_ns;
    made.age_ns = snapshot.observed_ns > event.time_ns ? snapshot.observed_ns - event.time_ns : 0;
    made.kind = Describe(event.kind).name;
    made.level = event.level;
    made.client = event.client;
    made.client_generation = event.client_generation;
    made.client_name = NameOfClient(snapshot, event.client, event.client_generation);
    if (event.file != 0) {
      made.file = event.file - 1;
      made.path = PathOfFile(snapshot, *made.file);
    }
    if (event.connection != 0) made.connection = event.connection - 1;
    made.transaction = event.transaction;
    made.arguments = EventArguments(&snapshot, &event);
    return made;
  }
};

/// The region, then two rows for each database, then the connections.
template <>
struct Rows<CounterRow> {
  static size_t Count(const Moment& moment) {
    return 1 + 2 * moment.snapshot.databases.size() + moment.snapshot.connections.size();
  }
  static CounterRow At(const Moment& moment, size_t row) {
    const Snapshot& snapshot = moment.snapshot;
    CounterRow made;
    if (row == 0) {
      made.counters = snapshot.totals;
      return made;
    }
    --row;
    if (row < 2 * snapshot.databases.size()) {
      const DatabaseSnapshot& database = snapshot.databases[row / 2];
      made.scope = row % 2 == 0 ? "database" : "closed";
      made.file = database.file;
      made.database = database.path;
      made.counters = row % 2 == 0 ? database.totals : database.closed_connections;
      return made;
    }
    const ConnectionSnapshot& connection =
        snapshot.connections[row - 2 * snapshot.databases.size()];
    made.scope = "connection";
    made.file = connection.file;
    made.database = connection.database;
    made.connection = connection.slot;
    made.client = connection.client;
    made.client_name = connection.client_name;
    made.counters = connection.counters;
    return made;
  }
};

const LockSnapshot* FindLock(const Snapshot& snapshot, std::optional<uint32_t> file,
                             const std::string& name) {
  for (const LockSnapshot& lock : snapshot.locks) {
    if (lock.file == file && lock.name == name) return &lock;
  }
  return nullptr;
}

/// The connection that has a lock; null for the directory's.
const ConnectionSnapshot* ConnectionOf(const Snapshot& snapshot, std::optional<uint32_t> file,
                                       const LockHolder& holder) {
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    if (connection.file == file && connection.slot == holder.connection) return &connection;
  }
  return nullptr;
}

/// What the connection runs now, as far as that is known.
std::optional<std::string> RunningText(const ConnectionSnapshot* connection) {
  if (connection == nullptr || !connection->statement.has_value()) return std::nullopt;
  if (!connection->statement->running) return std::nullopt;
  return connection->statement->text;
}

/// Who is in the way of `wait`: all who have the lock but the waiter itself, which may share it.
void AddHolders(const Snapshot& snapshot, WaitRow* wait) {
  const LockSnapshot* lock = FindLock(snapshot, wait->file, wait->lock);
  if (lock == nullptr) return;
  wait->exclusive = lock->exclusive;
  for (const LockHolder& holder : lock->holders) {
    const bool is_waiter = wait->connection.has_value() ? holder.connection == wait->connection
                                                        : holder.client == wait->client;
    if (is_waiter) continue;
    wait->holders.push_back(holder);
    const ConnectionSnapshot* connection = ConnectionOf(snapshot, wait->file, holder);
    const uint64_t age_ns = connection != nullptr ? connection->transaction_ns : 0;
    const uint64_t held_ns = lock->exclusive ? lock->held_ns : age_ns;
    if (wait->holder.has_value() && held_ns <= wait->held_ns) continue;
    wait->holder = holder;
    wait->held_ns = held_ns;
    wait->holder_statement_text = RunningText(connection);
  }
}

WaitRow WaitOf(const Snapshot& snapshot, const ConnectionSnapshot& connection) {
  WaitRow wait;
  wait.file = connection.file;
  wait.database = connection.database;
  wait.lock = connection.waiting->name;
  wait.mode = connection.waiting->mode;
  wait.client = connection.client;
  wait.client_name = connection.client_name;
  wait.connection = connection.slot;
  wait.waited_ns = connection.waiting->waited_ns;
  wait.remaining_ns = connection.waiting->remaining_ns;
  wait.statement_text = RunningText(&connection);
  AddHolders(snapshot, &wait);
  return wait;
}

WaitRow WaitOf(const Snapshot& snapshot, const ClientSnapshot& client) {
  WaitRow wait;
  wait.lock = snapshot.locks.front().name;  // The directory's comes first.
  wait.mode = LockMode::kExclusive;
  wait.client = client.slot;
  wait.client_name = client.name;
  AddHolders(snapshot, &wait);
  return wait;
}

bool IsWaiting(const ConnectionSnapshot& connection) { return connection.waiting.has_value(); }
bool IsWaiting(const ClientSnapshot& client) { return client.waiting_for_directory; }

/// The connections that wait, then the clients that wait for the directory.
template <>
struct Rows<WaitRow> {
  static size_t Count(const Moment& moment) {
    size_t count = 0;
    for (const auto& connection : moment.snapshot.connections) count += IsWaiting(connection);
    for (const auto& client : moment.snapshot.clients) count += IsWaiting(client);
    return count;
  }
  static WaitRow At(const Moment& moment, size_t row) {
    const Snapshot& snapshot = moment.snapshot;
    for (const auto& connection : snapshot.connections) {
      if (IsWaiting(connection) && row-- == 0) return WaitOf(snapshot, connection);
    }
    for (const auto& client : snapshot.clients) {
      if (IsWaiting(client) && row-- == 0) return WaitOf(snapshot, client);
    }
    return {};
  }
};

template <typename Row>
[[gnu::noinline]] void VisitRow(const Row& row, RowSink* sink) {
  VisitColumns(row, ColumnVisitor<RowSink>(sink));
}

template <typename Row>
void Visit(const Moment* moment, size_t row, RowSink* sink) {
  moment != nullptr ? VisitRow<Row>(Rows<Row>::At(*moment, row), sink) : VisitRow(Row{}, sink);
}

#define GLASSWAL_RENAMES(name, Row, what, ...) \
  constexpr const char* const k_renames_of_##name[] = {__VA_ARGS__ __VA_OPT__(, ) nullptr};
GLASSWAL_SQL_TABLES(GLASSWAL_RENAMES)
#undef GLASSWAL_RENAMES

constexpr Table kTables[] = {
#define GLASSWAL_TABLE(name, Row, what, ...)                                            \
  {"glasswal_" #name, Renames(k_renames_of_##name, std::size(k_renames_of_##name) - 1), \
   Rows<Row>::Count, Visit<Row>},
    GLASSWAL_SQL_TABLES(GLASSWAL_TABLE)
#undef GLASSWAL_TABLE
};

}  // namespace

std::string EventArguments::ToJson() const {
  const EventDescription description = Describe(event_->kind);
  LogNames names;
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string_view argument = description.arguments[i];
    const uint64_t value = event_->arguments[i];
    if (argument == "statement") names.statement = TextOfStatement(*names_, value);
    if (!IsClientArgument(argument)) continue;
    names.arguments[i] = argument == "dead_client" ? NameOfDead(*names_, *event_, value)
                                                   : NameInSlot(*names_, value);
  }
  Event alone = *event_;  // All that is no argument is a column.
  alone.connection = alone.file = alone.transaction = 0;
  std::string text;
  JsonWriter writer(&text);
  WriteDetails(RecordOf(alone, names).details, &writer);
  return text;
}

Status TakeMoment(const RegionBytes& source, Moment* moment) {
  Result<Snapshot> snapshot = Observe(source);
  if (!snapshot.ok()) return snapshot.status();
  moment->snapshot = std::move(*snapshot);
  moment->segments = SegmentRuns(moment->snapshot.segments);
  moment->snapshot.segments = {};
  return Status::Ok();
}

void LoadEvents(const RegionBytes& source, uint32_t limit, Moment* moment) {
  moment->has_events = true;
  const uint64_t head = moment->snapshot.events.head;
  Result<EventBatch> batch = ObserveEvents(source, head > limit ? head - limit : 0, limit);
  if (!batch.ok()) return;
  moment->events = std::move(batch->events);
  while (!moment->events.empty() && moment->events.back().sequence >= head) {
    moment->events.pop_back();
  }
}

bool RowSink::BeginNull(bool is_null) {
  const bool before = is_null_;
  is_null_ = before || is_null;
  return before;
}

size_t RowSink::Enter(const char* name) {
  const size_t before = prefix_.size();
  if (columns_ != nullptr) prefix_.append(name).append("_");
  return before;
}

void RowSink::Number(const char* name, uint64_t value) {
  if (!IsWanted(name, "INTEGER")) return;
  cell_->kind = Cell::Kind::kNumber;
  cell_->number =
      static_cast<int64_t>(std::min<uint64_t>(value, std::numeric_limits<int64_t>::max()));
}

void RowSink::Text(const char* name, const char* value) {
  if (IsWanted(name, "TEXT")) SetText(value);
}

void RowSink::Text(const char* name, const std::string& value) {
  if (IsWanted(name, "TEXT")) SetText(value);
}

void RowSink::Json(const char* name, std::string (*write)(const void*), const void* value) {
  if (IsWanted(name, "TEXT")) SetText(write(value));
}

bool RowSink::IsWanted(const char* name, const char* type) {
  ++at_;
  if (columns_ != nullptr) {
    *columns_ += '"' + ColumnName(prefix_, name, renames_) + "\" " + type + ", ";
    return false;
  }
  return at_ - 1 == wanted_ && !is_null_;
}

void RowSink::SetText(std::string_view text) {
  cell_->kind = Cell::Kind::kText;
  while (!text.empty()) {
    const uint32_t size_bytes = port::FirstCharacter(text).size_bytes;
    if (size_bytes == 0) {
      cell_->text += kReplacement;
    } else {
      cell_->text += text.substr(0, size_bytes);
    }
    text.remove_prefix(std::max(size_bytes, 1u));
  }
}

std::span<const Table> Tables() { return kTables; }

bool ShowsEvents(const Table& table) { return table.count == Rows<EventRow>::Count; }

std::string ColumnName(std::string_view prefix, std::string_view field, Renames renames) {
  std::string name;
  for (const char character : std::string(prefix) + std::string(field)) {
    const bool is_raised = character >= 'A' && character <= 'Z';
    if (is_raised) name += '_';
    name += is_raised ? static_cast<char>(character - 'A' + 'a') : character;
  }
  for (size_t i = 0; i < renames.size(); i += 2) {
    if (name == renames[i]) return renames[i + 1];
  }
  return name;
}

}  // namespace glasswal::diag
