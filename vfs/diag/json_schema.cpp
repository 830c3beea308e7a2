// The JSON schema of snapshots, made from the same fields as the JSON itself.
//
// vfs/diag/snapshot.schema.json is this text, kept in the repository for those who read and those
// who generate; tests/diag/json_test.cpp fails when it is out of date and says how to write it
// anew.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "diag/json_writer.h"
#include "generated/fields.h"
#include "glasswal/snapshot.h"

namespace glasswal {
namespace {

using diag::JsonWriter;

template <typename T>
struct Type;  // Write(writer) writes the members of the schema of T, without its braces.

void WriteMember(JsonWriter& writer, const char* key, const char* value) {
  writer.Key(key);
  writer.String(value);
}

void WriteRange(JsonWriter& writer, uint64_t maximum) {
  WriteMember(writer, "type", "integer");
  writer.Key("minimum"), writer.Number(0);
  writer.Key("maximum"), writer.Number(maximum);
}

void WriteReference(JsonWriter& writer, const char* name) {
  writer.Key("$ref");
  writer.String(std::string("#/$defs/") + name);
}

template <>
struct Type<bool> {
  static void Write(JsonWriter& writer) { WriteMember(writer, "type", "boolean"); }
};
template <>
struct Type<uint32_t> {
  static void Write(JsonWriter& writer) { WriteRange(writer, UINT32_MAX); }
};
template <>
struct Type<uint64_t> {
  static void Write(JsonWriter& writer) { WriteRange(writer, UINT64_MAX); }
};
template <>
struct Type<std::string> {
  static void Write(JsonWriter& writer) { WriteMember(writer, "type", "string"); }
};
template <>
struct Type<Event> {
  static void Write(JsonWriter& writer) { WriteReference(writer, "Event"); }
};

struct KindName {};
template <>
struct Type<KindName> {
  static void Write(JsonWriter& writer) {
    writer.Key("enum"), writer.BeginArray();
#define GLASSWAL_EVENT_NAME(kind, name, level, a, b, c, d) writer.String(name);
    GLASSWAL_EVENTS(GLASSWAL_EVENT_NAME)
#undef GLASSWAL_EVENT_NAME
    writer.String(Describe(EventKind::kNone).name);
    writer.EndArray();
  }
};

struct Arguments {};
template <>
struct Type<Arguments> {
  static void Write(JsonWriter& writer) {
    WriteMember(writer, "type", "object");
    writer.Key("additionalProperties"), writer.BeginObject();
    Type<uint64_t>::Write(writer);
    writer.EndObject();
  }
};

template <typename T>
requires std::is_enum_v<T>
struct Type<T> {
  /// Beyond its end an enumeration repeats its last name.
  static void Write(JsonWriter& writer) {
    writer.Key("enum"), writer.BeginArray();
    std::string_view last;
    for (uint8_t number = 0; number < UINT8_MAX; ++number) {
      const std::string_view name = Name(static_cast<T>(number));
      if (name == last) break;
      writer.String(name);
      last = name;
    }
    writer.EndArray();
  }
};

template <typename T>
requires std::is_class_v<T>
struct Type<T> {
  static void Write(JsonWriter& writer) {
    WriteReference(writer, diag::TypeName(static_cast<const T*>(nullptr)));
  }
};

template <typename T>
struct Type<std::optional<T>> {
  static void Write(JsonWriter& writer) {
    writer.Key("anyOf"), writer.BeginArray();
    writer.BeginObject(), Type<T>::Write(writer), writer.EndObject();
    writer.BeginObject(), WriteMember(writer, "type", "null"), writer.EndObject();
    writer.EndArray();
  }
};

template <typename T>
struct Type<std::vector<T>> {
  static void Write(JsonWriter& writer) {
    WriteMember(writer, "type", "array");
    writer.Key("items"), writer.BeginObject(), Type<T>::Write(writer), writer.EndObject();
  }
};

template <typename T, size_t kCount>
struct Type<std::array<T, kCount>> {
  static void Write(JsonWriter& writer) {
    Type<std::vector<T>>::Write(writer);
    writer.Key("minItems"), writer.Number(kCount);
    writer.Key("maxItems"), writer.Number(kCount);
  }
};

/// One property after the other; the names are kept for "required".
class Properties {
 public:
  explicit Properties(JsonWriter* writer) : writer_(writer) {
    WriteMember(*writer_, "type", "object");
    writer_->Key("properties"), writer_->BeginObject();
  }

  template <typename T>
  void operator()(const char* name, const T&, const char* description) {
    writer_->Key(name), writer_->BeginObject();
    WriteMember(*writer_, "description", description);
    Type<T>::Write(*writer_);
    writer_->EndObject();
    names_.push_back(name);
  }

  void Finish() {
    writer_->EndObject();
    writer_->Key("required"), writer_->BeginArray();
    for (const char* name : names_) writer_->String(name);
    writer_->EndArray();
    writer_->Key("additionalProperties"), writer_->Bool(false);
  }

 private:
  JsonWriter* const writer_;
  std::vector<const char*> names_;
};

template <typename T>
void WriteStruct(JsonWriter& writer) {
  Properties properties(&writer);
  diag::VisitFields(T{}, properties);
  properties.Finish();
}

template <typename... T>
void WriteDefinitions(JsonWriter& writer) {
  const auto write = [&writer]<typename U>(const U* tag) {
    writer.Key(diag::TypeName(tag)), writer.BeginObject();
    WriteStruct<U>(writer);
    writer.EndObject();
  };
  (write(static_cast<const T*>(nullptr)), ...);
}

/// Events are written by hand in diag/json.cpp: in JSON they have another shape than in C++, with
/// arguments by name, which depend on the kind, and null where nothing was concerned.
void WriteEventDefinition(JsonWriter& writer) {
  const uint64_t number = 0;
  const std::optional<uint32_t> maybe;
  writer.Key("Event"), writer.BeginObject();
  Properties properties(&writer);
  properties("sequence", number, "Position in the ring's history; gaps are lost events.");
  properties("timeNs", number, "When, by the writer's monotonic clock.");
  properties("kind", KindName{}, "What happened.");
  properties("level", EventLevel::kOff, "How important it is.");
  properties("client", uint32_t{0}, "Slot of the client that wrote it.");
  properties("clientGeneration", uint32_t{0}, "Generation of that client.");
  properties("connection", maybe, "Connection slot; null if none was concerned.");
  properties("file", maybe, "File number; null if none was concerned.");
  properties("transaction", uint32_t{0},
             "Number of the connection's transaction, counted from 1; 0: none yet.");
  properties("arguments", Arguments{}, "The arguments that glasswal/event.h names for this kind.");
  properties.Finish();
  writer.EndObject();
}

}  // namespace

std::string SnapshotSchema() {
  std::string text;
  JsonWriter writer(&text);
  writer.BeginObject();
  WriteMember(writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
  WriteMember(writer, "title", "A snapshot of a glasswal region");
  WriteStruct<Snapshot>(writer);
  writer.Key("$defs"), writer.BeginObject();
  WriteDefinitions<CounterValues, OptionValues, RegionSnapshot, EventRingSnapshot, SegmentRun,
                   LockHolder, FileSnapshot, ClientSnapshot, FormerClient, HeldLock, LockWait,
                   DurationBin, Durations, ConnectionStatement, StatementTotals, ConnectionSnapshot,
                   LockSnapshot, DatabaseSnapshot, ReadMark, CheckpointHolder, WalSnapshot,
                   BlackBoxLock, RecoverySnapshot>(writer);
  WriteEventDefinition(writer);
  writer.EndObject();
  writer.EndObject();
  return text;
}

}  // namespace glasswal
