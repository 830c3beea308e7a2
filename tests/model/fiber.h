// A fiber: a function with a stack of its own, run piece by piece on the caller's thread.
//
// Thread-safety: a fiber belongs to the thread that starts it.
#ifndef GLASSWAL_TESTS_MODEL_FIBER_H_
#define GLASSWAL_TESTS_MODEL_FIBER_H_

#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace glasswal::model {

class Fiber {
 public:
  Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Makes the fiber ready to run `*body`, which must outlive the run. What it ran before is
  /// forgotten where it stood: nothing is unwound, just as nothing is in a client that is killed.
  void Start(const std::function<void()>* body);

  /// Runs the fiber until it calls Pause() or its body returns. REQUIRES: !is_done().
  void Resume();

  /// Returns to the caller of Resume(). Called on the fiber.
  void Pause();

  bool is_done() const { return is_done_; }

  /// A hash of all that the paused fiber has on its stack, its registers included.
  uint64_t HashStack() const;

 private:
  static void Enter(unsigned high, unsigned low);
  void SwitchOut();

  std::unique_ptr<std::byte[]> stack_;
  const std::byte* lowest_ = nullptr;  // The end of the stack in use while paused.
  const std::function<void()>* body_ = nullptr;
  ucontext_t fresh_ = {};  // What begin_ is made from.
  ucontext_t begin_ = {};  // Where the body begins.
  jmp_buf own_ = {};       // Where it paused, and who resumed it.
  jmp_buf resumer_ = {};
  bool is_begun_ = false;
  bool is_done_ = true;
};

/// A 64-bit hash of a run of bytes, chained through `seed`.
uint64_t HashBytes(const void* data, size_t size_bytes, uint64_t seed);

}  // namespace glasswal::model

#endif  // GLASSWAL_TESTS_MODEL_FIBER_H_
