// wasm/ts/generated/codes.ts: the small sets of names and numbers: errors, what a recovery came to,
// levels of events.
#include "generate/print.h"
#include "glasswal/event.h"
#include "module/error_codes.h"
#include "module/exports.h"

namespace glasswal::generate {
namespace {

const char* NameOf(wasm::ErrorCode error) {
  switch (error) {
#define GLASSWAL_NAME(code, what) \
  case wasm::ErrorCode::code:     \
    return #code;
    GLASSWAL_ERROR_CODES(GLASSWAL_NAME)
#undef GLASSWAL_NAME
  }
  return "";
}

void Errors() {
  std::printf(
      "\n/** Why a GlasswalError or a MisuseError was thrown. */\nexport type GlasswalErrorCode "
      "=\n");
#define GLASSWAL_PRINT(code, what) std::printf("  /** " what " */\n  | '" #code "'\n");
  GLASSWAL_ERROR_CODES(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf(
      ";\n\n/** The errors of the module's statuses, by their numbers without the sign. */\nexport "
      "const "
      "statusErrors: readonly GlasswalErrorCode[] = [\n");
  for (int status = 0; status <= static_cast<int>(kLastStatusCode); ++status) {
    std::printf("  '%s',\n", NameOf(wasm::ErrorOf(static_cast<StatusCode>(status))));
  }
  std::printf("];\n");
}

void RecoverResults() {
  std::printf("\n// What glasswal_recover gives.\n");
#define GLASSWAL_PRINT(name, number) Number(Upper(#name), number);
  GLASSWAL_RECOVER_RESULTS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
}

void EventLevels() {
  std::printf(
      "\n/** How much is recorded: each level includes those before it. */\nexport type EventLevel "
      "=\n");
#define GLASSWAL_PRINT(level, name, what) std::printf("  /** " what " */\n  | '" name "'\n");
  GLASSWAL_EVENT_LEVELS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf(";\n\nexport const eventLevels: readonly EventLevel[] = [");
#define GLASSWAL_PRINT(level, name, what) std::printf("'" name "', ");
  GLASSWAL_EVENT_LEVELS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf("];\n");
}

}  // namespace

void PrintCodes() {
  Errors();
  RecoverResults();
  EventLevels();
}

}  // namespace glasswal::generate
