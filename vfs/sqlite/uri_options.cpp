#include "sqlite/uri_options.h"

#include <charconv>
#include <cstring>
#include <string>

#include "shm/layout.h"
#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {
namespace {

/// Reads the whole-number parameter `name` into `*value`, if it is there.
Status ReadNumber(const char* path, const char* name, uint64_t* value) {
  const char* text = sqlite3_uri_parameter(path, name);
  if (text == nullptr) return Status::Ok();
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, *value);
  if (error == std::errc() && rest == end) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                std::string(name) +
                    " must be a whole number of at most 20 digits; the URI says \"" + text + "\"");
}

}  // namespace

Result<Options> OptionsFromUri(const char* path, const char* region) {
  Options options;
  options.memory = *region != '\0' ? MemoryKind::kNamed : MemoryKind::kAnonymous;
  options.name = region;
  uint64_t stale_ms = options.stale_ms;
  uint64_t fixed_capacity = 0;
  const struct {
    Option option;
    uint64_t* value;
  } numbers[] = {
      {Option::kInitialDatabaseCapacity, &options.initial_database_capacity_bytes},
      {Option::kMaxDatabaseCapacity, &options.max_database_capacity_bytes},
      {Option::kInitialWriteAheadCapacity, &options.initial_write_ahead_capacity_bytes},
      {Option::kMaxWriteAheadCapacity, &options.max_write_ahead_capacity_bytes},
      {Option::kRegionCapacity, &options.region_capacity_bytes},
      {Option::kStaleMs, &stale_ms},
      {Option::kFixedCapacity, &fixed_capacity},
  };
  for (const auto& number : numbers) {
    const Status status =
        ReadNumber(path, NameOf(number.option, OptionLanguage::kUri), number.value);
    if (!status.ok()) return status;
  }
  // A number that is too large for the member is too large in any case.
  constexpr uint64_t kTooLarge = shm::kMaxStaleMs + 1;
  options.stale_ms = static_cast<uint32_t>(stale_ms < kTooLarge ? stale_ms : kTooLarge);
  options.fixed_capacity = fixed_capacity != 0;
  const Status valid = Validate(options, OptionLanguage::kUri);
  if (!valid.ok()) return valid;
  return options;
}

}  // namespace glasswal::sqlite
