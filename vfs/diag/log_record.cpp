#include "glasswal/log_record.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "glasswal/snapshot.h"
#include "port/printable.h"
#include "shm/lock_names.h"

namespace glasswal {
namespace {

bool NeedsQuotes(char character) {
  return character == ' ' || character == '"' || character == '\\' || character == '=';
}

void AppendValue(std::string_view value, std::string* text) {
  const std::string printable = port::Printable(value);
  if (!value.empty() && printable == value &&
      std::none_of(value.begin(), value.end(), NeedsQuotes)) {
    text->append(value);
    return;
  }
  // What was a backslash is doubled; what became one by being made printable is not.
  text->push_back('"');
  while (!value.empty()) {
    const uint32_t size_bytes = std::max(port::FirstCharacter(value).size_bytes, 1u);
    if (value[0] == '"' || value[0] == '\\') text->push_back('\\');
    text->append(port::Printable(value.substr(0, size_bytes)));
    value.remove_prefix(size_bytes);
  }
  text->push_back('"');
}

/// The name of what an argument numbers, where that is the same in every region.
std::string NameOf(std::string_view argument, uint64_t value) {
  if (argument == "lock" && value <= shm::kDirectoryLock) {
    return shm::LockName(static_cast<uint32_t>(value));
  }
  if (argument == "mode" && value < static_cast<uint64_t>(LockMode::kUnknown)) {
    return Name(static_cast<LockMode>(value));
  }
  if (argument == "kind" && value < static_cast<uint64_t>(FileKind::kUnknown)) {
    return Name(static_cast<FileKind>(value));
  }
  return {};
}

/// Adds to the line of a record.
void Say(const LogDetail& detail, LogRecord* record) { record->message += " " + ToText(detail); }

/// Adds to the details of a record and to its line.
void Add(LogDetail detail, LogRecord* record) {
  Say(detail, record);
  record->details.push_back(std::move(detail));
}
void AddText(std::string name, const std::string& text, LogRecord* record) {
  if (!text.empty()) Add({std::move(name), true, text, 0}, record);
}

}  // namespace

bool IsClientArgument(const std::string& name) {
  constexpr std::string_view kSuffix = "_client";
  return name.size() > kSuffix.size() && name.ends_with(kSuffix);
}

std::string ToText(const LogDetail& detail) {
  std::string text = detail.name + "=";
  if (detail.is_text) {
    AppendValue(detail.text, &text);
  } else {
    text += std::to_string(detail.number);
  }
  return text;
}

LogRecord RecordOf(const Event& event, const LogNames& names) {
  const EventDescription description = Describe(event.kind);
  LogRecord record;
  record.level = event.level;
  record.event = description.name;
  record.sequence = event.sequence;
  record.time_ns = event.time_ns;
  record.client = event.client;
  record.message = "event=" + record.event;
  Say({"sequence", false, {}, event.sequence}, &record);
  Say({"client", false, {}, event.client}, &record);
  AddText("client_name", names.client, &record);
  if (event.connection != 0) Say({"connection", false, {}, event.connection - 1}, &record);
  if (event.file != 0) Say({"file", false, {}, event.file - 1}, &record);
  AddText("path", names.path, &record);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string argument = description.arguments[i];
    const uint64_t value = event.arguments[i];
    if (argument.empty()) continue;
    const bool is_client = IsClientArgument(argument);
    const std::string name = is_client ? names.arguments[i] : NameOf(argument, value);
    if (name.empty() || is_client) Add({argument, false, {}, value}, &record);
    AddText(is_client ? argument + "_name" : argument, name, &record);
  }
  return record;
}

LogRecord RecordOfLoss(uint64_t first_sequence, uint64_t lost, uint64_t total_lost, uint32_t client,
                       uint64_t time_ns) {
  LogRecord record;
  record.level = EventLevel::kWarn;
  record.event = "events.lost";
  record.sequence = first_sequence;
  record.time_ns = time_ns;
  record.client = client;
  record.message = "event=" + record.event;
  Add({"lost", false, {}, lost}, &record);
  Add({"total_lost", false, {}, total_lost}, &record);
  return record;
}

}  // namespace glasswal
