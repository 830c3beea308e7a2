// glasswal capture: a region into a file.
#include "glasswal/capture.h"

#include <chrono>
#include <string>

#include "cli/command.h"
#include "cli/target.h"
#include "model/format.h"
#include "platform/files.h"
#include "source/record.h"

namespace glasswal::inspector::cli {

int RunCapture(const Arguments& arguments, Output* output) {
  const Result<std::unique_ptr<Source>> source = OpenWhole(arguments.target);
  if (!source.ok()) return Complain(source.status());
  Recorder recorder;
  if (arguments.seconds > 0) {
    if (!(*source)->live()) {
      return Complain("--seconds is for a live region, and " + arguments.target + " is a capture.",
                      kUsage);
    }
    const Status recorded = Record(**source, std::chrono::seconds(arguments.seconds), &recorder);
    // A region that ends meanwhile is what the capture is wanted for most.
    if (!recorded.ok()) Complain(recorded);
  }
  const Result<std::vector<uint8_t>> bytes =
      WriteCapture((*source)->bytes(), {.contents = arguments.contents, .recorder = &recorder});
  if (!bytes.ok()) return Complain(bytes.status());
  if (arguments.file == "-") {
    if (output->is_terminal()) {
      return Complain("A capture is no text for a terminal: name a file, or pipe it on.", kUsage);
    }
    output->Raw({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    return kDone;
  }
  const Status written = WriteFile(arguments.file, *bytes);
  if (!written.ok()) {
    return Complain("The capture was not written: " + written.message() + ".", kFailed);
  }
  if (arguments.json) {
    output->Json("{\"file\":" + JsonString(arguments.file) +
                 ",\"bytes\":" + std::to_string(bytes->size()) + "}");
  } else {
    output->Write({{Shown(arguments.file) + ": " + FormatBytes(bytes->size())}});
  }
  return kDone;
}

}  // namespace glasswal::inspector::cli
