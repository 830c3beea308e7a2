// JSON lines for spdlog: what it hands to a formatter is a line of text, from which the fields are
// read back.
//
// Thread-safety: a formatter belongs to its sink, which has one caller at a time.
#include <spdlog/formatter.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "diag/json_writer.h"
#include "diag/log_text.h"
#include "glasswal/log_record.h"
#include "glasswal/snapshot_kinds.h"
#include "glasswal/spdlog.h"

namespace glasswal {
namespace {

std::string_view ViewOf(spdlog::string_view_t text) { return {text.data(), text.size()}; }

EventLevel LevelOf(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical:
    case spdlog::level::err:
      return EventLevel::kError;
    case spdlog::level::warn:
      return EventLevel::kWarn;
    case spdlog::level::info:
      return EventLevel::kInfo;
    case spdlog::level::debug:
      return EventLevel::kDebug;
    default:
      return EventLevel::kTrace;
  }
}

uint64_t Since1970Ns(spdlog::log_clock::time_point time) {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  return static_cast<uint64_t>(std::max<int64_t>(ns.count(), 0));
}

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    std::string line;
    diag::JsonWriter json(&line);
    json.BeginObject();
    json.Key("logger"), json.String(ViewOf(message.logger_name));
    LogRecord record;
    const bool is_event = diag::ReadLine(ViewOf(message.payload), &record);
    record.level = LevelOf(message.level);
    record.time_ns = Since1970Ns(message.time);
    if (is_event) {
      diag::WriteMembers(record, &json);
    } else {
      // A message of the program itself.
      json.Key("level"), json.String(Name(record.level));
      json.Key("timeMs"), json.Milliseconds(record.time_ns);
      json.Key("message"), json.String(ViewOf(message.payload));
    }
    json.EndObject();
    line += '\n';
    to.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

}  // namespace

std::unique_ptr<spdlog::formatter> NewJsonFormatter() { return std::make_unique<JsonFormatter>(); }

}  // namespace glasswal
