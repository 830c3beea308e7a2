// glasswal trace: what was recorded of a region, as a trace for Perfetto.
#include "glasswal/trace.h"

#include <chrono>
#include <string>

#include "cli/command.h"
#include "cli/target.h"
#include "model/format.h"
#include "platform/files.h"
#include "source/record.h"

namespace glasswal::inspector::cli {
namespace {

Result<std::string> TraceOf(const Source& source, uint32_t seconds) {
  if (source.capture() != nullptr) return ExportTrace(*source.capture());
  Recorder recorder;
  if (seconds > 0) {
    const Status recorded = Record(source, std::chrono::seconds(seconds), &recorder);
    // What there was until a region ended is wanted most.
    if (!recorded.ok()) Complain(recorded);
  }
  return ExportTrace(source.bytes(), {.recorder = &recorder});
}

}  // namespace

int RunTrace(const Arguments& arguments, Output* output) {
  const Result<std::unique_ptr<Source>> source = OpenWhole(arguments.target);
  if (!source.ok()) return Complain(source.status());
  if (arguments.seconds > 0 && !(*source)->live()) {
    return Complain("--seconds is for a live region, and " + arguments.target + " is a capture.",
                    kUsage);
  }
  const Result<std::string> trace = TraceOf(**source, arguments.seconds);
  if (!trace.ok()) return Complain(trace.status());
  if (arguments.file == "-") {
    output->Json(*trace);
    return kDone;
  }
  const Status written = WriteFile(arguments.file, {trace->begin(), trace->end()});
  if (!written.ok()) {
    return Complain("The trace was not written: " + written.message() + ".", kFailed);
  }
  if (arguments.json) {
    output->Json("{\"file\":" + JsonString(arguments.file) +
                 ",\"bytes\":" + std::to_string(trace->size()) + "}");
  } else {
    output->Write({{Shown(arguments.file) + ": " + FormatBytes(trace->size())}});
  }
  return kDone;
}

}  // namespace glasswal::inspector::cli
