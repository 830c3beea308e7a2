// Proof of death.
//
// Every client holds a lock that ends with it and with nothing else; whoever finds that lock free
// has the proof that its holder is gone. There is one such lock for each client slot, and one more
// for the act of creating the region.
//
// Natively it is an open-file-description lock of the kernel (F_OFD_SETLK) on one byte of the
// region's object, on a description of its own: unlike the classic fcntl locks it does not vanish
// when the process closes some other descriptor of the same object, and unlike a process id it is
// never reused. A child of fork() that inherited the descriptor would keep the lock alive, so the
// children's copies are closed by an atfork handler; where that cannot run, death is noticed later,
// never too early.
//
// Thread-safety: all functions may be called from any thread.
#ifndef GLASSWAL_VFS_PORT_LIVENESS_H_
#define GLASSWAL_VFS_PORT_LIVENESS_H_

#include <cstdint>

#include "glasswal/limits.h"

namespace glasswal::port {

/// The slots before this one are clients; it is held while a region is being created.
inline constexpr uint32_t kCreationSlot = kMaxSlots;
inline constexpr uint32_t kLivenessSlots = kCreationSlot + 1;

class Liveness {
 public:
  virtual ~Liveness() = default;

  /// Tries to take the lock of `slot` for this object. True: it is ours from now on, and whoever
  /// had it before is dead. Never waits. False also for a slot that this object holds already,
  /// which proves nobody's death, and for all slots in a child of fork().
  virtual bool Hold(uint32_t slot) = 0;

  /// Gives it back. A slot that is not held is left alone.
  virtual void Drop(uint32_t slot) = 0;

  /// True when nobody holds the lock of `slot`: a client that was live there is dead. The caller
  /// must compare the slot's generation before and after, since a new client may just be coming in.
  virtual bool IsDead(uint32_t slot) const = 0;
};

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_LIVENESS_H_
