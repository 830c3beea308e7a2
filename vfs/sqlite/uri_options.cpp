#include "sqlite/uri_options.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <type_traits>

#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {
namespace {

Status Refuse(const char* name, const std::string& must, const char* text) {
  return Status(StatusCode::kInvalidArgument,
                std::string(name) + " must be " + must + "; the URI says \"" + text + '"');
}

/// Reads one of the words of a choice.
template <typename Choice>
requires std::is_enum_v<Choice> Status Read(const char* name, const char* text, Option,
                                            Choice* member) {
  const auto names = NamesOf(*member);
  std::string all;
  for (uint32_t i = 0; i < names.size(); ++i) {
    if (std::strcmp(text, names[i]) == 0) {
      *member = static_cast<Choice>(i);
      return Status::Ok();
    }
    all += std::string(i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + names[i];
  }
  return Refuse(name, all, text);
}

/// Reads a whole number.
template <typename Member>
requires std::is_integral_v<Member> Status Read(const char* name, const char* text, Option option,
                                                Member* member) {
  uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc() || rest != end) {
    return Refuse(name, "a whole number of at most 20 digits", text);
  }
  // One that is too large for the member is too large in any case.
  if (sizeof(Member) < sizeof(value)) value = std::min(value, BoundsOf(option).most + 1);
  *member = static_cast<Member>(value);
  return Status::Ok();
}

/// Reads the parameter of `option` into `*member`, if it is there.
template <typename Member>
Status ReadParameter(const char* path, Option option, Member* member) {
  const char* const name = NameOf(option, OptionLanguage::kUri);
  const char* text = *name != '\0' ? sqlite3_uri_parameter(path, name) : nullptr;
  return text == nullptr ? Status::Ok() : Read(name, text, option, member);
}

}  // namespace

Result<Options> OptionsFromUri(const char* path, const char* region) {
  Options options;
  options.memory = *region != '\0' ? MemoryKind::kNamed : MemoryKind::kAnonymous;
  options.name = region;
#define GLASSWAL_READ_OPTION(option, member, ...)                                               \
  if (const Status status = ReadParameter(path, Option::option, &options.member); !status.ok()) \
    return status;
  GLASSWAL_OPTIONS(GLASSWAL_READ_OPTION)
#undef GLASSWAL_READ_OPTION
  const Status valid = Validate(options, OptionLanguage::kUri);
  if (!valid.ok()) return valid;
  return options;
}

}  // namespace glasswal::sqlite
