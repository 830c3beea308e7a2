// The VFS that SQLite has before the instance has joined a region, and under which its memdb finds time and chance.
// It opens nothing. SQLite does not start without a default VFS; that of the region takes this place when it comes.
#include "port/clock.h"
#include "port/process.h"
#include "sqlite/sqlite_api.h"

namespace {

constexpr int kLongestName = 512;
constexpr sqlite3_int64 kUnixEpochInJulianMs = 210866760000000;

int Open(sqlite3_vfs*, sqlite3_filename, sqlite3_file* file, int, int*) {
  file->pMethods = nullptr;
  return SQLITE_CANTOPEN;
}

int Delete(sqlite3_vfs*, const char*, int) { return SQLITE_IOERR_DELETE_NOENT; }

int Access(sqlite3_vfs*, const char*, int, int* exists) {
  *exists = 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs*, int size, char* out) {
  glasswal::port::RandomBytes(out, static_cast<uint64_t>(size));
  return size;
}

int Sleep(sqlite3_vfs*, int microseconds) {
  glasswal::port::SleepUs(static_cast<uint64_t>(microseconds));
  return microseconds;
}

int CurrentTimeInt64(sqlite3_vfs*, sqlite3_int64* now) {
  *now = kUnixEpochInJulianMs + glasswal::port::WallClockUs() / 1000;
  return SQLITE_OK;
}

int CurrentTime(sqlite3_vfs* vfs, double* now) {
  sqlite3_int64 ms = 0;
  CurrentTimeInt64(vfs, &ms);
  *now = static_cast<double>(ms) / 86400000.0;
  return SQLITE_OK;
}

int GetLastError(sqlite3_vfs*, int, char*) { return 0; }

sqlite3_vfs MakeHostVfs() {
  sqlite3_vfs vfs = {};
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(sqlite3_file);
  vfs.mxPathname = kLongestName;
  vfs.zName = "host";
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTime;
  vfs.xGetLastError = GetLastError;
  vfs.xCurrentTimeInt64 = CurrentTimeInt64;
  return vfs;
}

}  // namespace

/// SQLite has no VFS of its own in the module (SQLITE_OS_OTHER).
extern "C" int sqlite3_os_init() {
  static sqlite3_vfs host = MakeHostVfs();
  return sqlite3_vfs_register(&host, 1);
}

extern "C" int sqlite3_os_end() { return SQLITE_OK; }
