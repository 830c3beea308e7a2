#include "glasswal/options.h"

#include <bit>
#include <string>

#include "port/assert.h"
#include "port/memory.h"
#include "port/option_language.h"
#include "shm/layout.h"
#include "shm/region.h"

namespace glasswal {
namespace {

constexpr uint64_t kMaxDatabaseBytes = 16 * kGiB;
constexpr uint64_t kMaxWriteAheadBytes = 4 * kGiB;
static_assert(kMaxDatabaseBytes <= shm::kMaxFileBytes && kMaxWriteAheadBytes <= shm::kMaxFileBytes);

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

  // True when `value` is within [low, high].
  bool Range(Option option, uint64_t value, uint64_t low, uint64_t high) {
    if (value >= low && value <= high) return true;
    Add(Name(option) + " is " + std::to_string(value) + ", but must be between " +
        std::to_string(low) + " and " + std::to_string(high) + ".");
    return false;
  }

  // An initial capacity and its maximum; `limit` is the most that the maximum may be.
  void Capacities(Option initial_option, uint64_t initial, Option max_option, uint64_t max,
                  uint64_t limit) {
    const bool max_is_good = Range(max_option, max, shm::kMinFileBytes, limit);
    if (!max_is_good || initial <= max) {
      Range(initial_option, initial, 1, limit);
    } else {
      Add(Name(initial_option) + " is " + std::to_string(initial) + ", but must not exceed " +
          Name(max_option) + ", which is " + std::to_string(max) + ".");
    }
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

void CheckBehaviour(const Options& options, Complaints* complaints) {
  complaints->Range(Option::kStaleMs, options.stale_ms, 1, shm::kMaxStaleMs);
  if (options.on_stale != OnStale::kReport && options.on_stale != OnStale::kEvict) {
    complaints->Add(complaints->Name(Option::kOnStale) + " is " +
                    std::to_string(static_cast<uint32_t>(options.on_stale)) +
                    ", which is no OnStale.");
  }
  if (complaints->Range(Option::kEventCapacity, options.event_capacity, shm::kMinEvents,
                        shm::kMaxEvents) &&
      !std::has_single_bit(options.event_capacity)) {
    complaints->Add(complaints->Name(Option::kEventCapacity) + " is " +
                    std::to_string(options.event_capacity) + ", but must be a power of two.");
  }
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
  const Result<shm::RegionGeometry> plan = shm::PlanGeometry(capacity, options.event_capacity);
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
  complaints.Capacities(Option::kInitialDatabaseCapacity, options.initial_database_capacity_bytes,
                        Option::kMaxDatabaseCapacity, options.max_database_capacity_bytes,
                        kMaxDatabaseBytes);
  complaints.Capacities(Option::kInitialWriteAheadCapacity,
                        options.initial_write_ahead_capacity_bytes, Option::kMaxWriteAheadCapacity,
                        options.max_write_ahead_capacity_bytes, kMaxWriteAheadBytes);
  CheckBehaviour(options, &complaints);
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
    const Result<shm::RegionGeometry> plan = shm::PlanGeometry(capacity, options.event_capacity);
    if (plan.ok() && plan->first_segment <= metadata) return capacity;
    metadata = plan.ok() ? plan->first_segment : metadata + 1;
  }
}

}  // namespace glasswal
