// The first 64 KiB of the shared memory: what must be there before there is a region.
//
//   0          kBootstrapOffset                       kRegionOffset
//   +----------+------------------+-------------------+-------------------------------------------
//   | nothing  | ShmBootstrap     | nothing           | the region (vfs/shm/layout.h): segment n
//   | (null)   |                  |                   | lies at kRegionOffset + n * 64 KiB
//   +----------+------------------+-------------------+-------------------------------------------
//
// A client's liveness is proved by a Web Lock (in Node: by the exit of its thread), which only
// JavaScript can see. The holder words are how it tells the modules: JavaScript writes a holder's
// ticket after it was granted the lock of that slot and before the slot goes live, and a zero after
// the proof that the holder is gone. Where the kernel's thread is known, a module that meets the
// holder asks JavaScript to look for that proof (glasswal_host_look).
//
// Thread-safety: atomics; who may write what is said beside each field.
#ifndef GLASSWAL_WASM_MODULE_BOOTSTRAP_H_
#define GLASSWAL_WASM_MODULE_BOOTSTRAP_H_

#include <cstddef>
#include <cstdint>

#include "module/inside.h"

namespace glasswal::wasm {

/// A page of a WebAssembly memory, in which it grows. A segment of the region is whole pages.
inline constexpr uint32_t kPageBytes = 64 * 1024;

inline constexpr uint32_t kBootstrapOffset = 32 * 1024;
inline constexpr uint32_t kRegionOffset = 64 * 1024;
inline constexpr uint32_t kBootstrapVersion = 2;
static_assert(kRegionOffset % kPageBytes == 0 && shm::kSegmentBytes % kPageBytes == 0);

struct ShmWorker {
  // [who has the proof] the ticket of who has the slot's lock; 0: nobody.
  shm::Atomic32 holder;
  // [who has the slot, in one step with holder] in Node on Linux the kernel's thread, else 0:
  // number 22 | start in ticks, from the low bits up; see wasm/ts/port/node.ts.
  shm::Atomic32 thread;
};

struct ShmBootstrap {
  // [founder] kBootstrapVersion, written last: the region is there.
  shm::Atomic32 version;
  // [founder] shm::kLayoutHash: two packages must not share a memory by mistake.
  shm::Atomic32 layout_hash;
  // [JavaScript, CAS] the slot + 1 of who makes the region, from before its first byte; 0: nobody yet.
  // Whoever finds this one dead before `version` is written begins anew.
  shm::Atomic32 founder;
  shm::Atomic32 reserved;
  ShmWorker workers[shm::kMaxClients];
};
static_assert(sizeof(ShmBootstrap) <= kRegionOffset - kBootstrapOffset);

/// The owner of private memory whose client has left and is about to free it. No client has this
/// slot number.
constexpr uint32_t LeavingOwner(uint32_t slot) { return shm::ClientOwner(shm::kLeavingSlot, slot); }

inline ShmBootstrap* Bootstrap() { return reinterpret_cast<ShmBootstrap*>(kBootstrapOffset); }

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_BOOTSTRAP_H_
