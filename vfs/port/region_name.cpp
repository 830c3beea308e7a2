#include <string>

#include "port/memory.h"
#include "port/printable.h"

namespace glasswal::port {
namespace {

constexpr size_t kMaxNameBytes = 200;

bool IsNameCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

Status CheckRegionName(const std::string& name) {
  bool good = !name.empty() && name.size() <= kMaxNameBytes && name[0] != '.';
  for (const char c : name) good = good && IsNameCharacter(c);
  if (good) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                "name is \"" + Printable(CutText(name, kMaxNameBytes)) +
                    "\", but must be 1 to 200 letters, digits, dots, underscores or hyphens and "
                    "must not begin with a dot.");
}

}  // namespace glasswal::port
