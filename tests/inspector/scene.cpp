#include "inspector/scene.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstring>

#include "port/unique_name.h"

namespace glasswal::inspector {

Scene::Scene(const std::string& name, uint64_t max_write_ahead_bytes)
    : vfs_(test::UniqueName("vfs")) {
  Options options;
  options.memory = name.empty() ? MemoryKind::kAnonymous : MemoryKind::kNamed;
  options.name = name;
  options.max_database_capacity_bytes = 32 << 20;
  if (max_write_ahead_bytes > 0) {
    options.initial_write_ahead_capacity_bytes = max_write_ahead_bytes;
    options.max_write_ahead_capacity_bytes = max_write_ahead_bytes;
  }
  auto runtime = Runtime::Create(options, "scene");
  EXPECT_TRUE(runtime.ok()) << runtime.status().message();
  runtime_ = *runtime;
  const Status status = runtime_->RegisterVfs(vfs_, false);
  EXPECT_TRUE(status.ok()) << status.message();
}

Scene::~Scene() {
  for (sqlite3* connection : connections_) sqlite3_close(connection);
  (void)Runtime::UnregisterVfs(vfs_);
}

sqlite3* Scene::Open(int busy_timeout_ms) {
  sqlite3* connection = nullptr;
  EXPECT_EQ(sqlite3_open_v2("/app.sqlite", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                            vfs_.c_str()),
            SQLITE_OK);
  sqlite3_busy_timeout(connection, busy_timeout_ms);
  connections_.push_back(connection);
  return connection;
}

void Scene::Run(sqlite3* connection, const std::string& sql) {
  EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sql << ": " << sqlite3_errmsg(connection);
}

Snapshot Scene::Look() const {
  Result<Snapshot> snapshot = Observe(*runtime_);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
  return std::move(*snapshot);
}

std::unique_ptr<RegionBytes> Scene::Bytes() const {
  return NewMappedBytes(runtime_->bytes().data(), runtime_->bytes().size());
}

bool VectorBytes::Copy(uint64_t offset, uint64_t size_bytes, void* to) const {
  if (offset > bytes_.size() || size_bytes > bytes_.size() - offset) return false;
  if (size_bytes > 0) std::memcpy(to, bytes_.data() + offset, size_bytes);
  return true;
}

namespace {

LockHolder Holder(uint32_t client) {
  LockHolder holder;
  holder.client = client;
  holder.client_name = "client with a rather long name " + std::to_string(client);
  holder.connection = client;
  return holder;
}

void AddLocks(Snapshot* s) {
  for (const char* name : {"WRITE", "CHECKPOINT", "RECOVER", "READ0", "READ1", "READ2", "READ3",
                           "READ4", "SHARED", "RESERVED", "PENDING"}) {
    LockSnapshot lock;
    lock.file = 0;
    lock.database = "/app.sqlite";
    lock.name = name;
    lock.exclusive = lock.name == "WRITE";
    lock.held_ns = UINT64_MAX / 2;
    for (uint32_t client = 0; client < (lock.exclusive ? 1u : 60u); ++client) {
      lock.holders.push_back(Holder(client));
      lock.waiters.push_back(Holder(59 - client));
    }
    s->locks.push_back(lock);
  }
}

}  // namespace

Snapshot HugeSnapshot() {
  Snapshot s;
  s.observed_ns = uint64_t{1} << 50;
  s.region.id = std::string(32, 'f');
  s.region.segment_bytes = 65536;
  s.region.segment_count = 4096;
  s.region.committed_segments = 4096;
  s.region.capacity_bytes = uint64_t{4096} * 65536;
  for (uint32_t i = 0; i < 60; ++i) {
    ClientSnapshot client;
    client.slot = i;
    client.name = Holder(i).client_name;
    client.handles = UINT32_MAX;
    client.held_locks = 3;
    client.silent_ns = UINT64_MAX;
    s.clients.push_back(client);
    ConnectionSnapshot connection;
    connection.slot = i;
    connection.client = i;
    connection.client_name = client.name;
    connection.database = "/app.sqlite";
    connection.held_locks = {{"READ1", LockMode::kShared}};
    connection.waiting = LockWait{"WRITE", LockMode::kExclusive, UINT64_MAX, 0};
    s.connections.push_back(connection);
  }
  for (uint32_t i = 0; i < 128; ++i) {
    FileSnapshot file;
    file.number = i;
    file.path = "/" + std::string(200, 'x') + std::to_string(i) + "\xff\x01";
    file.logical_size_bytes = UINT64_MAX;
    file.max_capacity_bytes = 1;
    s.files.push_back(file);
  }
  AddLocks(&s);
  s.databases.push_back({.file = 0,
                         .path = "/app.sqlite",
                         .connections = 62,
                         .totals = {},
                         .closed_connections = {}});
  WalSnapshot wal;
  wal.database = "/app.sqlite";
  wal.frames = UINT32_MAX;
  wal.backfilled = 1;
  for (uint32_t i = 0; i < kReadMarks; ++i) {
    ReadMark mark;
    mark.index = i;
    mark.frame = UINT32_MAX - i;
    mark.holders = {Holder(i)};
    wal.read_marks.push_back(mark);
  }
  s.wals.push_back(wal);
  for (uint32_t i = 0; i < 32; ++i) {
    RecoverySnapshot recovery;
    recovery.number = i + 1;
    recovery.client_name = Holder(i).client_name;
    recovery.held_locks.resize(24);
    recovery.last_events.resize(16);
    s.recoveries.push_back(recovery);
  }
  for (uint32_t i = 0; i < 4096; ++i) {
    SegmentSnapshot segment;
    segment.kind = static_cast<SegmentKind>(i % kSegmentKinds);
    segment.owner = static_cast<uint8_t>(i);
    ++s.segment_counts[i % kSegmentKinds];
    s.segments.push_back(segment);
  }
  return s;
}

EventBatch HugeEvents(uint32_t count) {
  EventBatch batch;
  for (uint32_t i = 1; i <= count; ++i) {
    Event event;
    event.sequence = i;
    event.time_ns = (uint64_t{1} << 50) - (count - i) * 1000;
    event.kind = static_cast<EventKind>(i % 32);
    event.level = static_cast<EventLevel>(1 + i % 5);
    event.client = i % 64;
    event.file = i % 130;
    for (uint64_t& argument : event.arguments) argument = UINT64_MAX - i;
    batch.events.push_back(event);
  }
  batch.next_sequence = count + 1;
  return batch;
}

}  // namespace glasswal::inspector
