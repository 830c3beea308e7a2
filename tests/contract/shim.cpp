#include "contract/shim.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace glasswal::test {
namespace {

/// What SQLite sees; the file of the VFS below lies behind it in the same memory.
struct ShimFile {
  sqlite3_file base;
  const Shim* shim;
  sqlite3_filename copy;  // The name that the VFS below was given, if that is not SQLite's.

  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods* methods() { return below()->pMethods; }
  static ShimFile* Of(sqlite3_file* file) { return reinterpret_cast<ShimFile*>(file); }
};

Shim* Of(sqlite3_vfs* vfs) { return static_cast<Shim*>(vfs->pAppData); }
sqlite3_vfs* Below(sqlite3_vfs* vfs) { return Of(vfs)->below(); }

/// Calls the method of the file below.
template <auto kMethod, typename... Arguments>
auto Pass(sqlite3_file* file, Arguments... arguments) {
  ShimFile* shim = ShimFile::Of(file);
  return (shim->methods()->*kMethod)(shim->below(), arguments...);
}

using Methods = sqlite3_io_methods;

int Close(sqlite3_file* file) {
  const int result = Pass<&Methods::xClose>(file);
  sqlite3_free_filename(ShimFile::Of(file)->copy);
  file->pMethods = nullptr;
  return result;
}

void Invert(std::vector<uint8_t>& bytes) {
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(~byte);
}

int ReadInverted(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  sqlite3_int64 end = 0;
  const int sized = Pass<&Methods::xFileSize>(file, &end);
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  const int result = sized != SQLITE_OK ? sized
                                        : Pass<&Methods::xRead>(
                                              file, static_cast<void*>(bytes.data()), size, offset);
  if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ) return result;
  Invert(bytes);
  // What lies behind the end reads as zeros.
  const auto there = std::min<sqlite3_int64>(size, std::max<sqlite3_int64>(end - offset, 0));
  std::fill(bytes.begin() + there, bytes.end(), uint8_t{0});
  std::memcpy(to, bytes.data(), bytes.size());
  return result;
}

int WriteInverted(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  std::memcpy(bytes.data(), from, bytes.size());
  Invert(bytes);
  return Pass<&Methods::xWrite>(file, static_cast<const void*>(bytes.data()), size, offset);
}

int FileControl(sqlite3_file* file, int operation, void* argument) {
  if (operation != SQLITE_FCNTL_VFSNAME) {
    return Pass<&Methods::xFileControl>(file, operation, argument);
  }
  *static_cast<char**>(argument) = sqlite3_mprintf("%s", ShimFile::Of(file)->shim->name().c_str());
  return SQLITE_OK;
}

Methods MethodsOf(int version) {
  Methods methods{};
  methods.iVersion = version;
  methods.xClose = Close;
  methods.xRead = Pass<&Methods::xRead, void*, int, sqlite3_int64>;
  methods.xWrite = Pass<&Methods::xWrite, const void*, int, sqlite3_int64>;
  methods.xTruncate = Pass<&Methods::xTruncate, sqlite3_int64>;
  methods.xSync = Pass<&Methods::xSync, int>;
  methods.xFileSize = Pass<&Methods::xFileSize, sqlite3_int64*>;
  methods.xLock = Pass<&Methods::xLock, int>;
  methods.xUnlock = Pass<&Methods::xUnlock, int>;
  methods.xCheckReservedLock = Pass<&Methods::xCheckReservedLock, int*>;
  methods.xFileControl = FileControl;
  methods.xSectorSize = Pass<&Methods::xSectorSize>;
  methods.xDeviceCharacteristics = Pass<&Methods::xDeviceCharacteristics>;
  if (version < 2) return methods;
  methods.xShmMap = Pass<&Methods::xShmMap, int, int, int, void volatile**>;
  methods.xShmLock = Pass<&Methods::xShmLock, int, int, int>;
  methods.xShmBarrier = Pass<&Methods::xShmBarrier>;
  methods.xShmUnmap = Pass<&Methods::xShmUnmap, int>;
  if (version < 3) return methods;
  methods.xFetch = Pass<&Methods::xFetch, sqlite3_int64, int, void**>;
  methods.xUnfetch = Pass<&Methods::xUnfetch, sqlite3_int64, void*>;
  return methods;
}

/// Without xFetch, which would show what lies below.
Methods InvertedMethods() {
  Methods methods = MethodsOf(2);
  methods.xRead = ReadInverted;
  methods.xWrite = WriteInverted;
  return methods;
}

/// A copy of `name` with the parameters of its URI, which belongs to no database.
sqlite3_filename Copy(const char* name, int flags) {
  std::vector<const char*> parameters;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    for (int i = 0; const char* key = sqlite3_uri_key(name, i); ++i) {
      parameters.push_back(key);
      parameters.push_back(sqlite3_uri_parameter(name, key));
    }
  }
  const int count = static_cast<int>(parameters.size() / 2);
  return sqlite3_create_filename(name, "", "", count, parameters.data());
}

int Open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* base, int flags, int* out_flags) {
  static const Methods kVersions[] = {MethodsOf(1), MethodsOf(2), MethodsOf(3)};
  static const Methods kInverted = InvertedMethods();
  ShimFile* file = ShimFile::Of(base);
  *file = ShimFile{};
  file->shim = Of(vfs);
  const bool copies = name != nullptr && Of(vfs)->names() == Shim::Names::kCopied;
  if (copies) file->copy = Copy(name, flags);
  const int result =
      Below(vfs)->xOpen(Below(vfs), copies ? file->copy : name, file->below(), flags, out_flags);
  if (file->methods() != nullptr) {
    base->pMethods = Of(vfs)->bytes() == Shim::Bytes::kInverted
                         ? &kInverted
                         : &kVersions[file->methods()->iVersion - 1];
  } else {
    sqlite3_free_filename(file->copy);
  }
  return result;
}

template <auto kMethod, typename... Arguments>
auto PassVfs(sqlite3_vfs* vfs, Arguments... arguments) {
  return (Below(vfs)->*kMethod)(Below(vfs), arguments...);
}

}  // namespace

Shim::Shim(std::string name, const std::string& below, Names names, Bytes bytes)
    : name_(std::move(name)),
      below_(sqlite3_vfs_find(below.c_str())),
      names_(names),
      bytes_(bytes) {
  base_ = *below_;
  base_.szOsFile = static_cast<int>(sizeof(ShimFile)) + below_->szOsFile;
  base_.zName = name_.c_str();
  base_.pAppData = this;
  base_.pNext = nullptr;
  base_.xOpen = Open;
  base_.xDelete = PassVfs<&sqlite3_vfs::xDelete, const char*, int>;
  base_.xAccess = PassVfs<&sqlite3_vfs::xAccess, const char*, int, int*>;
  base_.xFullPathname = PassVfs<&sqlite3_vfs::xFullPathname, const char*, int, char*>;
  base_.xDlOpen = PassVfs<&sqlite3_vfs::xDlOpen, const char*>;
  base_.xDlError = PassVfs<&sqlite3_vfs::xDlError, int, char*>;
  base_.xDlSym = [](sqlite3_vfs* vfs, void* library, const char* symbol) {
    return Below(vfs)->xDlSym(Below(vfs), library, symbol);
  };
  base_.xDlClose = PassVfs<&sqlite3_vfs::xDlClose, void*>;
  base_.xRandomness = PassVfs<&sqlite3_vfs::xRandomness, int, char*>;
  base_.xSleep = PassVfs<&sqlite3_vfs::xSleep, int>;
  base_.xCurrentTime = PassVfs<&sqlite3_vfs::xCurrentTime, double*>;
  base_.xGetLastError = PassVfs<&sqlite3_vfs::xGetLastError, int, char*>;
  base_.xCurrentTimeInt64 = PassVfs<&sqlite3_vfs::xCurrentTimeInt64, sqlite3_int64*>;
  if (sqlite3_vfs_register(&base_, 0) != SQLITE_OK) std::abort();
}

sqlite3_file* Shim::Unwrap(sqlite3_file* file) {
  return file->pMethods->xFileControl == FileControl ? ShimFile::Of(file)->below() : file;
}

Shim::~Shim() { sqlite3_vfs_unregister(&base_); }

}  // namespace glasswal::test
