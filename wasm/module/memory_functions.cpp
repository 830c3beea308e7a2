// The C library's functions of memory, by our own ways. Found by the linker before the C library's. Compiled with -fno-builtin,
// so that nothing in here becomes a call of itself.
#include "module/memory_functions.h"

using glasswal::wasm::Compare;
using glasswal::wasm::Copy;
using glasswal::wasm::Fill;
using glasswal::wasm::Move;

extern "C" {

void* memcpy(void* to, const void* from, size_t size) {
  Copy(static_cast<uint8_t*>(to), static_cast<const uint8_t*>(from), size);
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  Move(static_cast<uint8_t*>(to), static_cast<const uint8_t*>(from), size);
  return to;
}

void* memset(void* to, int byte, size_t size) {
  Fill(static_cast<uint8_t*>(to), static_cast<uint8_t>(byte), size);
  return to;
}

int memcmp(const void* left, const void* right, size_t size) {
  return Compare(static_cast<const uint8_t*>(left), static_cast<const uint8_t*>(right), size);
}

}  // extern "C"
