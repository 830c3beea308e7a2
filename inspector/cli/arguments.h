// From the program's arguments to a command: the tree of commands, told once, in arguments.cpp.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_CLI_ARGUMENTS_H_
#define GLASSWAL_INSPECTOR_CLI_ARGUMENTS_H_

#include <string>

#include "cli/command.h"

namespace glasswal::inspector::cli {

/// What the arguments come to: a command to run, or something to say and an end.
struct Parsed {
  Arguments arguments;    // arguments.run is null where there is nothing to run.
  std::string say;        // For the standard output: help, or the version.
  std::string complaint;  // For the standard error: the arguments are wrong.
};

/// Never fails: what is wrong is a complaint.
Parsed Parse(int count, const char* const* values);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_ARGUMENTS_H_
