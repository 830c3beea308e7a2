// Measures UTF-8 in the units in which JavaScript counts.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_WASM_MODULE_UTF8_H_
#define GLASSWAL_WASM_MODULE_UTF8_H_

#include <cstdint>
#include <cstring>

namespace glasswal::wasm {

struct Utf8Measure {
  bool valid;
  uint32_t utf16_units;  // Equal to the bytes exactly if all is ASCII; meaningless if not valid.
};

namespace internal {

/// The bytes of the well-formed sequence at `at`, or 0: overlong forms, surrogates and what lies
/// beyond U+10FFFF are none.
inline uint32_t SequenceBytes(const uint8_t* at, const uint8_t* end) {
  const auto tail = [&](int i) { return at + i < end && (at[i] & 0xC0) == 0x80; };
  const uint8_t lead = at[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return tail(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && at[1] < 0xA0) return 0;
    if (lead == 0xED && at[1] >= 0xA0) return 0;
    return 3;
  }
  if (lead > 0xF4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if (lead == 0xF0 && at[1] < 0x90) return 0;
  if (lead == 0xF4 && at[1] >= 0x90) return 0;
  return 4;
}

}  // namespace internal

/// Copies `size` bytes and measures them on the way.
inline Utf8Measure CopyUtf8(uint8_t* to, const uint8_t* from, uint32_t size) {
  std::memcpy(to, from, size);
  const uint8_t* at = to;
  const uint8_t* const end = to + size;
  uint32_t units = 0;
  while (at < end) {
    // Most text is ASCII: eight bytes at a time.
    while (end - at >= 8) {
      uint64_t word;
      std::memcpy(&word, at, sizeof(word));
      if ((word & 0x8080808080808080ULL) != 0) break;
      at += 8;
      units += 8;
    }
    if (at == end) break;
    const uint32_t bytes = internal::SequenceBytes(at, end);
    if (bytes == 0) return {false, 0};
    at += bytes;
    units += bytes == 4 ? 2 : 1;
  }
  return {true, units};
}

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_UTF8_H_
