// glasswal: the command line. See arguments.cpp for what it can do.
#include <clocale>
#include <csignal>
#include <cstdio>

#include "cli/arguments.h"

namespace glasswal::inspector::cli {
namespace {

int Main(int count, char** values) {
  // A command that is a client of a region leaves it properly when its reader goes away, and a file
  // beyond the limit of the process (ulimit -f) is an error that is told.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::setlocale(LC_CTYPE, "");
  Output output(stdout);
  const Parsed parsed = Parse(count, values);
  if (!parsed.complaint.empty()) return Complain(parsed.complaint, kUsage);
  output.Raw(parsed.say);
  int code =
      parsed.arguments.run != nullptr ? parsed.arguments.run(parsed.arguments, &output) : kDone;
  output.Flush();
  if (output.pipe_closed()) {
    // As any other program whose reader has heard enough.
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  if (!output.ok()) code = kFailed;
  return code;
}

}  // namespace
}  // namespace glasswal::inspector::cli

int main(int count, char** values) { return glasswal::inspector::cli::Main(count, values); }
