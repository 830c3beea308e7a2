// The result types of glasswal's public interface: a checked status and a value-or-status.
//
// Thread-safety: values; share them as you would share an int.
// No function of glasswal throws; every failure is one of these, with a message that says what
// happened, to what, and what to do about it.
#ifndef GLASSWAL_STATUS_H_
#define GLASSWAL_STATUS_H_

#include <optional>
#include <string>
#include <utility>

namespace glasswal {

/// What kind of thing went wrong. The message says the rest.
enum class StatusCode {
  kOk = 0,           // Nothing.
  kInvalidArgument,  // An option or name that is refused; the message names it.
  kNotFound,         // No such region, file or client.
  kAlreadyExists,    // A region of that name exists.
  kNotReady,         // The region is still being written by its creator.
  kCorrupt,          // The bytes are not a region, or not a consistent one.
  kVersionMismatch,  // The region is of another layout version or build.
  kFull,             // No room: a capacity option, a slot table or the machine's memory.
  kBusy,             // Somebody holds what is needed.
  kNotDead,          // A recovery or eviction lacks the proof of death.
  kSystem,           // A system call failed; the message carries its name and errno text.
  kRefused,          // The object of that name is not this user's alone; the message says why.
};
/// The last of them: whoever lists them all ends with it.
inline constexpr StatusCode kLastStatusCode = StatusCode::kRefused;

/// A checked result without a value.
class [[nodiscard]] Status {
 public:
  /// Ok.
  Status() = default;
  /// A failure; `message` is a whole sentence.
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  /// What a function returns that did what it should.
  static Status Ok() { return Status(); }
  /// Whether it went well.
  bool ok() const { return code_ == StatusCode::kOk; }
  /// What kind of thing went wrong; kOk if nothing did.
  StatusCode code() const { return code_; }
  /// A whole sentence; empty when ok().
  const std::string& message() const { return message_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

/// Ends the program with a sentence on stderr: somebody takes the value of a Result that has none,
/// because it is a failure, or because it was made of a Status that is ok. It is for Result.
[[noreturn]] void StopAtMissingValue(const Status& status);

/// A value or the status that says why there is none. Whoever takes the value without having asked
/// ok() ends the program with the message where there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  /// A value: `return value;` makes it.
  Result(T value) : value_(std::move(value)) {}  // NOLINT: meant to convert.
  /// A failure: `return status;` makes it. REQUIRES: !status.ok().
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: meant to convert.

  /// Whether there is a value.
  bool ok() const { return value_.has_value(); }
  /// Why there is none; ok if there is one.
  const Status& status() const { return status_; }
  /// The value, in all of the following. REQUIRES: ok().
  /// @{
  T& value() {
    Check();
    return *value_;
  }
  const T& value() const {
    Check();
    return *value_;
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  /// @}

 private:
  void Check() const {
    if (!value_.has_value()) [[unlikely]]
      StopAtMissingValue(status_);
  }

  std::optional<T> value_;
  Status status_;
};

}  // namespace glasswal

#endif  // GLASSWAL_STATUS_H_
