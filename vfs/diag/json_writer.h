// A streaming writer of JSON: keys and values in, one line of text out.
//
// It puts the commas, escapes what JSON must have escaped, and replaces bytes that are not UTF-8 by
// U+FFFD: text in a region is input. Numbers are integers of up to 64 bits, and times.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_VFS_DIAG_JSON_WRITER_H_
#define GLASSWAL_VFS_DIAG_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace glasswal::diag {

/// "held_ns" of the table of events is "heldNs" in JSON.
std::string CamelCase(std::string_view snake_case);

class JsonWriter {
 public:
  /// REQUIRES: `out` outlives the writer.
  explicit JsonWriter(std::string* out) : out_(out) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  /// The name of the next value. REQUIRES: directly within an object.
  void Key(std::string_view name);

  void Null() { Literal("null"); }
  void Bool(bool value) { Literal(value ? "true" : "false"); }
  void Number(uint64_t value);
  /// Nanoseconds as milliseconds or microseconds, exactly.
  /// @{
  void Milliseconds(uint64_t nanoseconds) { Quotient(nanoseconds, 1'000'000); }
  void Microseconds(uint64_t nanoseconds) { Quotient(nanoseconds, 1'000); }
  /// @}
  void String(std::string_view text);

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Literal(std::string_view text);
  void Separate();
  void Quote(std::string_view text);
  void Quotient(uint64_t value, uint64_t power_of_ten);

  std::string* const out_;
  bool needs_comma_ = false;
};

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_JSON_WRITER_H_
