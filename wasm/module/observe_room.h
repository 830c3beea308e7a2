// Whether there is memory for what diagnostics are about to allocate.
//
// C++ code cannot be refused memory (see heap.h), and a snapshot takes much of it. So where the
// region is nearly full a snapshot is refused before it begins, and its client lives on.
//
// Thread-safety: an instance has one thread.
#ifndef GLASSWAL_WASM_MODULE_OBSERVE_ROOM_H_
#define GLASSWAL_WASM_MODULE_OBSERVE_ROOM_H_

#include <cstdint>

#include "glasswal/status.h"

namespace glasswal::wasm {

/// kFull where this client cannot have the memory for a snapshot as the region is now. REQUIRES: it
/// has joined.
Status RoomForSnapshot();

/// The same for a list of all files.
Status RoomForFiles();

/// How many events there is memory for, `limit` at most; `with_text`: and for what a log says of
/// them. REQUIRES: it has joined.
uint32_t RoomForEvents(uint32_t limit, bool with_text);

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_OBSERVE_ROOM_H_
