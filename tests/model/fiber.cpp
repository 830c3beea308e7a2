#include "model/fiber.h"

#include <cstring>

namespace glasswal::model {
namespace {

constexpr size_t kStackBytes = 256 * 1024;
// The part of a stack that is wiped before each run. What earlier runs left there would make equal
// states look different; it could never make different states look equal.
constexpr size_t kWipedBytes = 8 * 1024;
constexpr size_t kDeadBytes = 1024;

}  // namespace

// A context begins with the registers of whoever makes it, and they end up on the fiber's stack.
// They are taken once, so that they are the same in every run and equal states stay equal.
Fiber::Fiber() : stack_(new std::byte[kStackBytes]) { getcontext(&fresh_); }

void Fiber::Start(const std::function<void()>* body) {
  std::memset(stack_.get() + kStackBytes - kWipedBytes, 0, kWipedBytes);
  body_ = body;
  is_begun_ = false;
  is_done_ = false;
  lowest_ = stack_.get() + kStackBytes;
  begin_ = fresh_;
  begin_.uc_stack.ss_sp = stack_.get();
  begin_.uc_stack.ss_size = kStackBytes;
  begin_.uc_link = nullptr;
  // makecontext passes ints only, so the pointer travels in two halves.
  const auto self = reinterpret_cast<uintptr_t>(this);
  makecontext(&begin_, reinterpret_cast<void (*)()>(&Fiber::Enter), 2,
              static_cast<unsigned>(uint64_t{self} >> 32), static_cast<unsigned>(self));
}

void Fiber::Enter(unsigned high, unsigned low) {
  const auto address = static_cast<uintptr_t>(uint64_t{high} << 32 | low);
  auto* const self = reinterpret_cast<Fiber*>(address);  // NOLINT(performance-no-int-to-ptr)
  (*self->body_)();
  self->is_done_ = true;
  self->Pause();
}

// A context is entered once, to get onto its stack: that costs a call of the system, for the signal
// mask, and the explorer switches many millions of times. A jump leaves the mask alone.
void Fiber::Resume() {
  if (_setjmp(resumer_) != 0) return;
  if (is_begun_) _longjmp(own_, 1);
  is_begun_ = true;
  setcontext(&begin_);
}

// Wipes what calls that have returned left behind below the caller, for the reason given above.
__attribute__((noinline)) void WipeDeadFrames() {
  std::byte dead[kDeadBytes];
  std::memset(dead, 0, sizeof(dead));
  // The compiler must believe that somebody reads them.
  __asm__ __volatile__("" : : "r"(dead) : "memory");
}

// The registers that a caller may rely on are put on the stack here, above the frame of SwitchOut,
// so that the bytes from that frame upwards are all that the fiber remembers.
__attribute__((noinline)) void Fiber::Pause() {
  __builtin_unwind_init();
  WipeDeadFrames();
  SwitchOut();
}

__attribute__((noinline)) void Fiber::SwitchOut() {
  lowest_ = static_cast<const std::byte*>(__builtin_frame_address(0));
  if (_setjmp(own_) == 0) _longjmp(resumer_, 1);
}

uint64_t Fiber::HashStack() const {
  const std::byte* const end = stack_.get() + kStackBytes;
  return HashBytes(lowest_, static_cast<size_t>(end - lowest_), 1);
}

uint64_t HashBytes(const void* data, size_t size_bytes, uint64_t seed) {
  const auto* at = static_cast<const unsigned char*>(data);
  uint64_t hash = seed * 0x9e3779b97f4a7c15 ^ size_bytes;
  const auto take = [&](size_t taken) {
    uint64_t piece = 0;
    std::memcpy(&piece, at, taken);
    hash = (hash ^ piece) * 0xd6e8feb86659fd93;
    hash ^= hash >> 32;
    at += taken;
  };
  size_t left = size_bytes;
  for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t)) take(sizeof(uint64_t));
  if (left > 0) take(left);
  return hash;
}

}  // namespace glasswal::model
