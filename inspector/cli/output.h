// Where a command writes: the standard output, which may be a terminal, a file or a pipe that ends.
//
// On a terminal text has colours, unless NO_COLOR is set or TERM is dumb; elsewhere there is nothing
// but the text. Once somebody has closed the pipe nothing more is written, and ok() tells the command
// that it may stop.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_OUTPUT_H_
#define GLASSWAL_INSPECTOR_CLI_OUTPUT_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "cli/text.h"
#include "glasswal/status.h"

namespace glasswal::inspector::cli {

/// What the program says when it ends. The manual lists them.
enum ExitCode : int {
  kDone = 0,
  kRefused = 1,  // Nothing of that name, or it was refused; the sentence says what to do.
  kUsage = 2,    // The arguments were wrong.
  kFailed =
      3,  // What was there could not be read or done: damage, another version, SQL, the system.
};

class Output {
 public:
  /// `file` outlives it.
  explicit Output(FILE* file);

  bool is_terminal() const { return is_terminal_; }
  /// Cells of a line of the terminal; 0 where lines are as long as they are.
  size_t width() const;
  /// False once nothing can be written any more.
  bool ok() const { return ok_; }

  /// Bytes as they are. What comes from a region is not for this, unless it is no terminal.
  void Raw(std::string_view bytes);
  /// One line. A terminal's is cut to its width.
  void Write(const Line& line);
  /// One line of JSON: what would command a terminal is escaped as JSON does it.
  void Json(const std::string& json);
  void Flush();
  /// Looks whether somebody still reads, without writing; false from then on where nobody does.
  bool IsRead();
  /// What a program that was stopped by the end of its pipe ends with: whether that happened.
  bool pipe_closed() const { return pipe_closed_; }

 private:
  FILE* const file_;
  bool is_terminal_ = false;
  bool has_colours_ = false;
  bool ok_ = true;
  bool pipe_closed_ = false;
};

/// `json` with what is not printable escaped as \u009b: the same JSON, and harmless on a terminal.
std::string HarmlessJson(std::string_view json);
/// `text` as a string of JSON, harmless likewise.
std::string JsonString(std::string_view text);

/// A sentence to the standard error, made printable; returns `code`.
int Complain(const std::string& sentence, ExitCode code = kRefused);
/// The sentence of a status, and the code that goes with its kind.
int Complain(const Status& status);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_OUTPUT_H_
