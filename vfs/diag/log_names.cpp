#include "diag/log_names.h"

#include <string_view>

#include "diag/region_image.h"
#include "store/statements.h"
#include "store/words.h"

namespace glasswal::diag {
namespace {

/// Who is in a slot, if it is of that generation.
std::string ClientName(const shm::RegionView& region, uint64_t slot, uint32_t generation) {
  if (slot >= shm::kMaxClients) return {};
  const shm::ShmClient& client = *region.client(static_cast<uint32_t>(slot));
  const bool same = store::GenerationOf(client.state.load(std::memory_order_acquire)) == generation;
  return same ? TextOf(client.name, shm::kNameBytes) : std::string();
}

/// Who is in a slot now.
std::string ClientInSlot(const shm::RegionView& region, uint64_t slot) {
  if (slot >= shm::kMaxClients) return {};
  const shm::ShmClient& client = *region.client(static_cast<uint32_t>(slot));
  const uint64_t word = client.state.load(std::memory_order_acquire);
  return store::ClientStateOf(word) == shm::kClientFree ? std::string()
                                                        : TextOf(client.name, shm::kNameBytes);
}

/// Who died in a slot, unless somebody has followed it there.
std::string DeadClient(const shm::RegionView& region, const Event& event, uint64_t slot) {
  if (event.kind == EventKind::kRecoveryBegan) {
    return ClientName(region, slot, static_cast<uint32_t>(event.arguments[1]));
  }
  if (slot >= shm::kMaxClients) return {};
  const shm::ShmClient& client = *region.client(static_cast<uint32_t>(slot));
  const uint64_t word = client.state.load(std::memory_order_acquire);
  return store::ClientStateOf(word) == shm::kClientFree ? TextOf(client.name, shm::kNameBytes)
                                                        : std::string();
}

/// The path of the file that has the event's number now: good enough for people, and almost always
/// the one that was meant.
std::string Path(const shm::RegionView& region, const Event& event) {
  if (event.file == 0 || event.file > shm::kMaxFiles) return {};
  const shm::ShmFile& file = *region.file(event.file - 1);
  const uint64_t word = file.state.load(std::memory_order_acquire);
  if (store::FileStateOf(word) == shm::kFileFree) return {};
  return TextOf(file.path, shm::kPathBytes);
}

/// The text of the statement that an event names, if its row is still that statement's.
std::string Statement(const shm::RegionView& region, store::StatementHandle handle) {
  const auto row = static_cast<uint32_t>(handle & 0xffff);
  if (row == 0 || row > region.used_statements()) return {};
  const shm::ShmStatement& statement = *region.statement(row - 1);
  const uint64_t state = statement.state.load(std::memory_order_acquire);
  const bool is_same = store::StatementStateOf(state) == shm::kStatementLive &&
                       store::GenerationOf(state) == static_cast<uint32_t>(handle >> 16);
  return is_same ? TextOf(statement.text, shm::kStatementTextBytes) : std::string();
}

}  // namespace

LogNames NamesOf(const shm::RegionView& region, const Event& event) {
  LogNames names;
  names.client = ClientName(region, event.client, event.client_generation);
  names.path = Path(region, event);
  const EventDescription description = Describe(event.kind);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string_view argument = description.arguments[i];
    if (argument == "statement") names.statement = Statement(region, event.arguments[i]);
    if (!IsClientArgument(argument)) continue;
    names.arguments[i] = argument == "dead_client" ? DeadClient(region, event, event.arguments[i])
                                                   : ClientInSlot(region, event.arguments[i]);
  }
  return names;
}

}  // namespace glasswal::diag
