#include "model/fiber.h"

#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#define GLASSWAL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GLASSWAL_ASAN 1
#endif
#endif

#if GLASSWAL_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace glasswal::model {
namespace {

constexpr size_t kStackBytes = 256 * 1024;
// The part of a stack that is wiped before each run. What earlier runs left there would make equal
// states look different; it could never make different states look equal.
constexpr size_t kWipedBytes = 8 * 1024;
constexpr size_t kDeadBytes = 1024;

// AddressSanitizer keeps books about the stack it is on, and has to be told of each switch.
#if GLASSWAL_ASAN
void BeginSwitch(void** own_fake_stack, const void* stack, size_t size_bytes) {
  __sanitizer_start_switch_fiber(own_fake_stack, stack, size_bytes);
}
void EndSwitch(void* own_fake_stack, const void** other_stack, size_t* other_bytes) {
  __sanitizer_finish_switch_fiber(own_fake_stack, other_stack, other_bytes);
}
void Unpoison(void* memory, size_t size_bytes) { ASAN_UNPOISON_MEMORY_REGION(memory, size_bytes); }
#else
void BeginSwitch(void**, const void*, size_t) {}
void EndSwitch(void*, const void**, size_t*) {}
void Unpoison(void*, size_t) {}
#endif

}  // namespace

// A context begins with the registers of whoever makes it, and they end up on the fiber's stack.
// They are taken once, so that they are the same in every run and equal states stay equal.
Fiber::Fiber() : stack_(new std::byte[kStackBytes]) { getcontext(&fresh_); }

void Fiber::Start(const std::function<void()>* body) {
  Unpoison(stack_.get(), kStackBytes);
  std::memset(stack_.get() + kStackBytes - kWipedBytes, 0, kWipedBytes);
  body_ = body;
  is_done_ = false;
  lowest_ = stack_.get() + kStackBytes;
  own_fake_stack_ = nullptr;
  own_ = fresh_;
  own_.uc_stack.ss_sp = stack_.get();
  own_.uc_stack.ss_size = kStackBytes;
  own_.uc_link = nullptr;
  // makecontext passes ints only, so the pointer travels in two halves.
  const auto self = reinterpret_cast<uintptr_t>(this);
  makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::Enter), 2,
              static_cast<unsigned>(uint64_t{self} >> 32), static_cast<unsigned>(self));
}

void Fiber::Enter(unsigned high, unsigned low) {
  auto* const self = reinterpret_cast<Fiber*>(static_cast<uintptr_t>(uint64_t{high} << 32 | low));
  EndSwitch(nullptr, &self->resumer_stack_, &self->resumer_stack_bytes_);
  (*self->body_)();
  self->is_done_ = true;
  self->Pause();
}

void Fiber::Resume() {
  BeginSwitch(&resumer_fake_stack_, stack_.get(), kStackBytes);
  swapcontext(&resumer_, &own_);
  EndSwitch(resumer_fake_stack_, nullptr, nullptr);
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
  BeginSwitch(&own_fake_stack_, resumer_stack_, resumer_stack_bytes_);
  swapcontext(&own_, &resumer_);
  EndSwitch(own_fake_stack_, &resumer_stack_, &resumer_stack_bytes_);
}

uint64_t Fiber::HashStack() const {
  const std::byte* const end = stack_.get() + kStackBytes;
  return HashBytes(lowest_, static_cast<size_t>(end - lowest_), 1);
}

// It reads whole stacks, of which AddressSanitizer allows only the live variables.
__attribute__((no_sanitize_address)) uint64_t HashBytes(const void* data, size_t size_bytes,
                                                        uint64_t seed) {
  const auto* at = static_cast<const unsigned char*>(data);
  uint64_t hash = seed * 0x9e3779b97f4a7c15 ^ size_bytes;
  size_t left = size_bytes;
  while (left > 0) {
    uint64_t piece = 0;
    const size_t taken = left < 8 ? left : 8;
    for (size_t i = 0; i < taken; ++i) piece |= uint64_t{at[i]} << (8 * i);
    hash = (hash ^ piece) * 0xd6e8feb86659fd93;
    hash ^= hash >> 32;
    at += taken;
    left -= taken;
  }
  return hash;
}

}  // namespace glasswal::model
