// An index of a log that is no longer in use must not be believed when the log is taken up again.
#include "multiprocess/stage.h"

namespace glasswal::test {
namespace {

using WalIndexReuse = Stage;

// With PERSIST_WAL and a size limit the log stays, empty, and SQLite does not ask for the index to
// be deleted. In between the database grows without either.
TEST_F(WalIndexReuse, IndexOfAKeptLogIsForgotten) {
  int persist = 1;
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1); PRAGMA journal_size_limit=0"));
  ASSERT_EQ(sqlite3_file_control(sql().db(), "main", SQLITE_FCNTL_PERSIST_WAL, &persist),
            SQLITE_OK);
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(2)"));
  ASSERT_EQ(sql().Text("PRAGMA journal_mode=DELETE"), "delete");
  ASSERT_TRUE(
      sql().Run("INSERT INTO t WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c "
                "WHERE i<1000) SELECT randomblob(1000) FROM c"));
  ASSERT_EQ(sql().Text("PRAGMA journal_mode=WAL"), "wal");
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t"), 1002) << sql().error();
  EXPECT_EQ(sql().Text("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace glasswal::test
