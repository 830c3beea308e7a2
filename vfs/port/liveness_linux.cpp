#include "port/liveness_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>

#include "port/system_error.h"

namespace glasswal::port {
namespace {

// The locked bytes lie far behind the end of any object: a lock needs no byte to be there.
constexpr off_t kFirstLockByte = off_t{1} << 60;
static_assert(sizeof(off_t) == 8, "compile with _FILE_OFFSET_BITS=64");

struct flock LockOf(uint32_t slot, short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = kFirstLockByte + slot;
  lock.l_len = 1;
  return lock;
}

class KernelLiveness final : public Liveness {
 public:
  KernelLiveness() = default;
  ~KernelLiveness() override;

  // Opens the description and enters the registry, as one step with respect to fork().
  bool Open(const char* path, int flags);
  // In a child of fork(): gives up the child's copy, which leaves the parent's locks alone.
  static void CloseAllInChild();

  bool Hold(uint32_t slot) override;
  void Drop(uint32_t slot) override;
  bool IsDead(uint32_t slot) const override;

 private:
  static uint64_t Bit(uint32_t slot) { return uint64_t{1} << slot; }

  KernelLiveness* next_ = nullptr;
  KernelLiveness* previous_ = nullptr;
  std::atomic<int> descriptor_{-1};  // -1 in a child of fork().
  // What this object holds. The kernel does not tell, since a description never conflicts with
  // itself.
  std::atomic<uint64_t> held_{0};
};

// All objects of this process. The mutex also guards Hold and Drop, which are rare, and is held
// across fork(), so that a child never finds the list, or a lock and its bit in held_, half
// changed.
std::mutex registry_mutex;
KernelLiveness* registry_first = nullptr;

void BeforeFork() { registry_mutex.lock(); }
void AfterForkInParent() { registry_mutex.unlock(); }
void AfterForkInChild() {
  KernelLiveness::CloseAllInChild();
  registry_mutex.unlock();
}

KernelLiveness::~KernelLiveness() {
  const std::lock_guard<std::mutex> guard(registry_mutex);
  const int descriptor = descriptor_.load(std::memory_order_relaxed);
  if (descriptor >= 0) close(descriptor);
  if (registry_first == this) registry_first = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr) previous_->next_ = next_;
}

bool KernelLiveness::Open(const char* path, int flags) {
  const std::lock_guard<std::mutex> guard(registry_mutex);
  const int descriptor = open(path, flags);
  if (descriptor < 0) return false;
  descriptor_.store(descriptor, std::memory_order_relaxed);
  next_ = registry_first;
  if (next_ != nullptr) next_->previous_ = this;
  registry_first = this;
  return true;
}

void KernelLiveness::CloseAllInChild() {
  for (KernelLiveness* each = registry_first; each != nullptr; each = each->next_) {
    const int descriptor = each->descriptor_.exchange(-1, std::memory_order_relaxed);
    if (descriptor >= 0) close(descriptor);
    each->held_.store(0, std::memory_order_relaxed);
  }
}

bool KernelLiveness::Hold(uint32_t slot) {
  if (slot >= kLivenessSlots) return false;
  const std::lock_guard<std::mutex> guard(registry_mutex);
  const int descriptor = descriptor_.load(std::memory_order_relaxed);
  // What is held already was not given up by anybody, so it is no proof of a death.
  if (descriptor < 0 || (held_.load(std::memory_order_relaxed) & Bit(slot)) != 0) return false;
  struct flock lock = LockOf(slot, F_WRLCK);
  // The bit comes first: at no time may IsDead() take a slot of ours for free.
  held_.fetch_or(Bit(slot), std::memory_order_acq_rel);
  if (fcntl(descriptor, F_OFD_SETLK, &lock) == 0) return true;
  held_.fetch_and(~Bit(slot), std::memory_order_acq_rel);
  return false;
}

void KernelLiveness::Drop(uint32_t slot) {
  if (slot >= kLivenessSlots) return;
  const std::lock_guard<std::mutex> guard(registry_mutex);
  if ((held_.load(std::memory_order_relaxed) & Bit(slot)) == 0) return;
  struct flock lock = LockOf(slot, F_UNLCK);
  fcntl(descriptor_.load(std::memory_order_relaxed), F_OFD_SETLK, &lock);
  held_.fetch_and(~Bit(slot), std::memory_order_acq_rel);
}

bool KernelLiveness::IsDead(uint32_t slot) const {
  if (slot >= kLivenessSlots) return false;
  const int descriptor = descriptor_.load(std::memory_order_relaxed);
  if (descriptor < 0 || (held_.load(std::memory_order_acquire) & Bit(slot)) != 0) return false;
  struct flock lock = LockOf(slot, F_WRLCK);
  // A question that fails is not answered with a death.
  if (fcntl(descriptor, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK) return false;
  // Another thread may have taken the slot for this object after the first look.
  return (held_.load(std::memory_order_acquire) & Bit(slot)) == 0;
}

}  // namespace

Result<std::unique_ptr<Liveness>> NewKernelLiveness(int descriptor, bool writable) {
  static const int registered = pthread_atfork(BeforeFork, AfterForkInParent, AfterForkInChild);
  if (registered != 0) {
    return SystemError("Liveness locks", "pthread_atfork", registered, "Free some memory.");
  }
  // A duplicate would share the description of `descriptor`, which lives as long as its mapping
  // does, also in children of fork(). Opening the object anew makes a description that nothing else
  // has.
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  auto liveness = std::make_unique<KernelLiveness>();
  if (!liveness->Open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC)) {
    return Status(StatusCode::kSystem,
                  SystemError("Liveness locks", ("open(" + path + ")").c_str(), errno,
                              "See to it that /proc is mounted and that descriptors are left.")
                      .message());
  }
  return std::unique_ptr<Liveness>(std::move(liveness));
}

}  // namespace glasswal::port
