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
// or, by a sink that was given NewJsonFormatter(), JSON lines with the same fields.
//
// A record has the level of its event and the time at which the event happened. Events that came
// faster than they could be logged are lost, which is itself a record (event=events.lost, a
// warning): logged() and lost() together are all that happened. Writers of events never wait for
// the drain, nor know of it.
//
// Which sinks, and how they are called, is spdlog's and yours:
//
// - Rotating files (rotating_file_sink_mt) and consoles with colours (stdout_color_sink_mt) take
//   records like any sink; set_level() of a sink or of the logger filters, set_pattern() of a sink
//   says how its lines look. NewEventLogger() sets the pattern of all its sinks, so what a sink has
//   for itself is set after it.
// - An asynchronous logger (spdlog::async_logger) keeps the order of records where its pool has one
//   thread. With async_overflow_policy::block it loses nothing: the drain waits for it, and it is
//   the ring that overflows, which is told. With overrun_oldest it drops what has been counted as
//   logged: the pool's overrun_counter() says how much.
// - To lose nothing at the end: let those who write end, Stop() the drain, and then, where a logger
//   is asynchronous, spdlog::shutdown(), which waits until its pool has written all. Stop() itself
//   flushes the logger, which of an asynchronous one is only a message in its queue. In the other
//   order each record after the shutdown is counted in failed().
// - What a sink throws, a full disk for one, goes to the logger's error handler, which spdlog has
//   print to stderr once a second (set_error_handler()).
//
// In a child of fork() there is no thread of a drain, and locks may be held that nobody gives back.
// So a drain that came by fork() does nothing there, and leaves without waiting; who wants the log
// in a child makes a logger and a drain there, of a runtime that the child opened itself. Two
// processes must not rotate the same files.
//
// Thread-safety: said with each function.
#ifndef GLASSWAL_SPDLOG_H_
#define GLASSWAL_SPDLOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spdlog {
class formatter;
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

/// Has a sink write JSON lines: sink->set_formatter(glasswal::NewJsonFormatter()), after the logger
/// was made. An event is the object of glasswal::ToJson(LogRecord), with its time in milliseconds
/// since 1970 and the name of the logger; another message of the program has logger, level, timeMs
/// and message. Each is one line of valid JSON whatever it says.
std::unique_ptr<spdlog::formatter> NewJsonFormatter();

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
  /// Calls of the logger that ended with an exception: the logger is asynchronous and spdlog was
  /// shut down, or a sink threw what is no std::exception, which spdlog lets through. No exception
  /// leaves the drain, and it goes on with the next event.
  uint64_t failed() const;

 private:
  friend class EventDrainInside;
  class Impl;
  explicit EventDrain(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace glasswal

#endif  // GLASSWAL_SPDLOG_H_
