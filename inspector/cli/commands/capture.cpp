// glasswal capture: a region into a file.
#include "glasswal/capture.h"

#include <cstdio>
#include <string>

#include "cli/command.h"
#include "cli/target.h"
#include "model/format.h"
#include "platform/files.h"
#include "platform/open_target.h"

namespace glasswal::inspector::cli {

int RunCapture(const Arguments& arguments, Output* output) {
  const Result<std::unique_ptr<Source>> source = OpenTarget(arguments.target);
  if (!source.ok()) return Complain(source.status());
  const Result<std::vector<uint8_t>> bytes =
      WriteCapture((*source)->bytes(), {.contents = arguments.contents});
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
