// Events as log records: what happens in a region, in the log of the program.
//
//   auto logger = glasswal::NewEventLogger({std::make_shared<spdlog::sinks::stdout_sink_mt>()});
//   glasswal::EventDrain drain(runtime, logger);
//   drain.Start();                                    // Or call drain.Poll() where it suits.
//
// gives lines such as
//
//   2026-03-01 12:00:00.123456 info glasswal event=commit sequence=17 client=3 client_name=ingest
//   connection=0 file=0 path=/app.sqlite frames=2 database_pages=40 change=9 held_ns=51200
//
// A record has the level of its event and the time at which the event happened. Events that came
// faster than they could be logged are lost, which is itself a record (event=events.lost, a
// warning). Writers of events never wait for the drain, nor know of it.
//
// Thread-safety: said with each function.
#ifndef GLASSWAL_SPDLOG_H_
#define GLASSWAL_SPDLOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace glasswal {

class EventDrainInside;
class Runtime;

/// The pattern of NewEventLogger(); see spdlog's own documentation for the flags.
inline constexpr char kEventPattern[] = "%Y-%m-%d %H:%M:%S.%f %l %n %v";

/// A logger over any sinks that lets every level through (what is recorded is the region's event
/// level) and writes kEventPattern. Any other logger does as well.
std::shared_ptr<spdlog::logger> NewEventLogger(
    std::vector<std::shared_ptr<spdlog::sinks::sink>> sinks, const std::string& name = "glasswal");

/// How an EventDrain works.
struct EventDrainOptions {
  /// Begin with the events that are in the ring already, or with those to come.
  bool from_oldest = true;
  /// The background thread looks at least this often. Busy rings are looked at more often. At
  /// least 1.
  uint32_t most_idle_ms = 50;
  /// Let a commit end the thread's sleep. Not for memory that is mapped for reading only.
  bool wake_on_commit = true;
};

/// Writes the events of a region to a logger, from a thread of its own or when it is told to.
class EventDrain {
 public:
  /// The events of the runtime's region. The drain keeps the runtime: the region is left when both
  /// are gone.
  EventDrain(std::shared_ptr<const Runtime> runtime, std::shared_ptr<spdlog::logger> logger,
             const EventDrainOptions& options = {});
  /// Stops.
  ~EventDrain();
  EventDrain(const EventDrain&) = delete;
  EventDrain& operator=(const EventDrain&) = delete;

  /// Begins to log from a thread of its own. REQUIRES: not started, or stopped.
  void Start();

  /// Logs what is there and returns how many events that were. Any thread; calls take turns.
  uint64_t Poll();

  /// Ends the thread. Every event whose recording had finished before this call is logged when it
  /// returns, or counted as lost, and the logger is flushed. Works without a thread too.
  /// Idempotent.
  void Stop();

  /// Events logged so far. Any thread.
  uint64_t logged() const;
  /// Events that were overwritten before they could be logged. Any thread.
  uint64_t lost() const;
  /// Calls of the logger that ended with an exception: a sink threw, or the logger is asynchronous
  /// and spdlog was shut down. No exception leaves the drain, and it goes on with the next event.
  uint64_t failed() const;

 private:
  friend class EventDrainInside;
  class Impl;
  explicit EventDrain(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace glasswal

#endif  // GLASSWAL_SPDLOG_H_
