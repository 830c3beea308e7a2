// What the parts of one instance of the module know of each other.
//
// Thread-safety: an instance has one thread; nothing here is shared with other instances.
#ifndef GLASSWAL_WASM_MODULE_INSTANCE_H_
#define GLASSWAL_WASM_MODULE_INSTANCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "glasswal/runtime.h"
#include "glasswal/snapshot_kinds.h"
#include "glasswal/status.h"
#include "module/inside.h"

namespace glasswal::wasm {

/// What JavaScript knows of the thread that this instance belongs to.
struct Thread {
  bool may_wait = true;  // False on a page's main thread.
  uint32_t number = 0;   // Tells it from the others, for people.
  uint32_t block = 0;    // The address of its private block.
  ClientKind kind = ClientKind::kWorker;
};
extern Thread this_thread;

/// The runtime that this instance has joined; null before and after.
Runtime* JoinedRuntime();
void SetJoinedRuntime(std::shared_ptr<Runtime> runtime);

/// This instance as a client of the region; null while it has not joined.
store::ClientContext* ClientContext();

/// Keeps `text` for JavaScript to read until the next call (glasswal_text, glasswal_text_bytes).
void GiveText(std::string text);

/// Keeps the message of a failure, if it is one; returns what it came to (see module/exports.h).
int32_t GiveStatus(const Status& status);

/// The same of a call for which the instance would have to be joined.
int32_t GiveNotJoined();

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_INSTANCE_H_
