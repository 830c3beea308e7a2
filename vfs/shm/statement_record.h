// A row of the table of statements, as it lies in the region: what is run, by which connection, and
// what it has cost.
//
// A part of shm/layout.h, which has the rules. The protocol of `state` is in store/statements.h.
#ifndef GLASSWAL_VFS_SHM_STATEMENT_RECORD_H_
#define GLASSWAL_VFS_SHM_STATEMENT_RECORD_H_

#include "glasswal/option_names.h"
#include "shm/words.h"

namespace glasswal::shm {

inline constexpr uint32_t kStatementTextBytes = 384;  // A statement with its terminating zero.
// What names a statement's row has 16 bits for it (ShmConnection::running), and 0 is none.
inline constexpr uint32_t kMaxStatements = BoundsOf(Option::kStatementCapacity).most;
static_assert(kMaxStatements < 0xffff);

enum StatementState : uint32_t {
  kStatementFree = 0,
  kStatementClaiming = 1,  // Being filled in by the client in the word.
  kStatementLive = 2,
};

struct alignas(64) ShmStatement {
  Atomic64 state;  // [CAS] StatementState 8 | claiming client's slot 8 | unused 16 | generation 32.
  Atomic64 owner;  // [claimer] file number 16 | connection slot 8 | client slot 8 | client
                   // generation 32: only this connection writes what follows.
  Atomic64 hash;   // [claimer] of the text as it was given.
  Atomic64 used_ns;  // [owner] when it ran last (coarse clock).
  Atomic64 runs;     // [owner] all of these are saturating sums.
  Atomic64 timed;    // [owner] runs whose time is known; an exact one stands for those since the
                     // last (see ShmLock::hold_sampled).
  Atomic64 total_ns;
  Atomic64 longest_ns;
  Atomic64 rows;  // [owner] that it returned.
  Atomic64 reads;
  Atomic64 writes;
  Atomic64 waits;
  Atomic64 waited_ns;
  Atomic64 errors;
  Atomic64 slow;
  Atomic32 text_bytes;                     // [claimer] how long the whole text is, as it was given.
  Atomic32 last_error;                     // [owner] extended result code.
  Atomic64 text[kStatementTextBytes / 8];  // [claimer] UTF-8, zero-terminated.
  Atomic32 histogram[kHistogramBuckets];   // [owner] run times.
};
static_assert(sizeof(ShmStatement) == 128 + kStatementTextBytes + 4 * kHistogramBuckets);

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_STATEMENT_RECORD_H_
