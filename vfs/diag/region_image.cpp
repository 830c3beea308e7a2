#include "diag/region_image.h"

#include <algorithm>
#include <cstring>

#include "shm/segments.h"
#include "store/words.h"

namespace glasswal::diag {
namespace {

Status Unavailable(const char* what) {
  return Status(StatusCode::kCorrupt,
                std::string("The ") + what +
                    " of the region cannot be read: the source has no bytes at "
                    "the place that the header names.");
}

/// `count` records from `offset` on. They are records of atomics, which is why the copy is told to
/// fill plain memory: nobody else sees it yet.
template <typename Record>
bool CopyRecords(const RegionBytes& source, uint64_t offset, Record* records, size_t count) {
  return source.Copy(offset, uint64_t{count} * sizeof(Record), static_cast<void*>(records));
}

bool LoadSegmentWords(const RegionBytes& source, RegionImage* image) {
  image->committed_segments =
      std::min(Get(image->header.committed_segments), image->geometry.segment_count);
  image->segment_words.resize(image->committed_segments);
  return CopyRecords(source, image->geometry.segments_offset, image->segment_words.data(),
                     image->segment_words.size());
}

/// Whether the table of segments says too that `segment` is of that kind and belongs to `file`.
bool IsSegmentOf(const RegionImage& image, uint32_t segment, shm::SegmentKind kind, uint32_t file) {
  if (segment < image.geometry.first_segment || segment >= image.committed_segments) return false;
  const uint64_t word = image.segment_words[segment];
  return shm::SegmentKindOf(word) == kind && shm::FileOfOwner(shm::SegmentOwnerOf(word)) == file;
}

/// A file whose control segment cannot be read is left without a database: a capture may lack it,
/// and a damaged region may name nonsense. No two files can have the same one, which bounds the
/// whole.
void LoadDatabase(const RegionBytes& source, uint32_t file, RegionImage* image) {
  const uint32_t control = Get(image->files[file].control_segment);
  if (!IsSegmentOf(*image, control, shm::kSegmentControl, file)) return;
  DatabaseImage database;
  database.file = file;
  database.control = std::make_unique<shm::ShmDatabase>();
  if (!CopyRecords(source, uint64_t{control} * shm::kSegmentBytes, database.control.get(), 1))
    return;
  const uint32_t wal_index = Get(database.control->wal_index[0]);
  if (IsSegmentOf(*image, wal_index, shm::kSegmentWalIndex, file)) {
    database.has_wal_index = CopyRecords(source, uint64_t{wal_index} * shm::kSegmentBytes,
                                         database.wal_index_header, kWalIndexHeaderWords);
  }
  image->databases.push_back(std::move(database));
}

void LoadDatabases(const RegionBytes& source, RegionImage* image) {
  for (uint32_t file = 0; file < image->files.size(); ++file) {
    const uint64_t state = Get(image->files[file].state);
    if (store::FileStateOf(state) == shm::kFileFree) continue;
    if (store::FileKindOf(state) != shm::kFileDatabase) continue;
    LoadDatabase(source, file, image);
  }
}

/// After the databases: a row is filled before a connection names it.
bool LoadStatements(const RegionBytes& source, RegionImage* image) {
  shm::ShmHeader header;
  if (!CopyRecords(source, 0, &header, 1)) return false;
  image->statements = std::vector<shm::ShmStatement>(
      std::min(Get(header.used_statements), image->geometry.statement_capacity));
  return image->statements.empty() ||
         CopyRecords(source, image->geometry.statements_offset, image->statements.data(),
                     image->statements.size());
}

}  // namespace

Result<shm::RegionGeometry> LoadHeader(const RegionBytes& source, shm::ShmHeader* header) {
  if (!CopyRecords(source, 0, header, 1)) {
    return Status(StatusCode::kCorrupt,
                  "There is no region here: the source is shorter than a region's header.");
  }
  return shm::ReadGeometry(*header, source.size_bytes());
}

Result<std::unique_ptr<RegionImage>> LoadRegion(const RegionBytes& source) {
  auto image = std::make_unique<RegionImage>();
  Result<shm::RegionGeometry> geometry = LoadHeader(source, &image->header);
  if (!geometry.ok()) return geometry.status();
  image->geometry = *geometry;
  image->clients = std::vector<shm::ShmClient>(shm::kMaxClients);
  // The rest of the table was never used. It is left out: it is large, and whoever looks may have
  // little memory.
  image->files = std::vector<shm::ShmFile>(std::min(Get(image->header.used_files), shm::kMaxFiles));
  image->recoveries = std::vector<shm::ShmRecovery>(shm::kMaxRecoveries);
  if (!CopyRecords(source, geometry->clients_offset, image->clients.data(),
                   image->clients.size())) {
    return Unavailable("table of clients");
  }
  if (!image->files.empty() &&
      !CopyRecords(source, geometry->files_offset, image->files.data(), image->files.size())) {
    return Unavailable("table of files");
  }
  if (!CopyRecords(source, geometry->recoveries_offset, image->recoveries.data(),
                   image->recoveries.size())) {
    return Unavailable("table of recoveries");
  }
  if (!LoadSegmentWords(source, image.get())) return Unavailable("segment table");
  LoadDatabases(source, image.get());
  if (!LoadStatements(source, image.get())) return Unavailable("table of statements");
  image->now_ns = source.NowNs();
  return image;
}

std::string TextOf(const shm::Atomic64* words, uint32_t size_bytes) {
  std::string text(size_bytes, '\0');
  for (uint32_t i = 0; i < size_bytes / sizeof(uint64_t); ++i) {
    const uint64_t word = Get(words[i]);
    std::memcpy(text.data() + i * sizeof(word), &word, sizeof(word));
  }
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

}  // namespace glasswal::diag
