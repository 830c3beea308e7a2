// What the module asks of JavaScript: its only function imports.
#ifndef GLASSWAL_WASM_MODULE_HOST_H_
#define GLASSWAL_WASM_MODULE_HOST_H_

#include <cstdint>

#define GLASSWAL_IMPORT(name) __attribute__((import_module("env"), import_name(#name)))

extern "C" {

/// Milliseconds: of the monotonic clock (0), which all workers of a page have in common, or since
/// 1970 (1).
double glasswal_host_now(int32_t clock) GLASSWAL_IMPORT(glasswal_host_now);

/// Fills `size_bytes` bytes with randomness.
void glasswal_host_random(void* to, uint32_t size_bytes) GLASSWAL_IMPORT(glasswal_host_random);

/// How many minutes local time is ahead of UTC at `unix_ms`.
double glasswal_host_timezone(double unix_ms) GLASSWAL_IMPORT(glasswal_host_timezone);

/// Looks whether the thread of who has `slot` has ended, and clears the holder word of the slot if
/// that is proved. It throws nothing, and of the module it asks at most how large the memory is.
void glasswal_host_look(uint32_t slot) GLASSWAL_IMPORT(glasswal_host_look);

/// Ends this instance for good with an exception that says `message`.
[[noreturn]] void glasswal_host_abort(const char* message) GLASSWAL_IMPORT(glasswal_host_abort);

}  // extern "C"

#endif  // GLASSWAL_WASM_MODULE_HOST_H_
