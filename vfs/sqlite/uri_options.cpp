#include "sqlite/uri_options.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {
namespace {

/// Reads the whole-number parameter of `option` into `*member`, if it is there.
template <typename Member>
Status ReadNumber(const char* path, Option option, Member* member) {
  const char* const name = NameOf(option, OptionLanguage::kUri);
  const char* text = *name != '\0' ? sqlite3_uri_parameter(path, name) : nullptr;
  if (text == nullptr) return Status::Ok();
  uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc() || rest != end) {
    std::string message = name;
    message += " must be a whole number of at most 20 digits; the URI says \"";
    message += text;
    message += '"';
    return Status(StatusCode::kInvalidArgument, std::move(message));
  }
  // One that is too large for the member is too large in any case.
  if (sizeof(Member) < sizeof(value)) value = std::min(value, BoundsOf(option).most + 1);
  *member = static_cast<Member>(value);
  return Status::Ok();
}

}  // namespace

Result<Options> OptionsFromUri(const char* path, const char* region) {
  Options options;
  options.memory = *region != '\0' ? MemoryKind::kNamed : MemoryKind::kAnonymous;
  options.name = region;
#define GLASSWAL_READ_OPTION(option, member, ...)                                            \
  if (const Status status = ReadNumber(path, Option::option, &options.member); !status.ok()) \
    return status;
  GLASSWAL_OPTIONS(GLASSWAL_READ_OPTION)
#undef GLASSWAL_READ_OPTION
  const Status valid = Validate(options, OptionLanguage::kUri);
  if (!valid.ok()) return valid;
  return options;
}

}  // namespace glasswal::sqlite
