// glasswal statements: what is run, and what it has cost.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands/describe.h"
#include "cli/target.h"

namespace glasswal::inspector::cli {

int RunStatements(const Arguments& arguments, Output* output) {
  const Result<std::unique_ptr<Look>> look = LookAt(arguments.target);
  if (!look.ok()) return Complain(look.status());
  const Snapshot& snapshot = (*look)->model.snapshot();
  const TextTable table = StatementTable(snapshot, arguments.all ? SIZE_MAX : kMostStatements);
  if (arguments.json) {
    output->Json(ToJson((*look)->untouched));
  } else if (table.size() > 0) {
    for (const Line& line : table.Lines(output->width())) output->Write(line);
  }
  if (table.size() > 0) return kDone;
  return arguments.json
             ? static_cast<int>(kRefused)
             : Complain("No statement is known in " + (*look)->model.title() +
                        ", which follows statements: " + Name(snapshot.region.options.statements) +
                        ".");
}

}  // namespace glasswal::inspector::cli
