// The heap of one instance: dlmalloc over segments of the region that the client has for itself, so
// that all of it comes back when the client leaves or dies. It is the build of the SDK for one thread,
// which is what an instance has: the heap's state lies with its other data, in its private block.
//
// Where the region is full SQLite is told so (SQLITE_NOMEM), and JavaScript. The C++ code between,
// which writes the refusal, has a small pool of its own: see spare_pool.h.
//
// malloc() is amid its work while it asks for more memory, and asking the region may itself allocate
// (a refusal has a message). So sbrk() only hands out what is there already, and it is the callers
// of malloc() that grow the heap: operator new, SQLite and JavaScript, all of which come through
// here.
//
// Thread-safety: an instance has one thread.
#ifndef GLASSWAL_WASM_MODULE_HEAP_H_
#define GLASSWAL_WASM_MODULE_HEAP_H_

#include <cstddef>
#include <cstdint>

namespace glasswal::wasm {

/// As malloc() and realloc(): null when neither the heap nor the region has room, and SQLite's
/// caches have no page to give up.
void* Allocate(size_t size_bytes);
void* Reallocate(void* memory, size_t size_bytes);

/// Makes SQLite allocate here. REQUIRES: SQLite has not been initialised.
void GiveHeapToSqlite();

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_HEAP_H_
