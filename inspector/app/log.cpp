#include "app/log.h"

// Compiled formats: without them fmt brings its floating-point and locale code into the module. For
// the same reason the panel's columns do what spdlog's pattern would: as WebAssembly its pattern
// formatter alone takes 64 KiB (brotli), of the 250 KB that the whole inspector may have.
#include <fmt/compile.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace glasswal::inspector {
namespace {

constexpr const char* kOwnName = "inspector";

// Both number the levels without a gap, in opposite order; there is no event of level kOff.
constexpr int kLevels = spdlog::level::err + static_cast<int>(EventLevel::kError);
static_assert(kLevels - static_cast<int>(EventLevel::kTrace) == spdlog::level::trace);
static_assert(kLevels - static_cast<int>(EventLevel::kWarn) == spdlog::level::warn);

spdlog::level::level_enum LevelOf(EventLevel level) {
  return static_cast<spdlog::level::level_enum>(kLevels - static_cast<int>(level));
}

}  // namespace

/// The panel: keeps the last lines, and counts time from the first event.
class Log::Lines final : public spdlog::sinks::sink {
 public:
  explicit Lines(std::deque<LogLine>* lines) : lines_(lines) {}

  void log(const spdlog::details::log_msg& record) override {
    LogLine line;
    line.serial = ++serial_;
    line.level = static_cast<uint8_t>(kLevels - record.level);
    line.name.assign(record.logger_name.data(), record.logger_name.size());
    line.text.assign(record.payload.data(), record.payload.size());
    if (line.name != kOwnName) line.time = SinceFirst(record.time);
    lines_->push_back(std::move(line));
    if (lines_->size() > kMostLogLines) lines_->pop_front();
  }
  void flush() override {}
  // The panel's columns are the pattern.
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  std::string SinceFirst(spdlog::log_clock::time_point at) {
    if (!first_) first_ = at;
    // Clients write at the same time, so an event may be a little older than the one before it.
    const int64_t us =
        std::chrono::duration_cast<std::chrono::microseconds>(std::max(at, *first_) - *first_)
            .count();
    return fmt::format(FMT_COMPILE("{}.{:06}"), us / 1'000'000, us % 1'000'000);
  }

  std::deque<LogLine>* const lines_;
  uint64_t serial_ = 0;
  std::optional<spdlog::log_clock::time_point> first_;
};

// Every record goes to each of the sinks: this list is the only place that knows them.
Log::Log(std::deque<LogLine>* lines)
    : sinks_{std::make_shared<Lines>(lines)},
      own_(std::make_unique<spdlog::logger>(kOwnName, sinks_.begin(), sinks_.end())) {
  own_->set_level(spdlog::level::trace);
}
Log::~Log() = default;

void Log::Keep(std::variant<Event, Message> record) {
  records_.push_back(std::move(record));
  if (records_.size() > kMostLogLines) records_.pop_front();
}

void Log::Add(const EventBatch& batch) {
  for (const Event& event : batch.events) Keep(event);
}

void Log::Say(EventLevel level, const std::string& message) { Keep(Message{level, message}); }

void Log::Write(const EventNames& names) {
  for (const auto& record : records_) {
    if (const auto* message = std::get_if<Message>(&record)) {
      own_->log(LevelOf(message->level), message->text);
    } else if (const auto* event = std::get_if<Event>(&record)) {
      WriteEvent(*event, names);
    }
  }
  records_.clear();
}

void Log::WriteEvent(const Event& event, const EventNames& names) {
  const LogRecord record = RecordOf(event, names.ForRecord(event));
  const spdlog::log_clock::time_point at{std::chrono::duration_cast<spdlog::log_clock::duration>(
      std::chrono::nanoseconds(std::min<uint64_t>(record.time_ns, INT64_MAX)))};  // Any number.
  // The client has a column of its own, and nobody looks for an event, a connection or a file by its
  // number here.
  constexpr std::string_view kLeftOut[] = {"client_name", "connection", "file"};
  std::string text = record.event;
  for (const LogDetail& detail : record.details) {
    if (std::find(std::begin(kLeftOut), std::end(kLeftOut), detail.name) == std::end(kLeftOut))
      text += " " + ToText(detail);
  }
  const std::string client = names.Client(event);
  for (const auto& sink : sinks_) sink->log({at, {}, client, LevelOf(record.level), text});
}

}  // namespace glasswal::inspector
