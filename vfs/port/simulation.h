// The simulated machine of a test that plays all clients on one thread: its clock and its sleeping.
//
// In a product build there is none, and the questions below cost nothing. In a test build
// (GLASSWAL_TEST_POINTS=1) the functions of clock.h and futex.h ask the simulation of their thread,
// if one is set, instead of the system. Together with the points of point.h that is all the
// interleaving explorer (tests/model/explorer.h) needs to run the product's own code.
#ifndef GLASSWAL_VFS_PORT_SIMULATION_H_
#define GLASSWAL_VFS_PORT_SIMULATION_H_

#include <cstdint>

#include "port/atomic.h"
#include "port/point.h"

namespace glasswal::port {

/// What a simulated machine answers in place of the real one. See clock.h and futex.h.
class Simulation {
 public:
  virtual ~Simulation() = default;
  virtual uint64_t NowNs() = 0;
  virtual void FutexWait(const Atomic<uint32_t>* word, uint32_t expected, uint64_t timeout_ns) = 0;
  virtual void FutexWake(const Atomic<uint32_t>* word, uint32_t count) = 0;
};

#if GLASSWAL_TEST_POINTS

namespace internal {
inline thread_local Simulation* simulation = nullptr;
}  // namespace internal

/// Sets the calling thread's simulation; nullptr gives the real machine back.
inline void SetSimulation(Simulation* simulation) { internal::simulation = simulation; }
inline Simulation* CurrentSimulation() { return internal::simulation; }

#else

constexpr Simulation* CurrentSimulation() { return nullptr; }

#endif

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_SIMULATION_H_
