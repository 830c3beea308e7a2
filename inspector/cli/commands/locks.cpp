// glasswal locks: who holds and who waits for which lock.
#include <string>

#include "cli/command.h"
#include "cli/commands/describe.h"
#include "cli/target.h"

namespace glasswal::inspector::cli {

int RunLocks(const Arguments& arguments, Output* output) {
  const Result<std::unique_ptr<Look>> look = LookAt(arguments.target);
  if (!look.ok()) return Complain(look.status());
  const TextTable table = LockTable((*look)->model.snapshot(), arguments.all);
  if (arguments.json) {
    output->Json(ToJson((*look)->untouched));
  } else if (table.size() > 0) {
    for (const Line& line : table.Lines(output->width())) output->Write(line);
  }
  if (table.size() > 0) return kDone;
  return arguments.json ? static_cast<int>(kRefused)
                        : Complain("Nobody holds a lock in " + (*look)->model.title() +
                                   ", or waits for one; --all shows them all.");
}

}  // namespace glasswal::inspector::cli
