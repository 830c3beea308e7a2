// How two pieces of memory compare, many bytes at a time: texts as keys of indexes and sorts are rarely aligned, and the C
// library's own way goes byte by byte then. Found by the linker before the C library's.
#include <cstddef>
#include <cstdint>

namespace {

constexpr int kByte = 0xff;

// Memory as numbers, wherever it begins: WebAssembly reads unaligned.
using Eight __attribute__((aligned(1), may_alias)) = uint64_t;
using Four __attribute__((aligned(1), may_alias)) = uint32_t;

// Where two numbers differ, the first of their bytes that does is the lowest one.
template <typename Number>
int Order(Number a, Number b) {
  const int shift = __builtin_ctzll(a ^ b) & ~7;
  return static_cast<int>(a >> shift & kByte) - static_cast<int>(b >> shift & kByte);
}

}  // namespace

extern "C" int memcmp(const void* left, const void* right, size_t size) {
  const auto* a = static_cast<const uint8_t*>(left);
  const auto* b = static_cast<const uint8_t*>(right);
  for (; size >= 8; size -= 8, a += 8, b += 8) {
    const uint64_t x = *reinterpret_cast<const Eight*>(a);
    const uint64_t y = *reinterpret_cast<const Eight*>(b);
    if (x != y) return Order(x, y);
  }
  if (size >= 4) {
    const uint32_t x = *reinterpret_cast<const Four*>(a);
    const uint32_t y = *reinterpret_cast<const Four*>(b);
    if (x != y) return Order(x, y);
    size -= 4;
    a += 4;
    b += 4;
  }
  for (; size > 0; size--, a++, b++) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}
