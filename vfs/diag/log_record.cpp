#include "glasswal/log_record.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "diag/log_text.h"
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
  // A text that looks like a number is told from one by its quotes: all digits, or nothing at all.
  const bool is_plain =
      printable == value && std::none_of(value.begin(), value.end(), NeedsQuotes) &&
      !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_plain) {
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
const char* NameOf(std::string_view argument, uint64_t value) {
  if (argument == "lock" && value <= shm::kDirectoryLock) {
    return shm::LockName(static_cast<uint32_t>(value));
  }
  if (argument == "mode" && value < static_cast<uint64_t>(LockMode::kUnknown)) {
    return Name(static_cast<LockMode>(value));
  }
  if (argument == "kind" && value < static_cast<uint64_t>(FileKind::kUnknown)) {
    return Name(static_cast<FileKind>(value));
  }
  return "";
}

/// Adds to the line of a record.
void Say(std::string_view name, uint64_t number, LogRecord* record) {
  record->message.append(" ").append(name).append("=").append(std::to_string(number));
}

/// Adds to the details of a record and to its line.
void AddNumber(std::string name, uint64_t number, LogRecord* record) {
  Say(name, number, record);
  record->details.push_back({std::move(name), false, {}, number});
}
void AddText(std::string name, std::string_view text, LogRecord* record) {
  if (text.empty()) return;
  record->message.append(" ").append(name).append("=");
  AppendValue(text, &record->message);
  record->details.push_back({std::move(name), true, std::string(text), 0});
}

}  // namespace

bool IsClientArgument(std::string_view name) {
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

std::string ToJson(const LogRecord& record) {
  std::string text;
  diag::JsonWriter json(&text);
  json.BeginObject();
  diag::WriteMembers(record, &json);
  json.EndObject();
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
  Say("sequence", event.sequence, &record);
  Say("client", event.client, &record);
  AddText("client_name", names.client, &record);
  if (event.connection != 0) AddNumber("connection", event.connection - 1, &record);
  if (event.file != 0) AddNumber("file", event.file - 1, &record);
  AddText("path", names.path, &record);
  if (event.transaction != 0) AddNumber("transaction", event.transaction, &record);
  AddText("sql", names.statement, &record);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string argument = description.arguments[i];
    const uint64_t value = event.arguments[i];
    if (argument.empty()) continue;
    const bool is_client = IsClientArgument(argument);
    std::string_view name = names.arguments[i];
    if (!is_client) name = NameOf(argument, value);
    if (name.empty() || is_client) AddNumber(argument, value, &record);
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
  Say("sequence", first_sequence, &record);
  if (client != kNoLogClient) Say("client", client, &record);
  AddNumber("lost", lost, &record);
  AddNumber("total_lost", total_lost, &record);
  return record;
}

}  // namespace glasswal
