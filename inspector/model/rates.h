// What happened between two snapshots, per second.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_MODEL_RATES_H_
#define GLASSWAL_INSPECTOR_MODEL_RATES_H_

#include <cstdint>

#include "glasswal/snapshot.h"

namespace glasswal::inspector {

struct Rates {
  double seconds = 0;  // Between the two; 0: there was nothing before.
  double commits = 0;  // These are per second.
  double commit_frames = 0;
  double reads = 0;  // By copy or in place.
  double read_bytes = 0;
  double write_bytes = 0;
  double transactions = 0;  // Read and write transactions begun.
  double busy = 0;
  double waits = 0;
  double events = 0;
  double waiting = 0;        // Seconds of waiting per second, of all clients together.
  uint64_t hold_p50_ns = 0;  // Holds of the WRITE locks.
  uint64_t hold_p99_ns = 0;
  uint64_t wait_p50_ns = 0;  // Waits for them.
  uint64_t wait_p99_ns = 0;
};

Rates RatesBetween(const Snapshot& before, const Snapshot& after);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_RATES_H_
