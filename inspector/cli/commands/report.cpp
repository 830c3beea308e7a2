// glasswal report: a region or a capture as a bug report.
#include "cli/report.h"

#include "cli/command.h"
#include "cli/target.h"

namespace glasswal::inspector::cli {

int RunReport(const Arguments& arguments, Output* output) {
  const Result<std::unique_ptr<Look>> look = LookAt(arguments.target);
  if (!look.ok()) return Complain(look.status());
  if (arguments.json) {
    output->Json(ReportToJson((*look)->model, (*look)->untouched));
  } else {
    output->Raw(ReportToMarkdown((*look)->model));
  }
  return kDone;
}

}  // namespace glasswal::inspector::cli
