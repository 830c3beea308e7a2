#include "diag/decode.h"
#include "lock/lock_word.h"
#include "shm/lock_names.h"
#include "shm/segments.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::diag {
namespace {

ClientState StateOfClient(uint64_t word) {
  switch (store::ClientStateOf(word)) {
    case shm::kClientLive:
      return ClientState::kLive;
    case shm::kClientRecovering:
      return ClientState::kRecovering;
    default:
      return ClientState::kUnknown;
  }
}

ClientSnapshot DecodeClient(const RegionImage& image, uint32_t slot) {
  const shm::ShmClient& from = image.clients[slot];
  const uint64_t word = Get(from.state);
  ClientSnapshot client;
  client.slot = slot;
  client.name = TextOf(from.name, shm::kNameBytes);
  client.kind = ClientKindOf(Get(from.kind));
  client.state = StateOfClient(word);
  client.generation = store::GenerationOf(word);
  const uint32_t recoverer = store::ClientRecovererOf(word);
  if (recoverer >= 1 && recoverer <= shm::kMaxClients) client.recoverer = recoverer - 1;
  client.process_id = Get(from.process_id);
  client.age_ns = AgeNs(image.now_ns, Get(from.joined_ns));
  client.own_heartbeat = Get(from.heartbeat);
  client.heartbeat = client.own_heartbeat;
  client.connections = Get(from.connections);
  client.handles = Get(from.handles);
  client.private_segments = Get(from.private_segments);
  client.private_bytes = SegmentsToBytes(client.private_segments);
  client.waiting_for_directory = Get(from.waiting) != 0;
  if (lock::Holds(Get(image.header.directory.word), slot)) ++client.held_locks;
  return client;
}

/// What a client's connections add to what is known of it.
void AddConnections(const RegionImage& image, ClientSnapshot* client) {
  for (const DatabaseImage& database : image.databases) {
    for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
      const shm::ShmConnection& connection = database.control->connections[slot];
      const uint64_t word = Get(connection.state);
      if (store::ConnectionStateOf(word) != shm::kConnectionOpen ||
          store::ConnectionClientOf(word) != client->slot ||
          store::GenerationOf(word) != client->generation) {
        continue;
      }
      client->heartbeat = trace::SaturatingAdd(client->heartbeat, Get(connection.heartbeat));
      for (const shm::ShmLock& lock : database.control->locks) {
        if (lock::Holds(Get(lock.word), slot)) ++client->held_locks;
      }
    }
  }
}

/// One pass over what may be a long table, for all clients.
void AddPendingSegments(const RegionImage& image, std::vector<ClientSnapshot>* clients) {
  ClientSnapshot* by_slot[shm::kMaxClients] = {};
  for (ClientSnapshot& client : *clients) by_slot[client.slot] = &client;
  for (const uint64_t word : image.segment_words) {
    if (shm::SegmentKindOf(word) != shm::kSegmentPending) continue;
    const uint32_t owner = shm::SegmentOwnerOf(word);
    const uint32_t slot = shm::ClientOfOwner(owner);
    if (slot >= shm::kMaxClients || by_slot[slot] == nullptr) continue;
    ClientSnapshot& client = *by_slot[slot];
    if (owner == shm::ClientOwner(slot, client.generation)) ++client.pending_segments;
  }
}

/// Which locks the connection holds, and which of the read marks.
void DecodeHeldLocks(const DatabaseImage& database, ConnectionSnapshot* connection) {
  for (uint32_t id = 0; id < shm::kLockCount; ++id) {
    const uint64_t word = Get(database.control->locks[id].word);
    if (!lock::Holds(word, connection->slot)) continue;
    const bool exclusive = lock::IsExclusive(word);
    connection->held_locks.push_back(
        {shm::LockName(id), exclusive ? LockMode::kExclusive : LockMode::kShared});
    const bool read_lock = id >= shm::kLockWalRead0 && id < shm::kLockWalRead0 + shm::kWalReaders;
    if (read_lock && !exclusive) connection->read_mark = id - shm::kLockWalRead0;
  }
}

std::optional<LockWait> DecodeWait(const RegionImage& image, const shm::ShmConnection& from) {
  const uint64_t word = Get(from.waiting);
  const auto lock = static_cast<uint32_t>(word >> 56);  // Counted from 1.
  if (lock == 0) return std::nullopt;
  LockWait wait;
  wait.name = shm::LockName(lock - 1);
  const uint64_t mode = word >> 48 & 0xff;
  wait.mode = mode > 1 ? LockMode::kUnknown : static_cast<LockMode>(mode);
  wait.waited_ns = AgeNs(image.now_ns, Get(from.waiting_since_ns));
  wait.remaining_ns = AgeNs(Get(from.waiting_until_ns), image.now_ns);
  return wait;
}

ConnectionSnapshot DecodeConnection(const RegionImage& image, const DatabaseImage& database,
                                    uint32_t slot) {
  const shm::ShmConnection& from = database.control->connections[slot];
  const uint64_t word = Get(from.state);
  ConnectionSnapshot connection;
  connection.file = database.file;
  connection.database = PathOf(image, database.file);
  connection.slot = slot;
  const LockHolder holder = HolderByConnection(image, database, slot);
  connection.client = holder.client;
  connection.client_name = holder.client_name;
  connection.client_generation = store::GenerationOf(word);
  connection.age_ns = AgeNs(image.now_ns, Get(from.opened_ns));
  connection.heartbeat = Get(from.heartbeat);
  DecodeHeldLocks(database, &connection);
  connection.snapshot_frame = SnapshotFrame(database, connection.read_mark);
  connection.waiting = DecodeWait(image, from);
  connection.statement = StatementOf(image, database.file, slot, from);
  connection.open_statements = Get(from.statements);
  connection.transaction = Get(from.transaction);
  const uint64_t operation = Get(from.last_operation);
  const auto kind = static_cast<EventKind>(operation >> 48);
  connection.last_operation = kind == EventKind::kNone ? "" : Describe(kind).name;
  connection.last_operation_argument = static_cast<uint32_t>(operation);
  connection.transaction_ns = AgeNs(image.now_ns, Get(from.transaction_ns));
  AddCounters(from, &connection.counters);
  return connection;
}

}  // namespace

ClientKind ClientKindOf(uint64_t kind) {
  return kind <= shm::kClientWaSqlite ? static_cast<ClientKind>(kind) : ClientKind::kUnknown;
}

std::vector<ClientSnapshot> DecodeClients(const RegionImage& image) {
  std::vector<ClientSnapshot> clients;
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    if (store::ClientStateOf(Get(image.clients[slot].state)) == shm::kClientFree) continue;
    ClientSnapshot client = DecodeClient(image, slot);
    AddConnections(image, &client);
    clients.push_back(std::move(client));
  }
  AddPendingSegments(image, &clients);
  return clients;
}

std::vector<FormerClient> DecodeFormerClients(const RegionImage& image) {
  std::vector<FormerClient> former;
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const uint64_t word = Get(image.clients[slot].state);
    if (store::ClientStateOf(word) != shm::kClientFree || store::GenerationOf(word) == 0) continue;
    former.push_back(
        {slot, store::GenerationOf(word), TextOf(image.clients[slot].name, shm::kNameBytes)});
  }
  return former;
}

std::vector<ConnectionSnapshot> DecodeConnections(const RegionImage& image) {
  std::vector<ConnectionSnapshot> connections;
  for (const DatabaseImage& database : image.databases) {
    for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
      const uint64_t word = Get(database.control->connections[slot].state);
      if (store::ConnectionStateOf(word) != shm::kConnectionOpen) continue;
      connections.push_back(DecodeConnection(image, database, slot));
    }
  }
  return connections;
}

static_assert(static_cast<uint32_t>(ClientKind::kWaSqlite) == shm::kClientWaSqlite);
static_assert(static_cast<uint32_t>(LockMode::kExclusive) ==
              static_cast<uint32_t>(lock::LockMode::kExclusive));

}  // namespace glasswal::diag
