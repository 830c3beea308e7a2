// The values of a snapshot as JSON, each kind of value once: for whole snapshots (diag/json.cpp) and
// for the lists within a column of an SQL table (diag/table_columns.h).
//
// Thread-safety: as JsonWriter.
#ifndef GLASSWAL_VFS_DIAG_JSON_VALUES_H_
#define GLASSWAL_VFS_DIAG_JSON_VALUES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "diag/json_writer.h"
#include "generated/fields.h"
#include "glasswal/snapshot.h"

namespace glasswal::diag {

inline void WriteJson(JsonWriter& writer, bool value) { writer.Bool(value); }
inline void WriteJson(JsonWriter& writer, uint32_t value) { writer.Number(value); }
inline void WriteJson(JsonWriter& writer, uint64_t value) { writer.Number(value); }
inline void WriteJson(JsonWriter& writer, const std::string& value) { writer.String(value); }
/// Events are written by hand (diag/json.cpp): their arguments have names that depend on the kind.
void WriteJson(JsonWriter& writer, const Event& event);

// Declared ahead of each other, since they nest in any order.
template <typename T>
requires std::is_enum_v<T>
void WriteJson(JsonWriter& writer, T value);
template <typename T>
requires std::is_class_v<T>
void WriteJson(JsonWriter& writer, const T& record);
template <typename T>
void WriteJson(JsonWriter& writer, const std::optional<T>& value);
template <typename T>
void WriteJson(JsonWriter& writer, const std::vector<T>& values);
template <typename T, size_t kCount>
void WriteJson(JsonWriter& writer, const std::array<T, kCount>& values);

template <typename T>
requires std::is_enum_v<T>
void WriteJson(JsonWriter& writer, T value) { writer.String(Name(value)); }

/// Writes what it visits as members of an object.
class JsonFields {
 public:
  explicit JsonFields(JsonWriter* writer) : writer_(*writer) {}

  // Inlined, or every program would have all descriptions.
  template <typename T>
  [[gnu::always_inline]] void operator()(const char* name, const T& field, const char*) const {
    Write(name, field);
  }

 private:
  template <typename T>
  void Write(const char* name, const T& field) const {
    writer_.Key(name);
    WriteJson(writer_, field);
  }

  JsonWriter& writer_;
};

template <typename T>
requires std::is_class_v<T>
void WriteJson(JsonWriter& writer, const T& record) {
  writer.BeginObject();
  VisitFields(record, JsonFields(&writer));
  writer.EndObject();
}

template <typename T>
void WriteJson(JsonWriter& writer, const std::optional<T>& value) {
  value.has_value() ? WriteJson(writer, *value) : writer.Null();
}

template <typename Range>
void WriteAllAsJson(JsonWriter& writer, const Range& values) {
  writer.BeginArray();
  for (const auto& value : values) WriteJson(writer, value);
  writer.EndArray();
}

template <typename T>
void WriteJson(JsonWriter& writer, const std::vector<T>& values) {
  WriteAllAsJson(writer, values);
}

template <typename T, size_t kCount>
void WriteJson(JsonWriter& writer, const std::array<T, kCount>& values) {
  WriteAllAsJson(writer, values);
}

/// The JSON of one value.
template <typename T>
std::string JsonTextOf(const T& value) {
  std::string text;
  JsonWriter writer(&text);
  WriteJson(writer, value);
  return text;
}

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_JSON_VALUES_H_
