// Snapshots and events as JSON.
#include "diag/json_values.h"
#include "glasswal/runtime.h"

namespace glasswal {
namespace diag {
namespace {

void WriteOneBased(JsonWriter& writer, uint32_t value) {
  value == 0 ? writer.Null() : writer.Number(value - 1);
}

}  // namespace

void WriteJson(JsonWriter& writer, const Event& event) {
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

}  // namespace diag

std::string ToJson(const Snapshot& snapshot) { return diag::JsonTextOf(snapshot); }

std::string ToJson(const Event& event) { return diag::JsonTextOf(event); }

std::string ToJson(const std::vector<FileEntry>& files) {
  std::string text;
  diag::JsonWriter writer(&text);
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
