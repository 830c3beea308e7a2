// A small JSON reader and checker of JSON schemas, for tests that must not trust the writer.
//
// It knows what glasswal writes: no fractions, no exponents. Of schemas it knows the words that
// SnapshotSchema() uses, and fails on any other, so that no rule goes unchecked.
#ifndef GLASSWAL_TESTS_DIAG_JSON_VALUE_H_
#define GLASSWAL_TESTS_DIAG_JSON_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glasswal::testing {

struct JsonValue {
  enum class Kind { kInvalid, kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kInvalid;
  bool boolean = false;
  uint64_t number = 0;
  std::string text;
  std::vector<JsonValue> items;    // Of an array; or the values of an object's members,
  std::vector<std::string> names;  // which have these names.

  /// The members of an object; valid while the value is.
  std::vector<std::pair<std::string_view, const JsonValue*>> Members() const;
  /// The member `name`; nullptr if there is none.
  const JsonValue* Find(std::string_view name) const;
};

/// The value that `text` holds; kInvalid if it is not exactly one.
JsonValue ParseJson(std::string_view text);

/// Every way in which `value` is not what `schema` (a part of `root`) says; one line each.
std::vector<std::string> CheckSchema(const JsonValue& value, const JsonValue& schema,
                                     const JsonValue& root, const std::string& where = "$");

}  // namespace glasswal::testing

#endif  // GLASSWAL_TESTS_DIAG_JSON_VALUE_H_
