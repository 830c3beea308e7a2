#include "log/event_text.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "glasswal/snapshot.h"
#include "port/printable.h"
#include "shm/lock_names.h"

namespace glasswal::log {
namespace {

bool NeedsQuotes(char character) {
  return character == ' ' || character == '"' || character == '\\' || character == '=';
}

void AppendArgument(std::string_view name, uint64_t value, fmt::memory_buffer* out) {
  const auto end = std::back_inserter(*out);
  if (name == "lock" && value <= shm::kDirectoryLock) {
    fmt::format_to(end, " {}={}", name, shm::LockName(static_cast<uint32_t>(value)));
  } else if (name == "mode" && value < static_cast<uint64_t>(LockMode::kUnknown)) {
    fmt::format_to(end, " {}={}", name, Name(static_cast<LockMode>(value)));
  } else {
    fmt::format_to(end, " {}={}", name, value);
  }
}

}  // namespace

void AppendValue(std::string_view value, fmt::memory_buffer* out) {
  const auto end = std::back_inserter(*out);
  const std::string printable = port::Printable(value);
  if (!value.empty() && printable == value &&
      std::none_of(value.begin(), value.end(), NeedsQuotes)) {
    fmt::format_to(end, "{}", value);
    return;
  }
  // What was a backslash is doubled; what became one by being made printable is not.
  out->push_back('"');
  while (!value.empty()) {
    const uint32_t size_bytes = std::max(port::FirstCharacter(value).size_bytes, 1u);
    if (value[0] == '"' || value[0] == '\\') out->push_back('\\');
    fmt::format_to(end, "{}", port::Printable(value.substr(0, size_bytes)));
    value.remove_prefix(size_bytes);
  }
  out->push_back('"');
}

void AppendEvent(const Event& event, const EventNames& names, fmt::memory_buffer* out) {
  const EventDescription description = Describe(event.kind);
  const auto end = std::back_inserter(*out);
  fmt::format_to(end, "event={} sequence={} client={}", description.name, event.sequence,
                 event.client);
  if (!names.client.empty()) {
    fmt::format_to(end, " client_name=");
    AppendValue(names.client, out);
  }
  if (event.connection != 0) fmt::format_to(end, " connection={}", event.connection - 1);
  if (event.file != 0) fmt::format_to(end, " file={}", event.file - 1);
  if (!names.path.empty()) {
    fmt::format_to(end, " path=");
    AppendValue(names.path, out);
  }
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string_view name = description.arguments[i];
    if (!name.empty()) AppendArgument(name, event.arguments[i], out);
  }
}

}  // namespace glasswal::log
