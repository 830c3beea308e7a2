// A recovery from a dead client, with what that had and did last, as it lies in the region.
//
// A part of shm/layout.h, which has the rules.
#ifndef GLASSWAL_VFS_SHM_RECOVERY_RECORD_H_
#define GLASSWAL_VFS_SHM_RECOVERY_RECORD_H_

#include "shm/event_record.h"
#include "shm/statement_record.h"
#include "shm/words.h"

namespace glasswal::shm {

inline constexpr uint32_t kBlackBoxLocks = 24;
inline constexpr uint32_t kBlackBoxEvents = 16;

struct ShmBlackBoxLock {
  Atomic64 place;    // [recoverer] file number 16 | lock 8 | connection 8 | mode 8 | waiting 8 |
                     // unused 16.
  Atomic64 held_ns;  // [recoverer] how long, by the recoverer's clock; 0: not known.
};

struct alignas(64) ShmRecovery {
  Atomic64 state;     // [recoverer] number of the recovery * 2 + 1 while it runs, * 2 when done.
  Atomic64 began_ns;  // [recoverer]
  Atomic64 ended_ns;  // [recoverer]
  // [recoverer] dead slot 8 | recoverer slot 8 | evicted 8 | kind 8 | generation 32.
  Atomic64 subject;
  Atomic64 process_id;         // [recoverer] of the dead.
  Atomic64 silent_ns;          // [recoverer] how long it had been silent, by the recoverer's clock.
  Atomic64 heartbeat;          // [recoverer] the dead client's last.
  Atomic32 locks;              // [recoverer] lock bits taken back.
  Atomic32 connections;        // [recoverer] connections closed.
  Atomic32 handles;            // [recoverer] file handles closed.
  Atomic32 segments;           // [recoverer] segments freed.
  Atomic32 wal_index_spoiled;  // [recoverer] databases whose wal-index must be rebuilt.
  Atomic32 box_locks;          // [recoverer] entries of box.
  Atomic32 box_events;         // [recoverer] entries of events.
  // [recoverer] 1: the directory's lock was not to be had, so the rest comes later.
  Atomic32 paused;
  Atomic64 name[kNameBytes / 8];
  // The statement that it ran, where it ran several the one that wrote; how long, 0: none ran and
  // this is the last one; its text.
  Atomic64 running_ns;
  Atomic64 statement[kStatementTextBytes / 8];
  Atomic64 reserved[7];
  ShmBlackBoxLock box[kBlackBoxLocks];
  ShmEvent events[kBlackBoxEvents];  // The dead client's last events, oldest first.
};
static_assert(sizeof(ShmRecovery) % 64 == 0);

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_RECOVERY_RECORD_H_
