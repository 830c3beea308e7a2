#include <bit>

#include "diag/decode.h"
#include "lock/lock_word.h"
#include "store/words.h"

namespace glasswal::diag {
namespace {

std::string ClientName(const RegionImage& image, uint32_t slot) {
  return TextOf(image.clients[slot].name, shm::kNameBytes);
}

}  // namespace

std::string PathOf(const RegionImage& image, uint32_t file) {
  if (file >= image.files.size()) return {};
  const uint64_t state = Get(image.files[file].state);
  if (store::FileStateOf(state) == shm::kFileFree) return {};
  return TextOf(image.files[file].path, shm::kPathBytes);
}

std::optional<uint32_t> FindClient(const RegionImage& image, uint32_t slot, uint32_t generation) {
  if (slot >= image.clients.size()) return std::nullopt;
  const uint64_t state = Get(image.clients[slot].state);
  const bool same =
      store::ClientStateOf(state) != shm::kClientFree && store::GenerationOf(state) == generation;
  return same ? std::optional<uint32_t>(slot) : std::nullopt;
}

LockHolder HolderByClient(const RegionImage& image, uint32_t slot) {
  if (slot >= image.clients.size()) return {};
  return {.client = slot, .client_name = ClientName(image, slot), .connection = std::nullopt};
}

LockHolder HolderByConnection(const RegionImage& image, const DatabaseImage& database,
                              uint32_t slot) {
  LockHolder holder;
  holder.connection = slot;
  if (slot >= shm::kMaxConnections) return holder;
  const uint64_t state = Get(database.control->connections[slot].state);
  if (store::ConnectionStateOf(state) != shm::kConnectionOpen) return holder;
  holder.client = FindClient(image, store::ConnectionClientOf(state), store::GenerationOf(state));
  if (holder.client.has_value()) holder.client_name = ClientName(image, *holder.client);
  return holder;
}

std::vector<LockHolder> HoldersByConnection(const RegionImage& image, const DatabaseImage& database,
                                            uint64_t mask) {
  std::vector<LockHolder> holders;
  for (uint64_t rest = mask & lock::kSlotMask; rest != 0; rest &= rest - 1) {
    const auto slot = static_cast<uint32_t>(std::countr_zero(rest));
    holders.push_back(HolderByConnection(image, database, slot));
  }
  return holders;
}

std::optional<LockHolder> SoleHolder(const RegionImage& image, const DatabaseImage& database,
                                     uint64_t mask) {
  const uint64_t holders = mask & lock::kSlotMask;
  if (std::popcount(holders) != 1) return std::nullopt;
  return HolderByConnection(image, database, static_cast<uint32_t>(std::countr_zero(holders)));
}

}  // namespace glasswal::diag
