#include "glasswal/options.h"

#include <bit>
#include <string>
#include <type_traits>

#include "port/assert.h"
#include "port/memory.h"
#include "port/option_language.h"
#include "shm/layout.h"
#include "shm/region.h"

namespace glasswal {
namespace {

static_assert(BoundsOf(Option::kMaxDatabaseCapacity).most <= shm::kMaxFileBytes &&
              BoundsOf(Option::kMaxWriteAheadCapacity).most <= shm::kMaxFileBytes);
static_assert(BoundsOf(Option::kMaxDatabaseCapacity).least == shm::kMinFileBytes &&
              BoundsOf(Option::kMaxWriteAheadCapacity).least == shm::kMinFileBytes);

// For journals and the other small files that SQLite makes for a while.
constexpr uint64_t kSpareSegments = 64;

// Collects one sentence for each option that is refused.
class Complaints {
 public:
  explicit Complaints(OptionLanguage language) : language_(language) {}

  std::string Name(Option option) const { return NameOf(option, language_); }

  void Add(const std::string& sentence) {
    if (!text_.empty()) text_ += ' ';
    text_ += sentence;
  }

  // What is wrong with one option by itself.
  void Check(Option option, uint64_t value) {
    if (IsWithin(option, value)) return;
    const auto [least, most] = BoundsOf(option);
    Add(Name(option) + " is " + std::to_string(value) + ", but must be between " +
        std::to_string(least) + " and " + std::to_string(most) + ".");
  }
  template <typename Choice>
  requires std::is_enum_v<Choice>
  void Check(Option option, Choice value) {
    if (static_cast<uint64_t>(value) < NamesOf(value).size()) return;
    std::string names;
    for (const char* name : NamesOf(value)) names += std::string(names.empty() ? "" : ", ") + name;
    Add(Name(option) + " is " + std::to_string(static_cast<uint32_t>(value)) +
        ", which is none of " + names + ".");
  }

  // Whether an option is good by itself; if it is not, that has been said.
  static bool IsWithin(Option option, uint64_t value) {
    const auto [least, most] = BoundsOf(option);
    return value >= least && value <= most;
  }

  // An initial capacity and its maximum.
  void Capacities(Option initial_option, uint64_t initial, Option max_option, uint64_t max) {
    if (initial <= max || !IsWithin(initial_option, initial) || !IsWithin(max_option, max)) return;
    Add(Name(initial_option) + " is " + std::to_string(initial) + ", but must not exceed " +
        Name(max_option) + ", which is " + std::to_string(max) + ".");
  }

  void PowerOfTwo(Option option, uint32_t value) {
    if (std::has_single_bit(value) || !IsWithin(option, value)) return;
    Add(Name(option) + " is " + std::to_string(value) + ", but must be a power of two.");
  }

  bool none() const { return text_.empty(); }
  Status ToStatus() const {
    return none() ? Status::Ok() : Status(StatusCode::kInvalidArgument, text_);
  }

 private:
  const OptionLanguage language_;
  std::string text_;
};

// The segments of a file of `bytes` and of the maps that lead to them.
uint64_t FileSegments(uint64_t bytes) {
  const uint64_t data = shm::SegmentsFor(bytes);
  return data + (data + shm::kMapEntries - 1) / shm::kMapEntries;
}

void CheckMemory(const Options& options, Complaints* complaints) {
  switch (options.memory) {
    case MemoryKind::kAnonymous:
      if (!options.name.empty()) {
        complaints->Add("name is \"" + options.name +
                        "\", but anonymous memory has no name: leave it out, or choose "
                        "MemoryKind::kNamed.");
      }
      return;
    case MemoryKind::kNamed: {
      const Status name = port::CheckRegionName(options.name);
      if (!name.ok()) complaints->Add(name.message());
      return;
    }
  }
  complaints->Add("memory is " + std::to_string(static_cast<uint32_t>(options.memory)) +
                  ", which is no MemoryKind.");
}

// What two options are to each other, or one is besides its bounds.
void CheckTogether(const Options& options, Complaints* complaints) {
  complaints->Capacities(Option::kInitialDatabaseCapacity, options.initial_database_capacity_bytes,
                         Option::kMaxDatabaseCapacity, options.max_database_capacity_bytes);
  complaints->Capacities(Option::kInitialWriteAheadCapacity,
                         options.initial_write_ahead_capacity_bytes, Option::kMaxWriteAheadCapacity,
                         options.max_write_ahead_capacity_bytes);
  complaints->PowerOfTwo(Option::kEventCapacity, options.event_capacity);
  complaints->PowerOfTwo(Option::kPageSize, options.page_size);
}

// REQUIRES: all other options are good, and region_capacity_bytes is not 0.
void CheckRegionCapacity(const Options& options, Complaints* complaints) {
  GLASSWAL_ASSERT(options.region_capacity_bytes != 0, "a capacity of 0 is chosen, not checked");
  const uint64_t capacity = options.region_capacity_bytes;
  const std::string is =
      complaints->Name(Option::kRegionCapacity) + " is " + std::to_string(capacity) + ", ";
  if (capacity % shm::kSegmentBytes != 0) {
    complaints->Add(is + "but must be a multiple of " + std::to_string(shm::kSegmentBytes) + ".");
    return;
  }
  const Result<shm::RegionGeometry> plan = shm::PlanGeometry(capacity, options);
  if (!plan.ok()) {
    complaints->Add(is + "which cannot be: " + plan.status().message());
    return;
  }
  const uint64_t needed =
      (plan->first_segment + shm::SegmentsFor(options.initial_database_capacity_bytes) +
       shm::SegmentsFor(options.initial_write_ahead_capacity_bytes)) *
      shm::kSegmentBytes;
  if (capacity < needed) {
    complaints->Add(is +
                    "but the metadata and the initial capacities of database and write-ahead "
                    "log need " +
                    std::to_string(needed) + ".");
  }
}

}  // namespace

Status Validate(const Options& options) { return Validate(options, port::option_language); }

Status Validate(const Options& options, OptionLanguage language) {
  Complaints complaints(language);
  CheckMemory(options, &complaints);
#define GLASSWAL_CHECK_OPTION(option, member, ...) complaints.Check(Option::option, options.member);
  GLASSWAL_KEPT_OPTIONS(GLASSWAL_CHECK_OPTION)
#undef GLASSWAL_CHECK_OPTION
  CheckTogether(options, &complaints);
  // What the region must hold is only known once the other options make sense.
  if (complaints.none() && options.region_capacity_bytes != 0) {
    CheckRegionCapacity(options, &complaints);
  }
  return complaints.ToStatus();
}

uint64_t EffectiveRegionCapacity(const Options& options) {
  if (options.region_capacity_bytes != 0) return options.region_capacity_bytes;
  const uint64_t data = 2 * (FileSegments(options.max_database_capacity_bytes) + 1) +
                        FileSegments(options.max_write_ahead_capacity_bytes) +
                        shm::kWalIndexSegments + kSpareSegments;
  // The segment table is part of the metadata and describes it too, so its size depends on itself.
  // It is 8 bytes for each segment, so a few rounds find the smallest that fits.
  uint64_t metadata = 1;
  while (true) {
    const uint64_t capacity = (metadata + data) * shm::kSegmentBytes;
    const Result<shm::RegionGeometry> plan = shm::PlanGeometry(capacity, options);
    if (plan.ok() && plan->first_segment <= metadata) return capacity;
    metadata = plan.ok() ? plan->first_segment : metadata + 1;
  }
}

}  // namespace glasswal
