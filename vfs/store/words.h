// Packing and unpacking of the state words of files, connections and clients.
//
// The fields are those that shm/layout.h gives beside each word. Readers of foreign memory get
// values that may be out of range; they compare or check before they use one as an index.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_STORE_WORDS_H_
#define GLASSWAL_VFS_STORE_WORDS_H_

#include <atomic>
#include <cstdint>

#include "shm/layout.h"

namespace glasswal::store {

/// The order in which the fields of a new client, file or connection are stored. A snapshot tells
/// by ShmHeader::topology, which is counted up before a record gets its next owner, whether what it
/// copied belongs together. It copies with acquire order: with this one, whoever has met a new
/// field also meets the new count. Relaxed stores could be seen before it.
inline constexpr auto kPublished = std::memory_order_release;

// ShmFile::state: state 8 | kind 8 | unused 16 | generation 32.
constexpr uint64_t FileWord(shm::FileState state, shm::FileKind kind, uint32_t generation) {
  return uint64_t{state} << 56 | uint64_t{kind} << 48 | generation;
}
constexpr uint32_t FileStateOf(uint64_t word) { return static_cast<uint32_t>(word >> 56); }
constexpr uint32_t FileKindOf(uint64_t word) { return static_cast<uint32_t>(word >> 48) & 0xff; }

// ShmConnection::state: state 8 | client 8 | unused 16 | client generation 32.
constexpr uint64_t ConnectionWord(shm::ConnectionState state, uint32_t client,
                                  uint32_t client_generation) {
  return uint64_t{state} << 56 | uint64_t{client} << 48 | client_generation;
}
constexpr uint32_t ConnectionStateOf(uint64_t word) { return static_cast<uint32_t>(word >> 56); }
constexpr uint32_t ConnectionClientOf(uint64_t word) {
  return static_cast<uint32_t>(word >> 48) & 0xff;
}

// ShmClient::state: state 8 | recoverer slot + 1 8 | claim 16 | generation 32.
constexpr uint64_t ClientWord(shm::ClientState state, uint32_t recoverer_plus_1,
                              uint32_t generation) {
  return uint64_t{state} << 56 | uint64_t{recoverer_plus_1} << 48 | generation;
}
constexpr uint32_t ClientStateOf(uint64_t word) { return static_cast<uint32_t>(word >> 56); }
constexpr uint32_t ClientRecovererOf(uint64_t word) {
  return static_cast<uint32_t>(word >> 48) & 0xff;
}

/// What claims the recovery of the client with the state `word`. No claim leaves the word as it
/// was, or two could succeed from the same word: a joiner that recovers its own slot, as one before
/// it had begun to, and a survivor that had looked before the joiner came.
constexpr uint64_t ClientClaimWord(uint64_t word, uint32_t recoverer_plus_1) {
  const uint64_t claim = ((word >> 32) + 1) & 0xffff;
  return ClientWord(shm::kClientRecovering, recoverer_plus_1, static_cast<uint32_t>(word)) |
         claim << 32;
}

/// The generation that all three words end with.
constexpr uint32_t GenerationOf(uint64_t word) { return static_cast<uint32_t>(word); }

// ShmIntent::target: intent 8 | map 8 | file 16 | index 32.
constexpr uint64_t IntentWord(shm::IntentKind intent, shm::MapKind map, uint32_t file,
                              uint32_t index) {
  return uint64_t{intent} << 56 | uint64_t{map} << 48 | uint64_t{file} << 32 | index;
}

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_WORDS_H_
