// Calls of JavaScript by SQLite: by user functions, virtual tables and collations.
//
// The arguments cross as a batch of one row and the answer as one Parameter, so that a call of a
// function is one call across the boundary.
//
// Thread-safety: an instance has one thread.
#ifndef GLASSWAL_WASM_MODULE_HOST_CALL_H_
#define GLASSWAL_WASM_MODULE_HOST_CALL_H_

#include <cstdint>

#include "module/encoding.h"
#include "module/host.h"
#include "sqlite3.h"

namespace glasswal::wasm {

inline uint32_t Address(const void* pointer) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer));
}

/// Asks with values: `argv` becomes the address of a Parameter for the answer, before a batch of
/// one row. SQLITE_OK, or kHostThrew; SQLITE_NOMEM or SQLITE_TOOBIG without asking. `result` is
/// always set.
int CallHost(int32_t kind, int32_t id, bool safe_integers, void* state, int argc,
             sqlite3_value** argv, Parameter* result);

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_HOST_CALL_H_
