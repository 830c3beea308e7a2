// How memory is copied, filled and compared, many bytes at a time and without a loop where there are few: what SQLite copies
// and compares is mostly a value of some bytes, rarely aligned. The C library's ways go byte by byte then, and an instruction
// for bulk memory costs as much as some twenty bytes do, for an engine leaves its compiled code for it.
//
// Every byte of a range is read, and none outside of it; one may be read or written twice. Others may write to memory that they
// share meanwhile, as with the instructions: whoever reads it looks afterwards whether somebody has.
#ifndef GLASSWAL_WASM_MODULE_MEMORY_FUNCTIONS_H_
#define GLASSWAL_WASM_MODULE_MEMORY_FUNCTIONS_H_

#include <cstddef>
#include <cstdint>

namespace glasswal::wasm {

// Memory as numbers, wherever it begins: WebAssembly reads and writes unaligned.
using Eight __attribute__((aligned(1), may_alias)) = uint64_t;
using Four __attribute__((aligned(1), may_alias)) = uint32_t;

/// What CopyFew() copies at most.
constexpr size_t kFewBytes = 2 * sizeof(Eight);
/// From here on an instruction for bulk memory is faster.
constexpr size_t kBulkBytes = 192;

inline uint64_t EightAt(const uint8_t* at) { return *reinterpret_cast<const Eight*>(at); }
inline uint32_t FourAt(const uint8_t* at) { return *reinterpret_cast<const Four*>(at); }
inline void SetEightAt(uint8_t* at, uint64_t bytes) { *reinterpret_cast<Eight*>(at) = bytes; }
inline void SetFourAt(uint8_t* at, uint32_t bytes) { *reinterpret_cast<Four*>(at) = bytes; }

/// Copies up to kFewBytes between ranges that may overlap: all is read before anything is written.
inline void CopyFew(uint8_t* to, const uint8_t* from, size_t size) {
  if (size >= sizeof(Eight)) {
    const uint64_t first = EightAt(from);
    const uint64_t last = EightAt(from + size - sizeof(Eight));
    SetEightAt(to, first);
    SetEightAt(to + size - sizeof(Eight), last);
  } else if (size >= sizeof(Four)) {
    const uint32_t first = FourAt(from);
    const uint32_t last = FourAt(from + size - sizeof(Four));
    SetFourAt(to, first);
    SetFourAt(to + size - sizeof(Four), last);
  } else if (size > 0) {
    const uint8_t first = from[0];
    const uint8_t middle = from[size / 2];
    const uint8_t last = from[size - 1];
    to[0] = first;
    to[size / 2] = middle;
    to[size - 1] = last;
  }
}

/// memcpy().
inline void Copy(uint8_t* to, const uint8_t* from, size_t size) {
  if (size <= kFewBytes) return CopyFew(to, from, size);
  if (size >= kBulkBytes) {
    __builtin_memcpy(to, from, size);
    return;
  }
  uint8_t* const end = to + size - kFewBytes;
  const uint8_t* const from_end = from + size - kFewBytes;
  for (; to < end; to += kFewBytes, from += kFewBytes) CopyFew(to, from, kFewBytes);
  CopyFew(end, from_end, kFewBytes);
}

/// memmove().
inline void Move(uint8_t* to, const uint8_t* from, size_t size) {
  if (size <= kFewBytes) return CopyFew(to, from, size);
  __builtin_memmove(to, from, size);
}

/// memset().
inline void Fill(uint8_t* to, uint8_t byte, size_t size) {
  if (size >= kBulkBytes) {
    __builtin_memset(to, byte, size);
    return;
  }
  constexpr uint64_t kOfEachByte = 0x0101010101010101;
  const uint64_t bytes = kOfEachByte * byte;
  if (size >= sizeof(Eight)) {
    uint8_t* const end = to + size - sizeof(Eight);
    for (; to < end; to += sizeof(Eight)) SetEightAt(to, bytes);
    SetEightAt(end, bytes);
  } else if (size >= sizeof(Four)) {
    SetFourAt(to, static_cast<uint32_t>(bytes));
    SetFourAt(to + size - sizeof(Four), static_cast<uint32_t>(bytes));
  } else if (size > 0) {
    to[0] = byte;
    to[size / 2] = byte;
    to[size - 1] = byte;
  }
}

/// How two numbers read from memory compare as the bytes they were: the first of those that differ is the lowest one.
template <typename Number>
int Order(Number a, Number b) {
  constexpr int kByte = 0xff;
  const int shift = __builtin_ctzll(a ^ b) & ~7;
  return static_cast<int>(a >> shift & kByte) - static_cast<int>(b >> shift & kByte);
}

/// memcmp().
inline int Compare(const uint8_t* a, const uint8_t* b, size_t size) {
  for (; size >= sizeof(Eight); size -= sizeof(Eight), a += sizeof(Eight), b += sizeof(Eight)) {
    const uint64_t x = EightAt(a);
    const uint64_t y = EightAt(b);
    if (x != y) return Order(x, y);
  }
  if (size >= sizeof(Four)) {
    const uint32_t x = FourAt(a);
    const uint32_t y = FourAt(b);
    if (x != y) return Order(x, y);
    size -= sizeof(Four);
    a += sizeof(Four);
    b += sizeof(Four);
  }
  for (; size > 0; size--, a++, b++) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_MEMORY_FUNCTIONS_H_
