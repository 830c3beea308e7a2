// Short texts in shared memory: names and paths as words, so that readers of foreign memory copy
// them without a data race and a text without an end is still bounded.
//
// Thread-safety: the writer owns the field; readers may see a text in the middle of a change.
#ifndef GLASSWAL_VFS_STORE_TEXT_H_
#define GLASSWAL_VFS_STORE_TEXT_H_

#include <cstring>
#include <string_view>

#include "port/printable.h"
#include "shm/layout.h"
#include "store/words.h"

namespace glasswal::store {

/// Writes `text`, cut at a whole character to what fits with a terminating zero, and zeros behind
/// it.
template <size_t kWords>
void StoreText(shm::Atomic64 (&field)[kWords], std::string_view text) {
  char bytes[kWords * 8] = {};
  const std::string_view whole = port::CutText(text, sizeof(bytes) - 1);
  if (!whole.empty()) std::memcpy(bytes, whole.data(), whole.size());
  for (size_t i = 0; i < kWords; ++i) {
    uint64_t word;
    std::memcpy(&word, bytes + i * 8, 8);
    // Whoever meets a new text also meets what was published before it (store/words.h, kPublished).
    field[i].store(word, kPublished);
  }
}

/// Copies the text to `buffer` (kWords * 8 bytes) and returns it without its terminating zero.
template <size_t kWords>
std::string_view LoadText(const shm::Atomic64 (&field)[kWords], char* buffer) {
  for (size_t i = 0; i < kWords; ++i) {
    const uint64_t word = field[i].load(std::memory_order_relaxed);
    std::memcpy(buffer + i * 8, &word, 8);
  }
  buffer[kWords * 8 - 1] = '\0';
  return std::string_view(buffer);
}

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_TEXT_H_
