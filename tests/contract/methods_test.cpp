// The VFS's own methods: paths, deleting, file controls, the last error, opening for reading, URIs,
// and files that are deleted while they are open.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <set>
#include <string>

#include "contract/place.h"
#include "glasswal/sqlite.h"
#include "port/unique_name.h"

namespace glasswal::test {
namespace {

class Methods : public Contract {
 protected:
  int Delete(const std::string& name) {
    return place().RawVfs()->xDelete(place().RawVfs(), place().Path(name).c_str(), 0);
  }
  int Access(const std::string& name, int flags) {
    int result = -1;
    EXPECT_EQ(
        place().RawVfs()->xAccess(place().RawVfs(), place().Path(name).c_str(), flags, &result),
        SQLITE_OK);
    return result;
  }
  /// xFullPathname as SQLite calls it; "error N" if it fails.
  std::string Full(const std::string& path, const char* parameters[] = nullptr, int count = 0) {
    sqlite3_filename name = sqlite3_create_filename(path.c_str(), "", "", count, parameters);
    std::string out(static_cast<size_t>(place().RawVfs()->mxPathname) + 1, '\0');
    const int result = place().RawVfs()->xFullPathname(place().RawVfs(), name,
                                                       static_cast<int>(out.size()), out.data());
    sqlite3_free_filename(name);
    if (result != SQLITE_OK) return "error " + std::to_string(result);
    out.resize(out.find('\0'));
    return out;
  }
  std::string LastError(size_t client = 0) {
    char message[400] = "";
    place().RawVfs(client)->xGetLastError(place().RawVfs(client), sizeof(message), message);
    return message;
  }
  template <typename T>
  int Control(Database& db, int operation, T* argument) {
    return sqlite3_file_control(db.get(), "main", operation, argument);
  }
};

TEST_P(Methods, DeleteAndAccess) {
  EXPECT_EQ(Delete("nothing"), SQLITE_IOERR_DELETE_NOENT);
  EXPECT_EQ(Access("nothing", SQLITE_ACCESS_EXISTS), 0);
  EXPECT_EQ(Access("nothing", SQLITE_ACCESS_READWRITE), 0);
  Database db = place().OpenBare("app.sqlite");
  EXPECT_EQ(Access("app.sqlite", SQLITE_ACCESS_EXISTS), 0) << "empty: as in os_unix.c";
  EXPECT_EQ(Access("app.sqlite", SQLITE_ACCESS_READWRITE), 1);
  db.Run("CREATE TABLE t(x)");
  EXPECT_EQ(Access("app.sqlite", SQLITE_ACCESS_EXISTS), 1);
  db.Close();
  EXPECT_EQ(Delete("app.sqlite"), SQLITE_OK);
  EXPECT_EQ(Delete("app.sqlite"), SQLITE_IOERR_DELETE_NOENT);
  EXPECT_EQ(Access("app.sqlite", SQLITE_ACCESS_EXISTS), 0);
}

TEST_P(Methods, ADatabaseDeletedWhileOpenLivesOnWithoutAName) {
  Database db = place().OpenBare("app.sqlite");
  db.Run("PRAGMA journal_mode = DELETE; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  int moved = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_HAS_MOVED, &moved), SQLITE_OK);
  EXPECT_EQ(moved, 0);
  EXPECT_EQ(Delete("app.sqlite"), SQLITE_OK);
  EXPECT_EQ(Control(db, SQLITE_FCNTL_HAS_MOVED, &moved), SQLITE_OK);
  EXPECT_EQ(moved, 1);
  EXPECT_EQ(db.Rows("SELECT x FROM t"), "1");
  // SQLite itself refuses to write to a database whose journal could not be found again.
  EXPECT_EQ(db.Exec("INSERT INTO t VALUES (2)"), SQLITE_READONLY);
  EXPECT_EQ(db.extended(), SQLITE_READONLY_DBMOVED);
  Database fresh = place().OpenBare("app.sqlite");
  EXPECT_EQ(fresh.Rows("SELECT count(*) FROM sqlite_schema"), "0");
  fresh.Run("CREATE TABLE u(x)");
  EXPECT_EQ(db.Rows("SELECT x FROM t"), "1");
}

TEST_P(Methods, ReadOnly) {
  {
    Database db = Open();
    db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(Database(place().Path("nothing"), place().Vfs(), SQLITE_OPEN_READONLY).open_code(),
            SQLITE_CANTOPEN);
  EXPECT_EQ(Database(place().Path("nothing"), place().Vfs(), SQLITE_OPEN_READWRITE).open_code(),
            SQLITE_CANTOPEN);
  Database reader = place().OpenBare("app.sqlite", SQLITE_OPEN_READONLY);
  EXPECT_EQ(reader.Rows("SELECT x FROM t; PRAGMA journal_mode"), "1 wal");
  EXPECT_EQ(reader.Exec("INSERT INTO t VALUES (2)"), SQLITE_READONLY);
  EXPECT_EQ(sqlite3_db_readonly(reader.get(), "main"), 1);
  Database writer = Open();
  writer.Run("INSERT INTO t VALUES (2)");
  EXPECT_EQ(reader.Rows("SELECT x FROM t"), "1 2");
  reader.Close();
  writer.Close();
  Database by_uri("file:" + place().Path("app.sqlite") + "?mode=ro", place().Vfs());
  EXPECT_EQ(by_uri.Rows("SELECT x FROM t"), "1 2");
  EXPECT_EQ(by_uri.Exec("DELETE FROM t"), SQLITE_READONLY);
  by_uri.Close();
  Database immutable("file:" + place().Path("app.sqlite") + "?immutable=1", place().Vfs());
  EXPECT_EQ(immutable.open_code(), SQLITE_OK);
  EXPECT_EQ(Database("file:" + place().Path("x") + "?mode=rw", place().Vfs()).open_code(),
            SQLITE_CANTOPEN);
  EXPECT_EQ(Database("file:" + place().Path("x") + "?vfs=nosuch", place().Vfs()).open_code(),
            SQLITE_ERROR);
}

TEST_P(Methods, PaddedFramesWithoutPowersafeOverwrite) {
  Database db("file:" + place().Path("app.sqlite") + "?psow=0", place().Vfs());
  db.Run(
      "PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE "
      "t(x)");
  for (int i = 0; i < 200; ++i) db.Run("INSERT INTO t VALUES (randomblob(300))");
  EXPECT_EQ(place().OpenBare("app.sqlite").Rows("SELECT count(*) FROM t; PRAGMA integrity_check"),
            "200 ok");
  int safe = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_POWERSAFE_OVERWRITE, &safe), SQLITE_OK);
  EXPECT_EQ(safe, 0);
}

TEST_P(Methods, TheFileControlsThatUnixAnswersToo) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); SELECT * FROM t");
  int number = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_PERSIST_WAL, &number), SQLITE_OK);
  EXPECT_EQ(number, 0);
  number = 1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_PERSIST_WAL, &number), SQLITE_OK);
  number = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_PERSIST_WAL, &number), SQLITE_OK);
  EXPECT_EQ(number, 1);
  number = 0;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_PERSIST_WAL, &number), SQLITE_OK);
  number = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_POWERSAFE_OVERWRITE, &number), SQLITE_OK);
  EXPECT_EQ(number, 1);

  EXPECT_EQ(Control(db, SQLITE_FCNTL_LOCKSTATE, &number), SQLITE_OK);
  EXPECT_EQ(number, SQLITE_LOCK_SHARED) << "SHARED is kept for as long as the log is in use";
  EXPECT_EQ(Control(db, SQLITE_FCNTL_LAST_ERRNO, &number), SQLITE_OK);

  char* text = nullptr;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_VFSNAME, &text), SQLITE_OK);
  EXPECT_EQ(std::string(text), place().Vfs(0));
  sqlite3_free(text);
  text = nullptr;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_TEMPFILENAME, &text), SQLITE_OK);
  EXPECT_NE(std::string(text), "");
  sqlite3_free(text);

  int chunk = 1 << 20;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_CHUNK_SIZE, &chunk), SQLITE_OK);
  sqlite3_int64 hint = 100000;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_SIZE_HINT, &hint), SQLITE_OK);
  sqlite3_int64 mmap = 1 << 20;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_MMAP_SIZE, &mmap), SQLITE_OK);
  mmap = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_MMAP_SIZE, &mmap), SQLITE_OK);
  EXPECT_EQ(mmap, 1 << 20);
  int timeout = 50;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_LOCK_TIMEOUT, &timeout), SQLITE_OK);
  EXPECT_EQ(timeout, 0) << "the timeout before";
  timeout = 0;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_LOCK_TIMEOUT, &timeout), SQLITE_OK);
  EXPECT_EQ(Control(db, 987654321, &number), SQLITE_NOTFOUND);
}

TEST_P(Methods, TheDataVersionTellsOfOthersCommits) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  Database other = Open();
  const auto version = [&] { return db.Int("PRAGMA data_version"); };
  const int64_t before = version();
  db.Run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(version(), before);
  other.Run("INSERT INTO t VALUES (2)");
  EXPECT_NE(version(), before);
}

TEST_P(Methods, SomebodyElseReads) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  int reads = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_EXTERNAL_READER, &reads), SQLITE_OK);
  EXPECT_EQ(reads, 0);
  db.Run("BEGIN; SELECT * FROM t");
  EXPECT_EQ(Control(db, SQLITE_FCNTL_EXTERNAL_READER, &reads), SQLITE_OK);
  EXPECT_EQ(reads, 0);
  db.Run("COMMIT");
}

TEST_P(Methods, ExternalReadersAreThoseOfOtherClients) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Database other = Open();
  other.Run("BEGIN; SELECT * FROM t");
  int reads = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_EXTERNAL_READER, &reads), SQLITE_OK);
  EXPECT_EQ(reads, place().clients() == 2) << "as in os_unix.c, where one process is one client";
}

constexpr int64_t kMostInPlace = 0x7fff0000;  // SQLITE_MAX_MMAP_SIZE of this build.

TEST_P(Methods, TheMmapSizeIsCapped) {
  Database db = Open();
  EXPECT_EQ(db.Int("PRAGMA mmap_size = 99999999999"), kMostInPlace);
  EXPECT_EQ(db.Int("PRAGMA mmap_size"), kMostInPlace);
  EXPECT_EQ(db.Int("PRAGMA mmap_size = 65536"), 65536);
  EXPECT_EQ(db.Int("PRAGMA mmap_size = 0"), 0);
  EXPECT_EQ(db.Int("PRAGMA mmap_size = -1"), kMostInPlace) << "the default";
}

TEST_P(Methods, TemporaryFilesAnswerFileControls) {
  Database db("", place().Vfs());
  db.Run("PRAGMA cache_size = 1; CREATE TABLE t(x);" + InsertBlobs("t", 100, 4000));
  int number = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_LOCKSTATE, &number), SQLITE_OK);
  EXPECT_EQ(Control(db, SQLITE_FCNTL_LAST_ERRNO, &number), SQLITE_OK);
  EXPECT_EQ(number, 0);
  EXPECT_EQ(Control(db, SQLITE_FCNTL_HAS_MOVED, &number), SQLITE_OK);
  EXPECT_EQ(number, 0);
  EXPECT_EQ(Control(db, SQLITE_FCNTL_EXTERNAL_READER, &number), SQLITE_OK);
  EXPECT_EQ(number, 0);
  number = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_PERSIST_WAL, &number), SQLITE_OK);
  EXPECT_EQ(number, 0);
  number = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_POWERSAFE_OVERWRITE, &number), SQLITE_OK);
  number = 0;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_LOCK_TIMEOUT, &number), SQLITE_OK);
  int chunk = 1 << 20;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_CHUNK_SIZE, &chunk), SQLITE_OK);
  sqlite3_int64 hint = 100000;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_SIZE_HINT, &hint), SQLITE_OK);
  for (const int operation : {SQLITE_FCNTL_VFSNAME, SQLITE_FCNTL_TEMPFILENAME}) {
    char* text = nullptr;
    EXPECT_EQ(Control(db, operation, &text), SQLITE_OK) << operation;
    const std::string told = text != nullptr ? text : "";
    EXPECT_NE(told, "");
    EXPECT_EQ(operation == SQLITE_FCNTL_VFSNAME, told == place().Vfs()) << told;
    sqlite3_free(text);
  }
  EXPECT_EQ(db.Rows("PRAGMA mmap_size = 99999999999"), std::to_string(kMostInPlace));
  EXPECT_EQ(db.Rows("PRAGMA mmap_size = 4096; PRAGMA mmap_size"), "4096 4096");
  EXPECT_EQ(Control(db, 987654321, &number), SQLITE_NOTFOUND);
  EXPECT_EQ(db.Rows("SELECT count(*), sum(length(x)) FROM t; PRAGMA integrity_check"),
            "100|400000 ok");
}

TEST_P(Methods, AskingForTheJournalModeReadsTheDatabase) {
  {
    Database writer = Open();
    writer.Run("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    Database asker = place().OpenBare("app.sqlite");
    EXPECT_EQ(asker.Rows("PRAGMA journal_mode"), "wal");
    int frames = -1;
    int moved = -1;
    EXPECT_EQ(
        sqlite3_wal_checkpoint_v2(asker.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved),
        SQLITE_OK);
    EXPECT_GT(frames, 0);
    EXPECT_EQ(moved, frames);
  }
  Database holder = place().OpenBare("app.sqlite");
  holder.Run("PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (2)");
  Database late = place().OpenBare("app.sqlite");
  EXPECT_EQ(late.Exec("PRAGMA journal_mode"), SQLITE_BUSY);
}

TEST_P(Methods, AskingForTheJournalModeOfANewDatabaseWaitsForItsCreator) {
  Database creator = place().OpenBare("app.sqlite");
  creator.Run("BEGIN EXCLUSIVE; CREATE TABLE t(x)");
  Database asker = place().OpenBare("app.sqlite");
  EXPECT_EQ(asker.Exec("PRAGMA journal_mode"), SQLITE_BUSY);
  const auto commit = [](void* creator_, int times) {
    if (times == 2) static_cast<Database*>(creator_)->Run("COMMIT");
    return 1;
  };
  sqlite3_busy_handler(asker.get(), commit, &creator);
  EXPECT_EQ(asker.Rows("PRAGMA journal_mode"), place().is_unix() ? "delete" : "wal");
  EXPECT_EQ(asker.Rows("SELECT count(*) FROM t"), "0");
}

INSTANTIATE_TEST_SUITE_P(In, Methods, Everywhere(), ProviderName);

class OwnMethods : public Methods {};

TEST_P(OwnMethods, PathsAreNamesInOneFolder) {
  EXPECT_EQ(Full("app.sqlite"), "/app.sqlite");
  EXPECT_EQ(Full("/app.sqlite"), "/app.sqlite");
  EXPECT_EQ(Full("//a///b/./c"), "/a/b/c");
  EXPECT_EQ(Full("./a"), "/a");
  EXPECT_EQ(Full("/a/../b"), "/a/../b") << "there are no folders to go up in";
  EXPECT_EQ(Full("größe %41 'x' \"y\" ?"), "/größe %41 'x' \"y\" ?");
  EXPECT_EQ(Full(std::string(239, 'x')), "/" + std::string(239, 'x'));
  EXPECT_EQ(Full(std::string(240, 'x')), "error 14");
  EXPECT_EQ(LastError(), "the path is too long: it may have 240 bytes");
  EXPECT_EQ(Full(std::string(2000, 'x')), "error 14");
  for (const char* none : {"", "/", "//", ".", "/./", "///."}) {
    EXPECT_EQ(Full(none), "error 14") << none;
    EXPECT_EQ(LastError(), "the path names no file");
  }
  const char* region[] = {"region", "other"};
  EXPECT_EQ(Full("a", region, 1), "/@other/a");
  const char* empty[] = {"region", ""};
  EXPECT_EQ(Full("a", empty, 1), "/a");
}

TEST_P(OwnMethods, OddNamesAreDatabasesLikeAnyOther) {
  std::set<std::string> names = {"größe 日本", "with space", "a/b/c", "%41",
                                 "'quoted'",   "-",          "..",    std::string(239, 'y')};
  for (const std::string& name : names) {
    Database db(name, place().Vfs(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    EXPECT_EQ(std::string(sqlite3_db_filename(db.get(), "main")), "/" + name);
  }
  for (const std::string& name : names) {
    Database db("//" + name, place().Vfs(1), SQLITE_OPEN_READWRITE);
    EXPECT_EQ(db.Rows("SELECT x FROM t; PRAGMA journal_mode = DELETE"), "1 delete") << name;
  }
}

TEST_P(OwnMethods, OpeningALogAsADatabaseIsRefusedInWords) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  EXPECT_EQ(Database("app.sqlite-wal", place().Vfs()).open_code(), SQLITE_CANTOPEN);
  EXPECT_NE(LastError().find("write-ahead log or a journal"), std::string::npos) << LastError();
}

TEST_P(OwnMethods, TheLastErrorIsASentenceOrNothing) {
  char message[10] = "untouched";
  EXPECT_EQ(place().RawVfs()->xGetLastError(place().RawVfs(), 0, message), 0);
  EXPECT_STREQ(message, "untouched");
  EXPECT_EQ(Database("nothing", place().Vfs(), SQLITE_OPEN_READWRITE).open_code(), SQLITE_CANTOPEN);
  EXPECT_EQ(LastError(),
            "there is no file /nothing in the region: open it with SQLITE_OPEN_CREATE");
  EXPECT_EQ(place().RawVfs()->xGetLastError(place().RawVfs(), 5, message), 1);
  EXPECT_STREQ(message, "ther");
}

TEST_P(OwnMethods, UriOptionsAreCheckedByName) {
  // Only a VFS without a runtime of its own, or a named region, takes options from the URI.
  const std::string region = "&region=" + UniqueName("glasswal-uri-test");
  const auto open = [&](const std::string& parameter) {
    return Database("file:/a?" + parameter + region, place().Vfs()).open_code();
  };
  for (const char* bad : {"max_database_bytes=12x", "max_database_bytes=-1", "stale_ms=1.5",
                          "max_database_bytes=", "region_bytes=99999999999999999999999"}) {
    EXPECT_EQ(open(bad), SQLITE_CANTOPEN) << bad;
    EXPECT_NE(LastError().find("must be a whole number"), std::string::npos) << LastError();
  }
  EXPECT_EQ(open("max_database_bytes=1"), SQLITE_CANTOPEN);
  EXPECT_NE(LastError().find("max_database_bytes is 1,"), std::string::npos) << LastError();
  EXPECT_EQ(open("stale_ms=0"), SQLITE_CANTOPEN);
  EXPECT_EQ(open("max_database_bytes=1048576&initial_database_bytes=65536"), SQLITE_OK);
}

TEST_P(OwnMethods, ANamedRegionByUriIsAnotherPlace) {
  const std::string region = UniqueName("glasswal-uri-place-test");
  Database here = Open();
  here.Run("CREATE TABLE t(x); INSERT INTO t VALUES ('here')");
  Database there("file:/app.sqlite?region=" + region, place().Vfs());
  ASSERT_EQ(there.open_code(), SQLITE_OK) << LastError();
  EXPECT_EQ(there.Rows("SELECT count(*) FROM sqlite_schema; PRAGMA journal_mode"), "0 wal");
  there.Run("CREATE TABLE t(x); INSERT INTO t VALUES ('there')");
  Database again("file:/app.sqlite?region=" + region, place().Vfs(1));
  EXPECT_EQ(again.Rows("SELECT x FROM t"), "there");
  here.Run("ATTACH 'file:/app.sqlite?region=" + region + "' AS o");
  EXPECT_EQ(here.Rows("SELECT t.x, u.x FROM t, o.t AS u"), "here|there");
  here.Run("VACUUM INTO 'file:/copy.sqlite?region=" + region + "'");
  EXPECT_EQ(Database("file:/copy.sqlite?region=" + region, place().Vfs()).Rows("SELECT x FROM t"),
            "here");
  here.Run("DETACH o");
  again.Close();
  there.Close();
  EXPECT_EQ(Runtime::Open(region).status().code(), StatusCode::kNotFound)
      << "the region ends with its last database";
}

TEST_P(OwnMethods, ANewDatabaseReservesWhatASizeHintAsksFor) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  sqlite3_int64 hint = 10 << 20;
  const uint64_t free_before = place().region().header()->free_segments.load();
  EXPECT_EQ(Control(db, SQLITE_FCNTL_SIZE_HINT, &hint), SQLITE_OK);
  EXPECT_EQ(place().Audit(false), "");
  EXPECT_NE(place().region().header()->free_segments.load(), free_before);
  hint = int64_t{1} << 40;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_SIZE_HINT, &hint), SQLITE_FULL);
  hint = -1;
  EXPECT_EQ(Control(db, SQLITE_FCNTL_SIZE_HINT, &hint), SQLITE_OK);
}

TEST_P(OwnMethods, NoRefusalIsKeptBeforeTheFirst) {
  Database db = Open();
  Refusal refusal;
  EXPECT_EQ(Control(db, kFcntlRefusal, &refusal), SQLITE_OK);
  EXPECT_FALSE(refusal.present);
}

TEST_P(OwnMethods, TimeSleepAndRandomness) {
  sqlite3_vfs* vfs = place().RawVfs();
  sqlite3_vfs* unix_vfs = sqlite3_vfs_find("unix");
  sqlite3_int64 ours = 0;
  sqlite3_int64 theirs = 0;
  double days = 0;
  EXPECT_EQ(vfs->xCurrentTimeInt64(vfs, &ours), SQLITE_OK);
  EXPECT_EQ(unix_vfs->xCurrentTimeInt64(unix_vfs, &theirs), SQLITE_OK);
  EXPECT_EQ(vfs->xCurrentTime(vfs, &days), SQLITE_OK);
  EXPECT_LT(std::abs(ours - theirs), 60000);
  EXPECT_LT(std::abs(days * 86400000.0 - static_cast<double>(theirs)), 60000);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(vfs->xSleep(vfs, 2000), 2000);
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(2));
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    std::string bytes(16, '\0');
    EXPECT_EQ(vfs->xRandomness(vfs, 16, bytes.data()), 16);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
}

TEST_P(OwnMethods, RegistrationIsChecked) {
  Runtime& runtime = place().runtime();
  EXPECT_EQ(runtime.RegisterVfs("", false).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(runtime.RegisterVfs("unix", false).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Runtime::UnregisterVfs("nosuch").code(), StatusCode::kNotFound);
  sqlite3_vfs* before = sqlite3_vfs_find(nullptr);
  EXPECT_TRUE(runtime.RegisterVfs("glasswal-default-test", true).ok());
  {
    Database db("by-default", "");
    db.Run("CREATE TABLE t(x)");
    EXPECT_GT(place().SizeOf("by-default"), 0);
  }
  EXPECT_TRUE(Runtime::UnregisterVfs("glasswal-default-test").ok());
  EXPECT_EQ(sqlite3_vfs_find(nullptr), before);
}

INSTANTIATE_TEST_SUITE_P(In, OwnMethods, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
