#include "shm/region.h"

#include <bit>
#include <cstring>
#include <string>

#include "glasswal/event.h"
#include "port/assert.h"
#include "port/option_language.h"
#include "port/point.h"
#include "port/process.h"
#include "shm/segments.h"

namespace glasswal::shm {
namespace {

constexpr uint64_t kLeastDataSegments = 16;

// One of the tables behind the header.
struct TableExtent {
  const char* name;
  uint64_t offset;
  uint64_t size_bytes;
};

Status Corrupt(const std::string& what) {
  return Status(StatusCode::kCorrupt, "These bytes are not a region of glasswal, or are damaged: " +
                                          what + ". Create the region anew.");
}

// Whether this build lays out regions as the one that wrote `header` does.
Status CheckBuild(const ShmHeader& header, uint64_t available_bytes) {
  if (available_bytes < sizeof(ShmHeader)) {
    return Corrupt("there are " + std::to_string(available_bytes) + " bytes, and the header has " +
                   std::to_string(sizeof(ShmHeader)));
  }
  const uint64_t magic = header.magic.load(std::memory_order_acquire);
  if (magic == 0) {
    return Status(StatusCode::kNotReady,
                  "The region is not finished: its creator is still at work, or died. Try again.");
  }
  if (magic != kMagic) return Corrupt("they do not begin with the magic number");
  const uint32_t version = header.version.load(std::memory_order_relaxed);
  const uint32_t hash = header.layout_hash_low.load(std::memory_order_relaxed);
  if (version != kLayoutVersion || hash != kLayoutHash) {
    return Status(StatusCode::kVersionMismatch,
                  "The region has layout version " + std::to_string(version) + " (hash " +
                      std::to_string(hash) + "), and this build has version " +
                      std::to_string(kLayoutVersion) + " (hash " + std::to_string(kLayoutHash) +
                      "). Let all programs that share a region use the same glasswal.");
  }
  return Status::Ok();
}

RegionGeometry LoadGeometry(const ShmHeader& header) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  RegionGeometry geometry;
  geometry.capacity_bytes = header.capacity_bytes.load(kRelaxed);
  geometry.segment_count = header.segment_count.load(kRelaxed);
  geometry.first_segment = header.first_segment.load(kRelaxed);
  geometry.clients_offset = header.clients_offset.load(kRelaxed);
  geometry.files_offset = header.files_offset.load(kRelaxed);
  geometry.recoveries_offset = header.recoveries_offset.load(kRelaxed);
  geometry.events_offset = header.events_offset.load(kRelaxed);
  geometry.statements_offset = header.statements_offset.load(kRelaxed);
  geometry.segments_offset = header.segments_offset.load(kRelaxed);
  geometry.event_capacity = header.event_capacity.load(kRelaxed);
  geometry.statement_capacity = header.statement_capacity.load(kRelaxed);
  return geometry;
}

Status CheckSizes(const RegionGeometry& geometry) {
  if (geometry.capacity_bytes == 0 || geometry.capacity_bytes % kSegmentBytes != 0 ||
      geometry.capacity_bytes > kMaxRegionBytes) {
    return Corrupt("the capacity is " + std::to_string(geometry.capacity_bytes) + " bytes");
  }
  if (geometry.segment_count != geometry.capacity_bytes / kSegmentBytes) {
    return Corrupt("the capacity has not room for exactly " +
                   std::to_string(geometry.segment_count) + " segments");
  }
  if (geometry.first_segment == 0 || geometry.first_segment >= geometry.segment_count) {
    return Corrupt("the first segment of " + std::to_string(geometry.segment_count) +
                   " is said to be number " + std::to_string(geometry.first_segment));
  }
  if (geometry.event_capacity < kMinEvents || geometry.event_capacity > kMaxEvents ||
      !std::has_single_bit(geometry.event_capacity)) {
    return Corrupt("the event ring has " + std::to_string(geometry.event_capacity) + " records");
  }
  if (geometry.statement_capacity == 0 || geometry.statement_capacity > kMaxStatements) {
    return Corrupt("the table of statements has " + std::to_string(geometry.statement_capacity) +
                   " rows");
  }
  return Status::Ok();
}

// REQUIRES: CheckSizes(geometry).ok(), which bounds the sizes of the tables.
Status CheckTables(const RegionGeometry& geometry, uint64_t available_bytes) {
  GLASSWAL_ASSERT(CheckSizes(geometry).ok(),
                  "tables are looked at when their sizes are known good");
  const TableExtent tables[] = {
      {"clients", geometry.clients_offset, sizeof(ShmClient) * kMaxClients},
      {"files", geometry.files_offset, sizeof(ShmFile) * kMaxFiles},
      {"recoveries", geometry.recoveries_offset, sizeof(ShmRecovery) * kMaxRecoveries},
      {"events", geometry.events_offset, sizeof(ShmEvent) * geometry.event_capacity},
      {"statements", geometry.statements_offset,
       sizeof(ShmStatement) * geometry.statement_capacity},
      {"segments", geometry.segments_offset, sizeof(Atomic64) * geometry.segment_count},
  };
  const uint64_t metadata_end = geometry.first_segment * kSegmentBytes;
  // They come in this order, so each must begin where the one before it has ended, or later.
  uint64_t end = sizeof(ShmHeader);
  for (const TableExtent& table : tables) {
    const std::string is = std::string("the table of ") + table.name + " at offset " +
                           std::to_string(table.offset) + " with " +
                           std::to_string(table.size_bytes) + " bytes ";
    if (table.offset % kTableAlignment != 0) return Corrupt(is + "is not aligned");
    if (table.offset < end) return Corrupt(is + "overlaps what comes before it");
    if (table.offset > metadata_end || table.size_bytes > metadata_end - table.offset) {
      return Corrupt(is + "reaches into the first segment");
    }
    end = table.offset + table.size_bytes;
  }
  if (end > available_bytes) {
    return Corrupt("the tables need " + std::to_string(end) + " bytes, and there are " +
                   std::to_string(available_bytes));
  }
  return Status::Ok();
}

Status CheckBase(const port::Memory& memory) {
  if (reinterpret_cast<uintptr_t>(memory.base()) % kTableAlignment == 0) return Status::Ok();
  return Status(
      StatusCode::kInvalidArgument,
      "A region cannot begin at an address that is not a multiple of 64. Align the block.");
}

// How many segments stand behind a new region from the start.
uint64_t InitialSegments(const RegionGeometry& geometry, const Options& options) {
  if (options.fixed_capacity) return geometry.segment_count;
  return geometry.first_segment + SegmentsFor(options.initial_database_capacity_bytes) +
         SegmentsFor(options.initial_write_ahead_capacity_bytes);
}

// Everything of the header that stays as it is, except the magic number.
void WriteHeader(const RegionGeometry& geometry, const Options& options, ShmHeader* header) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  header->version.store(kLayoutVersion, kRelaxed);
  header->layout_hash_low.store(kLayoutHash, kRelaxed);
  uint64_t runtime_id[2];
  port::RandomBytes(runtime_id, sizeof(runtime_id));
  header->runtime_id[0].store(runtime_id[0], kRelaxed);
  header->runtime_id[1].store(runtime_id[1], kRelaxed);
  header->capacity_bytes.store(geometry.capacity_bytes, kRelaxed);
  header->segment_count.store(geometry.segment_count, kRelaxed);
  header->first_segment.store(geometry.first_segment, kRelaxed);
  header->clients_offset.store(geometry.clients_offset, kRelaxed);
  header->files_offset.store(geometry.files_offset, kRelaxed);
  header->recoveries_offset.store(geometry.recoveries_offset, kRelaxed);
  header->events_offset.store(geometry.events_offset, kRelaxed);
  header->statements_offset.store(geometry.statements_offset, kRelaxed);
  header->segments_offset.store(geometry.segments_offset, kRelaxed);
#define GLASSWAL_KEEP_OPTION(option, member, uri, javascript, least, most, field, units, what)    \
  header->field.store(                                                                            \
      static_cast<decltype(header->field.load())>(static_cast<uint64_t>(options.member) * units), \
      kRelaxed);
  GLASSWAL_KEPT_OPTIONS(GLASSWAL_KEEP_OPTION)
#undef GLASSWAL_KEEP_OPTION
  header->event_level.store(static_cast<uint32_t>(EventLevel::kInfo), kRelaxed);
}

// Whether `options` can be had in `memory`.
Status CheckFits(const port::Memory& memory, const RegionGeometry& geometry,
                 const Options& options) {
  const uint64_t needed = InitialSegments(geometry, options) * kSegmentBytes;
  if (needed <= geometry.capacity_bytes) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                "The memory has " + std::to_string(memory.size_bytes()) +
                    " bytes, but the metadata and the initial capacities of database and "
                    "write-ahead log need " +
                    std::to_string(needed) + ". Enlarge it, or lower " +
                    port::SayOption(Option::kInitialDatabaseCapacity) + ".");
}

}  // namespace

Result<RegionGeometry> PlanGeometry(uint64_t capacity_bytes, const Options& options) {
  if (capacity_bytes > kMaxRegionBytes) {
    return Status(StatusCode::kInvalidArgument,
                  "A region has at most " + std::to_string(kMaxRegionBytes) + " bytes.");
  }
  const RegionGeometry geometry = LayTables(static_cast<uint32_t>(capacity_bytes / kSegmentBytes),
                                            {options.event_capacity, options.statement_capacity});
  if (geometry.first_segment + kLeastDataSegments > geometry.segment_count) {
    return Status(
        StatusCode::kInvalidArgument,
        "A region with " + std::to_string(options.event_capacity) + " events and " +
            std::to_string(options.statement_capacity) + " statements needs at least " +
            std::to_string((geometry.first_segment + kLeastDataSegments) * kSegmentBytes) +
            " bytes, and there are " + std::to_string(capacity_bytes) + ".");
  }
  return geometry;
}

Result<RegionGeometry> ReadGeometry(const ShmHeader& header, uint64_t available_bytes) {
  Status status = CheckBuild(header, available_bytes);
  if (!status.ok()) return status;
  const RegionGeometry geometry = LoadGeometry(header);
  status = CheckSizes(geometry);
  if (status.ok()) status = CheckTables(geometry, available_bytes);
  if (!status.ok()) return status;
  return geometry;
}

RegionView::RegionView(const std::byte* base, const RegionGeometry& geometry)
    : geometry_(geometry),
      base_(base),
      header_(reinterpret_cast<const ShmHeader*>(base)),
      clients_(reinterpret_cast<const ShmClient*>(base + geometry.clients_offset)),
      files_(reinterpret_cast<const ShmFile*>(base + geometry.files_offset)),
      recoveries_(reinterpret_cast<const ShmRecovery*>(base + geometry.recoveries_offset)),
      events_(reinterpret_cast<const ShmEvent*>(base + geometry.events_offset)),
      statements_(reinterpret_cast<const ShmStatement*>(base + geometry.statements_offset)),
      segment_words_(reinterpret_cast<const Atomic64*>(base + geometry.segments_offset)) {}

Region::Region(std::unique_ptr<port::Memory> memory, const RegionGeometry& geometry)
    : RegionView(memory->base(), geometry), memory_(std::move(memory)) {}

Result<std::unique_ptr<Region>> Region::Create(std::unique_ptr<port::Memory> memory,
                                               const Options& options) {
  Status status = Validate(options);
  if (status.ok()) status = CheckBase(*memory);
  if (!status.ok()) return status;
  const Result<RegionGeometry> plan = PlanGeometry(memory->size_bytes(), options);
  if (!plan.ok()) return plan.status();
  status = CheckFits(*memory, *plan, options);
  const uint64_t metadata_bytes = plan->first_segment * kSegmentBytes;
  GLASSWAL_POINT("region.create.commit");
  if (status.ok()) status = memory->Commit(0, metadata_bytes);
  if (!status.ok()) return status;

  auto region = std::unique_ptr<Region>(new Region(std::move(memory), *plan));
  ShmHeader* header = region->header();
  if (header->magic.load(std::memory_order_acquire) != 0) {
    return Status(StatusCode::kAlreadyExists,
                  "The memory holds something already. Open that, or give memory that is zero.");
  }
  // A creator that died here before may have left anything, for other options, behind the magic
  // number.
  std::memset(region->memory().base() + sizeof(header->magic), 0,
              static_cast<size_t>(metadata_bytes - sizeof(header->magic)));
  WriteHeader(*plan, options, header);
  for (uint32_t segment = 0; segment < plan->first_segment; ++segment) {
    region->segment_word(segment)->store(SegmentWord(kSegmentMetadata, 0, 0),
                                         std::memory_order_relaxed);
  }
  header->committed_segments.store(plan->first_segment, std::memory_order_relaxed);
  header->free_hint.store(plan->first_segment, std::memory_order_relaxed);
  status = CommitSegments(*region, static_cast<uint32_t>(InitialSegments(*plan, options)));
  if (!status.ok()) return status;
  header->grown.store(0, std::memory_order_relaxed);  // What there is from the start did not grow.
  GLASSWAL_POINT("region.create.magic");
  header->magic.store(kMagic, std::memory_order_release);
  return region;
}

Result<std::unique_ptr<Region>> Region::Attach(std::unique_ptr<port::Memory> memory) {
  Status status = CheckBase(*memory);
  if (!status.ok()) return status;
  const auto* header = reinterpret_cast<const ShmHeader*>(memory->base());
  const Result<RegionGeometry> geometry = ReadGeometry(*header, memory->size_bytes());
  if (!geometry.ok()) return geometry.status();
  if (geometry->capacity_bytes > memory->size_bytes()) {
    return Corrupt("the capacity is " + std::to_string(geometry->capacity_bytes) +
                   " bytes, and there are " + std::to_string(memory->size_bytes()));
  }
  return std::unique_ptr<Region>(new Region(std::move(memory), *geometry));
}

}  // namespace glasswal::shm
