// What the module asks of JavaScript: its only function imports.
//
// The table is the only place that lists them: they are declared by it here, and wasm/ts has their
// types from it (wasm/generate/exports.cpp).
//
// Thread-safety: an instance has one thread.
#ifndef GLASSWAL_WASM_MODULE_HOST_H_
#define GLASSWAL_WASM_MODULE_HOST_H_

#include <cstdint>

/// The table: result, name, arguments, what it does.
#define GLASSWAL_IMPORTS(X)                                                                        \
  X(double, glasswal_host_now, (int32_t clock),                                                    \
    "Milliseconds: of the monotonic clock (0), which all workers of a page have in common, since " \
    "1970 (1), or of the first for several uses (2), until glasswal_forget_time() is called.")     \
  X(void, glasswal_host_random, (void* to, uint32_t size_bytes), "Fills bytes with randomness.")   \
  X(double, glasswal_host_timezone, (double unix_ms),                                              \
    "How many minutes local time is ahead of UTC at `unix_ms`.")                                   \
  X(void, glasswal_host_look, (uint32_t slot),                                                     \
    "Looks whether the thread of who has `slot` has ended, and clears the holder word of the "     \
    "slot if that is proved. It throws nothing, and of the module it asks at most how large the "  \
    "memory is.")                                                                                  \
  X(void, glasswal_host_abort, (const char* message),                                              \
    "Ends this instance for good with an exception that says `message`.")                          \
  X(int32_t, glasswal_host_call,                                                                   \
    (int32_t kind, int32_t id, uint32_t state, int32_t argc, uint32_t argv),                       \
    "Asks for `kind` (kHost*) of what JavaScript knows as `id`; the answer depends on the kind. "  \
    "`state` and `argv` are addresses of what the kind says.")

extern "C" {

/// The only one that does not return; what says so must come first.
[[noreturn]] void glasswal_host_abort(const char* message);

#define GLASSWAL_DECLARE(result, name, arguments, what) \
  result name arguments __attribute__((import_module("env"), import_name(#name)));
GLASSWAL_IMPORTS(GLASSWAL_DECLARE)
#undef GLASSWAL_DECLARE

}  // extern "C"

#endif  // GLASSWAL_WASM_MODULE_HOST_H_
