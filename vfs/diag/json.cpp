// Snapshots and events as JSON.
#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "diag/json_writer.h"
#include "generated/fields.h"
#include "glasswal/runtime.h"
#include "glasswal/snapshot.h"

namespace glasswal {
namespace {

using diag::CamelCase;
using diag::JsonWriter;

void WriteOneBased(JsonWriter& writer, uint32_t value) {
  value == 0 ? writer.Null() : writer.Number(value - 1);
}

void Write(JsonWriter& writer, bool value) { writer.Bool(value); }
void Write(JsonWriter& writer, uint32_t value) { writer.Number(value); }
void Write(JsonWriter& writer, uint64_t value) { writer.Number(value); }
void Write(JsonWriter& writer, const std::string& value) { writer.String(value); }

void Write(JsonWriter& writer, const Event& event) {
  const EventDescription description = Describe(event.kind);
  writer.BeginObject();
  writer.Key("sequence"), writer.Number(event.sequence);
  writer.Key("timeNs"), writer.Number(event.time_ns);
  writer.Key("kind"), writer.String(description.name);
  writer.Key("level"), writer.String(Name(event.level));
  writer.Key("client"), writer.Number(event.client);
  writer.Key("clientGeneration"), writer.Number(event.client_generation);
  writer.Key("connection"), WriteOneBased(writer, event.connection);
  writer.Key("file"), WriteOneBased(writer, event.file);
  writer.Key("transaction"), writer.Number(event.transaction);
  writer.Key("arguments"), writer.BeginObject();
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    if (description.arguments[i][0] == '\0') continue;
    writer.Key(CamelCase(description.arguments[i])), writer.Number(event.arguments[i]);
  }
  writer.EndObject();
  writer.EndObject();
}

// Declared ahead of each other, since they nest in any order.
template <typename T>
requires std::is_enum_v<T>
void Write(JsonWriter& writer, T value);
template <typename T>
requires std::is_class_v<T>
void Write(JsonWriter& writer, const T& record);
template <typename T>
void Write(JsonWriter& writer, const std::optional<T>& value);
template <typename T>
void Write(JsonWriter& writer, const std::vector<T>& values);
template <typename T, size_t kCount>
void Write(JsonWriter& writer, const std::array<T, kCount>& values);

template <typename T>
requires std::is_enum_v<T>
void Write(JsonWriter& writer, T value) { writer.String(Name(value)); }

template <typename T>
requires std::is_class_v<T>
void Write(JsonWriter& writer, const T& record) {
  writer.BeginObject();
  diag::VisitFields(record, [&writer](const char* name, const auto& field, const char*) {
    writer.Key(name);
    Write(writer, field);
  });
  writer.EndObject();
}

template <typename T>
void Write(JsonWriter& writer, const std::optional<T>& value) {
  value.has_value() ? Write(writer, *value) : writer.Null();
}

template <typename Range>
void WriteAll(JsonWriter& writer, const Range& values) {
  writer.BeginArray();
  for (const auto& value : values) Write(writer, value);
  writer.EndArray();
}

template <typename T>
void Write(JsonWriter& writer, const std::vector<T>& values) {
  WriteAll(writer, values);
}

template <typename T, size_t kCount>
void Write(JsonWriter& writer, const std::array<T, kCount>& values) {
  WriteAll(writer, values);
}

template <typename T>
std::string ToText(const T& value) {
  std::string text;
  JsonWriter writer(&text);
  Write(writer, value);
  return text;
}

}  // namespace

std::string ToJson(const Snapshot& snapshot) { return ToText(snapshot); }

std::string ToJson(const Event& event) { return ToText(event); }

std::string ToJson(const std::vector<FileEntry>& files) {
  std::string text;
  JsonWriter writer(&text);
  writer.BeginArray();
  for (const FileEntry& file : files) {
    writer.BeginObject();
    writer.Key("path"), writer.String(file.path);
    writer.Key("sizeBytes"), writer.Number(file.size_bytes);
    writer.Key("openClients"), writer.Number(file.open_clients);
    writer.EndObject();
  }
  writer.EndArray();
  return text;
}

}  // namespace glasswal
