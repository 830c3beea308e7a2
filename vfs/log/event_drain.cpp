#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "diag/log_names.h"
#include "glasswal/log_record.h"
#include "glasswal/spdlog.h"
#include "log/event_drain_inside.h"
#include "port/assert.h"
#include "port/clock.h"
#include "port/futex.h"
#include "port/process.h"
#include "recovery/runtime_inside.h"
#include "shm/region.h"
#include "trace/ring.h"

namespace glasswal {
namespace {

using port::kNsPerMs;
constexpr uint64_t kNsPerUs = 1'000;
/// The shortest time between two looks at the ring. Commits can be had by the hundred thousand a
/// second; waking up for each would make the committers pay for the wakes.
constexpr uint64_t kBreathUs = 1'000;

spdlog::level::level_enum LevelOf(EventLevel level) {
  switch (level) {
    case EventLevel::kError:
      return spdlog::level::err;
    case EventLevel::kWarn:
      return spdlog::level::warn;
    case EventLevel::kInfo:
      return spdlog::level::info;
    case EventLevel::kDebug:
      return spdlog::level::debug;
    case EventLevel::kTrace:
    case EventLevel::kOff:
      break;
  }
  return spdlog::level::trace;
}

}  // namespace

class EventDrain::Impl {
 public:
  /// `runtime`: what keeps the region; null if somebody else does.
  Impl(std::shared_ptr<const Runtime> runtime, const shm::RegionView& region,
       std::shared_ptr<spdlog::logger> logger, const EventDrainOptions& options)
      : runtime_(std::move(runtime)),
        region_(region),
        logger_(std::move(logger)),
        options_(options),
        clock_offset_ns_(port::WallClockUs() * static_cast<int64_t>(kNsPerUs) -
                         static_cast<int64_t>(port::NowNs())),
        cursor_(region, options.from_oldest ? trace::EventCursor::Start::kOldest
                                            : trace::EventCursor::Start::kNewest) {}

  void Start() {
    GLASSWAL_ASSERT(!thread_.joinable(), "a drain that runs already is started");
    stopping_.store(false);
    thread_ = std::thread([this] { Run(); });
  }

  /// False in a child of fork(): there the thread is missing, and who held a mutex is, too.
  bool IsHere() const { return port::ForkGeneration() == fork_generation_; }

  /// What a child of fork() can let go of.
  std::shared_ptr<const Runtime> TakeRuntime() { return std::move(runtime_); }

  uint64_t Poll() {
    const std::lock_guard lock(cursor_mutex_);
    return PollLocked(region_.geometry().event_capacity);
  }

  void Stop() {
    {
      const std::lock_guard lock(stop_mutex_);
      stopping_.store(true);
    }
    stop_changed_.notify_all();
    if (options_.wake_on_commit) port::FutexWake(&region_.header()->commit_sequence, UINT32_MAX);
    if (thread_.joinable()) thread_.join();
    DrainToHead();
    Log([&] { logger_->flush(); });
  }

  uint64_t logged() const { return logged_.load(std::memory_order_relaxed); }
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }
  uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  void Run() {
    uint64_t idle_ns = kNsPerMs;
    while (!stopping_.load()) {
      const uint32_t commits = region_.header()->commit_sequence.load(std::memory_order_relaxed);
      const uint64_t found = Poll();
      if (found >= region_.geometry().event_capacity) continue;
      idle_ns = found > 0 ? kNsPerMs
                          : std::min(idle_ns * 2, std::max(options_.most_idle_ms, 1u) * kNsPerMs);
      Sleep(commits, idle_ns);
    }
  }

  /// For `duration_ns`, or until a commit or Stop().
  void Sleep(uint32_t commits, uint64_t duration_ns) {
    if (stopping_.load()) return;
    if (options_.wake_on_commit && port::MayWait()) {
      port::FutexWait(&region_.header()->commit_sequence, commits, duration_ns);
      if (!stopping_.load()) port::SleepUs(kBreathUs);
      return;
    }
    std::unique_lock lock(stop_mutex_);
    stop_changed_.wait_for(lock, std::chrono::nanoseconds(duration_ns),
                           [this] { return stopping_.load(); });
  }

  /// Logs all that had been recorded when it was called. Events behind one that is not finished are
  /// waited for: the cursor gives that one up before long.
  void DrainToHead() {
    const std::lock_guard lock(cursor_mutex_);
    const uint64_t head = region_.header()->event_head.load(std::memory_order_acquire);
    while (cursor_.next_sequence() < head) {
      if (PollLocked(1) > 0) continue;
      if (!cursor_.waiting()) return;
      port::SleepUs(kBreathUs);
    }
  }

  uint64_t PollLocked(uint64_t limit) {
    uint64_t found = 0;
    Event event;
    while (found < limit && cursor_.Next(&event)) {
      ReportLoss(event.sequence);
      LogEvent(event);
      ++found;
    }
    ReportLoss(cursor_.next_sequence());
    logged_.fetch_add(found, std::memory_order_relaxed);
    return found;
  }

  void LogEvent(const Event& event) {
    if (!logger_->should_log(LevelOf(event.level))) return;
    Write(RecordOf(event, diag::NamesOf(region_, event)), Since1970(event.time_ns));
  }

  void Write(const LogRecord& record, std::chrono::nanoseconds since_1970) {
    const spdlog::log_clock::time_point time(
        std::chrono::duration_cast<spdlog::log_clock::duration>(since_1970));
    Log([&] {
      logger_->log(time, spdlog::source_loc{}, LevelOf(record.level),
                   spdlog::string_view_t(record.message.data(), record.message.size()));
    });
  }

  /// The time of day of an event. Its time is a number in the region, which may be any.
  std::chrono::nanoseconds Since1970(uint64_t time_ns) const {
    const uint64_t most_ns =
        static_cast<uint64_t>(INT64_MAX - std::max<int64_t>(clock_offset_ns_, 0));
    return std::chrono::nanoseconds(clock_offset_ns_ +
                                    static_cast<int64_t>(std::min(time_ns, most_ns)));
  }

  /// Calls the logger, which is somebody else's: a sink may throw anything, and an asynchronous
  /// logger does so at every call once spdlog was shut down. What it did not take is counted.
  template <typename Call>
  void Log(const Call& call) {
    try {
      call();
    } catch (...) {
      failed_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  /// Logs what was lost since the last report: the events right before `next_sequence`.
  void ReportLoss(uint64_t next_sequence) {
    const uint64_t total = cursor_.lost();
    const uint64_t lost = total - lost_.exchange(total, std::memory_order_relaxed);
    if (lost == 0) return;
    // A drain is no client: those of several processes may read one ring.
    const uint64_t now_ns = port::NowNs();
    Write(RecordOfLoss(next_sequence - lost, lost, total, kNoLogClient, now_ns), Since1970(now_ns));
  }

  std::shared_ptr<const Runtime> runtime_;
  const uint32_t fork_generation_ = port::ForkGeneration();
  const shm::RegionView& region_;
  const std::shared_ptr<spdlog::logger> logger_;
  const EventDrainOptions options_;
  const int64_t clock_offset_ns_;  // From the region's monotonic clock to the time of day.

  std::mutex cursor_mutex_;  // Guards the next one, and the order of records.
  trace::EventCursor cursor_;
  std::atomic<uint64_t> logged_{0};
  std::atomic<uint64_t> lost_{0};
  std::atomic<uint64_t> failed_{0};

  std::mutex stop_mutex_;
  std::condition_variable stop_changed_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

std::shared_ptr<spdlog::logger> NewEventLogger(
    std::vector<std::shared_ptr<spdlog::sinks::sink>> sinks, const std::string& name) {
  auto logger = std::make_shared<spdlog::logger>(name, sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::trace);
  logger->set_pattern(kEventPattern);
  return logger;
}

EventDrain::EventDrain(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

// The runtime is copied: arguments are evaluated in any order, and its region is asked for beside it.
EventDrain::EventDrain(std::shared_ptr<const Runtime> runtime,  // NOLINT(*-unnecessary-value-param)
                       std::shared_ptr<spdlog::logger> logger, const EventDrainOptions& options)
    : impl_(std::make_unique<Impl>(runtime, RegionOf(*runtime), std::move(logger), options)) {}

EventDrain EventDrainInside::Over(const shm::RegionView& region,
                                  std::shared_ptr<spdlog::logger> logger,
                                  const EventDrainOptions& options) {
  return EventDrain(
      std::make_unique<EventDrain::Impl>(nullptr, region, std::move(logger), options));
}

EventDrain::~EventDrain() {
  if (impl_->IsHere()) {
    impl_->Stop();
    return;
  }
  // To end a thread that is not there, or a condition that it waited for, would take for ever. The
  // child never frees the rest.
  const std::shared_ptr<const Runtime> runtime = impl_->TakeRuntime();
  (void)impl_.release();
}

void EventDrain::Start() {
  if (impl_->IsHere()) impl_->Start();
}
uint64_t EventDrain::Poll() { return impl_->IsHere() ? impl_->Poll() : 0; }
void EventDrain::Stop() {
  if (impl_->IsHere()) impl_->Stop();
}
uint64_t EventDrain::logged() const { return impl_->logged(); }
uint64_t EventDrain::lost() const { return impl_->lost(); }
uint64_t EventDrain::failed() const { return impl_->failed(); }

}  // namespace glasswal
