// The commands of glasswal: what each is given, and where each is.
//
// Thread-safety: a command belongs to the program's one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_COMMAND_H_
#define GLASSWAL_INSPECTOR_CLI_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/output.h"
#include "glasswal/event.h"

namespace glasswal::inspector::cli {

struct Arguments;
/// Runs one command; what it returns is the program's exit code.
using Command = int (*)(const Arguments& arguments, Output* output);

/// What the user said. Each command looks at what its part of the tree of commands sets.
struct Arguments {
  Command run = nullptr;
  std::string target;  // A region, or a capture where that suffices.
  std::string client;
  std::string file;
  std::vector<std::string> words;  // SQL; what is passed on to another program.
  bool json = false;

  bool all = false;        // locks, statements: also those that are left out otherwise.
  bool contents = false;   // capture.
  uint32_t seconds = 0;    // capture, trace: what happens in so many seconds before it, too.
  bool csv = false;        // sql.
  bool follow = false;     // events.
  bool force = false;      // rm, sql: although it takes something from somebody.
  bool names = false;      // ls: nothing else.
  bool read_only = false;  // sql.
  std::string database;    // sql: its path in the region.

  std::string level = "trace";     // events: this one and those before it.
  std::vector<std::string> kinds;  // events: of these alone.
  uint32_t last = 0;               // events: so many; 0: all.

  double interval_s = 1;    // top: between two looks.
  uint32_t times = 0;       // top: so many looks; 0: until it is ended.
  std::string sort;         // top: a column.
  uint32_t timeout_ms = 0;  // evict, sql.
};

int RunCancel(const Arguments& arguments, Output* output);
int RunCapture(const Arguments& arguments, Output* output);
int RunCompletion(const Arguments& arguments, Output* output);
int RunEvents(const Arguments& arguments, Output* output);
int RunEvict(const Arguments& arguments, Output* output);
int RunInspect(const Arguments& arguments, Output* output);
int RunLocks(const Arguments& arguments, Output* output);
int RunLs(const Arguments& arguments, Output* output);
int RunReport(const Arguments& arguments, Output* output);
int RunRm(const Arguments& arguments, Output* output);
int RunSql(const Arguments& arguments, Output* output);
int RunStatements(const Arguments& arguments, Output* output);
int RunTop(const Arguments& arguments, Output* output);
int RunTrace(const Arguments& arguments, Output* output);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_COMMAND_H_
