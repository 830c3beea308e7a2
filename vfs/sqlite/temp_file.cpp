#include "sqlite/temp_file.h"

#include <algorithm>
#include <cstring>

#include "sqlite/plain_file.h"

namespace glasswal::sqlite {
namespace {

void FreeChunksFrom(TempFile* file, int64_t first) {
  for (int64_t i = first; i < file->chunk_count; ++i) sqlite3_free(file->chunks[i]);
  file->chunk_count = std::min(file->chunk_count, first);
}

/// Makes sure that there are `count` chunks.
bool Grow(TempFile* file, int64_t count) {
  if (count > file->chunk_capacity) {
    const int64_t capacity = std::max<int64_t>(count, file->chunk_capacity * 2 + 8);
    void* grown =
        sqlite3_realloc64(file->chunks, static_cast<uint64_t>(capacity) * sizeof(uint8_t*));
    if (grown == nullptr) return false;
    file->chunks = static_cast<uint8_t**>(grown);
    file->chunk_capacity = capacity;
  }
  while (file->chunk_count < count) {
    void* chunk = sqlite3_malloc64(kTempChunkBytes);
    if (chunk == nullptr) return false;
    std::memset(chunk, 0, kTempChunkBytes);
    file->chunks[file->chunk_count++] = static_cast<uint8_t*>(chunk);
  }
  return true;
}

/// Calls `copy(chunk bytes, offset in the caller's buffer, size)` for each piece of the range.
template <typename Copy>
void ForEachPiece(TempFile* file, int64_t offset, int64_t size, Copy copy) {
  for (int64_t done = 0; done < size;) {
    const int64_t at = offset + done;
    const int64_t within = at % kTempChunkBytes;
    const int64_t piece = std::min(size - done, kTempChunkBytes - within);
    copy(file->chunks[at / kTempChunkBytes] + within, done, static_cast<size_t>(piece));
    done += piece;
  }
}

int Close(sqlite3_file* base) {
  TempFile* file = TempFile::Of(base);
  FreeChunksFrom(file, 0);
  sqlite3_free(file->chunks);
  base->pMethods = nullptr;
  return SQLITE_OK;
}

int Read(sqlite3_file* base, void* to, int size, sqlite3_int64 offset) {
  TempFile* file = TempFile::Of(base);
  auto* out = static_cast<uint8_t*>(to);
  const int64_t available = std::clamp<int64_t>(file->size_bytes - offset, 0, size);
  ForEachPiece(file, offset, available, [out](const uint8_t* from, int64_t done, size_t piece) {
    std::memcpy(out + done, from, piece);
  });
  if (available == size) return SQLITE_OK;
  std::memset(out + available, 0, static_cast<size_t>(size - available));
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* base, const void* from, int size, sqlite3_int64 offset) {
  TempFile* file = TempFile::Of(base);
  const auto* in = static_cast<const uint8_t*>(from);
  const int64_t end = offset + size;
  if (!Grow(file, (end + kTempChunkBytes - 1) / kTempChunkBytes)) return SQLITE_IOERR_NOMEM;
  ForEachPiece(file, offset, size, [in](uint8_t* to, int64_t done, size_t piece) {
    std::memcpy(to, in + done, piece);
  });
  file->size_bytes = std::max(file->size_bytes, end);
  return SQLITE_OK;
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  TempFile* file = TempFile::Of(base);
  const int64_t chunks = (size + kTempChunkBytes - 1) / kTempChunkBytes;
  if (size > file->size_bytes) {
    if (!Grow(file, chunks)) return SQLITE_IOERR_NOMEM;
  } else {
    FreeChunksFrom(file, chunks);
    const int64_t within = size % kTempChunkBytes;
    if (within != 0) {
      std::memset(file->chunks[chunks - 1] + within, 0,
                  static_cast<size_t>(kTempChunkBytes - within));
    }
  }
  file->size_bytes = size;
  return SQLITE_OK;
}

int Sync(sqlite3_file*, int) { return SQLITE_OK; }

int FileSize(sqlite3_file* base, sqlite3_int64* size) {
  *size = TempFile::Of(base)->size_bytes;
  return SQLITE_OK;
}

/// As os_unix.c answers for its temporary files: nobody else can have a lock or a handle of them.
int FileControl(sqlite3_file* base, int operation, void* argument) {
  TempFile* file = TempFile::Of(base);
  switch (operation) {
    case SQLITE_FCNTL_LOCKSTATE:
    case SQLITE_FCNTL_HAS_MOVED:
    case SQLITE_FCNTL_EXTERNAL_READER:
      *static_cast<int*>(argument) = 0;
      return SQLITE_OK;
    case SQLITE_FCNTL_SIZE_HINT:
      return SQLITE_OK;
    default:
      return ControlSettings(file->vfs, &file->settings, /*may_remap=*/true, operation, argument);
  }
}

/// Version 3, so that SQLite sets a limit of mapping; but nothing is used in place, because chunks
/// go when the file is truncated.
constexpr sqlite3_io_methods TempFileMethods() {
  sqlite3_io_methods methods = PlainFileMethods(Close, Read, Write, Truncate, Sync, FileSize);
  methods.iVersion = 3;
  methods.xFileControl = FileControl;
  methods.xFetch = [](sqlite3_file*, sqlite3_int64, int, void** page) {
    *page = nullptr;
    return SQLITE_OK;
  };
  methods.xUnfetch = [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; };
  return methods;
}

constinit const sqlite3_io_methods kTempMethods = TempFileMethods();

}  // namespace

void OpenTempFile(Vfs* vfs, sqlite3_file* base) {
  TempFile* file = TempFile::Of(base);
  *file = TempFile{};
  file->vfs = vfs;
  base->pMethods = &kTempMethods;
}

}  // namespace glasswal::sqlite
