/* SQLite's amalgamation, and below it what only code of the same translation unit can do: pages of a
** database by their number, in the transactions of an ordinary connection. So another SQLite, which
** knows of glasswal only by a VFS in JavaScript (wasm/ts/adapters/wa_sqlite), shares a database with
** everybody else: log, locks, snapshots, limits and recovery are those of the connection.
**
** Nothing of the connection's b-tree is used but its transactions. The pages are the other side's,
** which never looks at them without one of these transactions, nor changes them without a write
** transaction. What it does look at lies in the database itself or behind the PagerView, where there
** is room for a page, until the next call.
**
** A transaction of the other side can end while it still reads. So a commit and a rollback end in a
** read transaction that has the snapshot of their end; glasswal_pager_end ends that one.
**
** Thread-safety: an instance has one thread. */
#include "module/pager_view.h"
#include "sqlite3.c"

#define GLASSWAL_EXPORT __attribute__((used, visibility("default")))
#define GLASSWAL_PAGER_FLAG(name, number) static const uint32_t name = number;
GLASSWAL_PAGER_FLAGS(GLASSWAL_PAGER_FLAG)
#undef GLASSWAL_PAGER_FLAG

/* Where the header of a database has what tells an empty one: counts of free pages, the schema's
** version, the largest root page, the user's version and the application's number, four bytes each;
** then the cells of the schema's table, two. */
static const int kHeaderFields[] = {36, 40, 52, 60, 68};
enum { kVersions = 18, kChangeCounter = 24, kValidFor = 92, kSchemaCells = 103 };

static Btree* TreeOf(sqlite3* db) { return db->aDb[0].pBt; }
static Pager* PagerOf(sqlite3* db) { return sqlite3BtreePager(TreeOf(db)); }

/* Whether the first page is as SQLite makes it, with nothing in it. */
static int IsEmpty(Pager* pager) {
  DbPage* page = 0;
  int empty = 1;
  size_t i;
  if (pager->dbSize != 1) return 0;
  if (sqlite3PagerGet(pager, 1, &page, 0) != SQLITE_OK) return 0;
  {
    const u8* bytes = sqlite3PagerGetData(page);
    for (i = 0; i < sizeof(kHeaderFields) / sizeof(kHeaderFields[0]); i++) {
      if (sqlite3Get4byte(bytes + kHeaderFields[i]) != 0) empty = 0;
    }
    if (get2byte(bytes + kSchemaCells) != 0) empty = 0;
  }
  sqlite3PagerUnref(page);
  return empty;
}

static void Look(sqlite3* db, struct PagerView* view) {
  Pager* pager = PagerOf(db);
  view->data_version = sqlite3PagerDataVersion(pager);
  view->page_size = (uint32_t)sqlite3BtreeGetPageSize(TreeOf(db));
  view->pages = pager->eState >= PAGER_READER ? pager->dbSize : 0;
  view->flags = (pagerUseWal(pager) ? kPagerInWal : 0) | (IsEmpty(pager) ? kPagerIsEmpty : 0) |
                (sqlite3BtreeTxnState(TreeOf(db)) == SQLITE_TXN_WRITE ? kPagerIsWriting : 0);
}

/* The write transaction that has made the first page of a new database ends, and another begins:
** by then the database is in WAL mode. Others may come in between. */
static int BeginAgain(Btree* tree) {
  int code = sqlite3PagerCommitPhaseOne(sqlite3BtreePager(tree), 0, 0);
  if (code == SQLITE_OK) code = sqlite3BtreeCommitPhaseTwo(tree, 0);
  if (code != SQLITE_OK) {
    sqlite3BtreeRollback(tree, SQLITE_OK, 0);
    return code;
  }
  return sqlite3BtreeBeginTrans(tree, 1, 0);
}

/* The other side has a cache, and the pages of a transaction pass through this one once. */
GLASSWAL_EXPORT int32_t glasswal_pager_open(sqlite3* db, int32_t cache_kib, int32_t page_size) {
  sqlite3BtreeSetCacheSize(TreeOf(db), -cache_kib);
  return page_size != 0 ? sqlite3BtreeSetPageSize(TreeOf(db), page_size, 0, 0) : SQLITE_OK;
}

GLASSWAL_EXPORT int32_t glasswal_pager_begin(sqlite3* db, int32_t write, int32_t timeout_ms,
                                             struct PagerView* view) {
  Btree* tree = TreeOf(db);
  int code;
  sqlite3_busy_timeout(db, timeout_ms);
  db->busyHandler.nBusy = 0;
  code = sqlite3BtreeBeginTrans(tree, write, 0);
  /* Only a new database has changed by that. */
  if (code == SQLITE_OK && write && !pagerUseWal(PagerOf(db)) && PagerOf(db)->dbSize == 1 &&
      PagerOf(db)->eState >= PAGER_WRITER_CACHEMOD) {
    code = BeginAgain(tree);
  }
  if (code == SQLITE_OK) Look(db, view);
  return code;
}

GLASSWAL_EXPORT void* glasswal_pager_read(sqlite3* db, uint32_t number, struct PagerView* view) {
  DbPage* page = 0;
  void* at;
  view->code = sqlite3PagerGet(PagerOf(db), number, &page, PAGER_GET_READONLY);
  if (view->code != SQLITE_OK) return 0;
  at = sqlite3PagerGetData(page);
  /* A cache that has more pages than it may have, or shares its limit with others that do, frees a page
  ** as soon as nobody refers to it, and the allocator writes into it. */
  if ((page->flags & PGHDR_MMAP) == 0) at = memcpy(view + 1, at, (size_t)PagerOf(db)->pageSize);
  sqlite3PagerUnref(page);
  return at;
}

GLASSWAL_EXPORT void* glasswal_pager_write(sqlite3* db, uint32_t number, struct PagerView* view) {
  DbPage* page = 0;
  void* at = 0;
  /* Outside of WAL mode a journal needs what was there before. */
  view->code = sqlite3PagerGet(PagerOf(db), number, &page,
                               pagerUseWal(PagerOf(db)) ? PAGER_GET_NOCONTENT : 0);
  if (view->code != SQLITE_OK) return 0;
  view->code = sqlite3PagerWrite(page);
  if (view->code == SQLITE_OK) at = sqlite3PagerGetData(page);
  sqlite3PagerUnref(page);
  view->pages = PagerOf(db)->dbSize;
  return at;
}

/* Of the first page the other side knows its own counts of changes, and no write-ahead log: those bytes
** stay as they are here. Where nothing else has changed there is nothing to write, as a transaction
** in a log need not write the first page. The last four bytes say whose SQLite has written it. */
GLASSWAL_EXPORT int32_t glasswal_pager_write_first(sqlite3* db, const uint8_t* bytes,
                                                   struct PagerView* view) {
  static const struct {
    int at, size;
  } kOurs[] = {{kVersions, 2}, {kChangeCounter, 4}, {kValidFor, 8}};
  Pager* pager = PagerOf(db);
  DbPage* page = 0;
  u8* now;
  int from = 0, changed = 0;
  size_t i;
  int code = sqlite3PagerGet(pager, 1, &page, 0);
  if (code != SQLITE_OK) return code;
  now = sqlite3PagerGetData(page);
  for (i = 0; i <= sizeof(kOurs) / sizeof(kOurs[0]); i++) {
    const int end = i < sizeof(kOurs) / sizeof(kOurs[0]) ? kOurs[i].at : (int)pager->pageSize;
    if (memcmp(now + from, bytes + from, (size_t)(end - from)) != 0) {
      if (!changed) code = sqlite3PagerWrite(page);
      if (code != SQLITE_OK) break;
      changed = 1;
      memcpy(now + from, bytes + from, (size_t)(end - from));
    }
    if (end != (int)pager->pageSize) from = end + kOurs[i].size;
  }
  sqlite3PagerUnref(page);
  view->pages = pager->dbSize;
  return code;
}

GLASSWAL_EXPORT void glasswal_pager_truncate(sqlite3* db, uint32_t pages, struct PagerView* view) {
  Pager* pager = PagerOf(db);
  if (pager->eState >= PAGER_WRITER_CACHEMOD && pages != 0 && pages < pager->dbSize) {
    sqlite3PagerTruncateImage(pager, pages);
  }
  view->pages = pager->dbSize;
}

/* Has the end of the write transaction that is now leave WRITE locked, for WriteOn(): a log in nobody
** else's hands gives up no lock. That end makes it an ordinary one again. */
static void KeepWrite(Pager* pager) {
  if (pagerUseWal(pager)) pager->pWal->exclusiveMode = WAL_EXCLUSIVE_MODE;
}

/* Goes on from reading to writing with the WRITE that was kept, or gives that up. A transaction may begin
** to write that has the lock already: SQLite takes it early where it can sleep for it. */
static void WriteOn(Btree* tree) {
  Wal* wal = sqlite3BtreePager(tree)->pWal;
  if (wal) {
    wal->exclusiveMode = WAL_NORMAL_MODE;
    wal->writeLock = 1;
  }
  if (sqlite3BtreeBeginTrans(tree, 1, 0) != SQLITE_OK && wal) sqlite3WalEndWriteTransaction(wal);
}

/* Has room for one more frame, whatever comes in between. What is there now is none. */
static int ReserveFrame(Pager* pager) {
  static const u8 kNoFrame[WAL_FRAME_HDRSIZE] = {0};
  Wal* wal = pager->pWal;
  const u32 frame = wal->hdr.mxFrame + 1;
  const i64 at = walFrameOffset(frame, (i64)pager->pageSize);
  volatile u32* index = 0;
  int code;
  /* What SQLite's own assertions want to see around this. */
  VVA_ONLY(wal->nSehTry++);
  code = walIndexPage(wal, walFramePage(frame), &index);
  VVA_ONLY(wal->nSehTry--);
  if (code == SQLITE_OK) code = sqlite3OsWrite(wal->pWalFd, kNoFrame, WAL_FRAME_HDRSIZE, at);
  if (code == SQLITE_OK) {
    code =
        sqlite3OsWrite(wal->pWalFd, pager->pTmpSpace, (int)pager->pageSize, at + WAL_FRAME_HDRSIZE);
  }
  return code;
}

/* The first phase of a commit: the pager's and not the tree's, which would move pages where the other
** side has asked for auto_vacuum, and has done that itself. */
static int WriteAll(Pager* pager) {
  return pager->eState == PAGER_WRITER_FINISHED ? SQLITE_OK
                                                : sqlite3PagerCommitPhaseOne(pager, 0, 0);
}

/* Writes all that a commit writes but for its last frame, for which there is room then: the commit
** does not fail for want of that. */
GLASSWAL_EXPORT int32_t glasswal_pager_prepare(sqlite3* db) {
  Pager* pager = PagerOf(db);
  PgHdr *page, *next;
  if (pager->eState < PAGER_WRITER_CACHEMOD) return SQLITE_OK;
  if (!pagerUseWal(pager)) return WriteAll(pager);
  /* One by one, as the pager itself does before a commit. The first page is the commit's own. */
  for (page = sqlite3PcacheDirtyList(pager->pPCache); page; page = next) {
    int code;
    next = page->pDirty;
    page->pDirty = 0;
    if (page->pgno == 1) continue;
    code = pagerWalFrames(pager, page, 0, 0);
    if (code != SQLITE_OK) return code;
    sqlite3PcacheMakeClean(page);
  }
  return ReserveFrame(pager);
}

/* Without a log whoever commits must be alone. */
GLASSWAL_EXPORT int32_t glasswal_pager_lock_out(sqlite3* db, int32_t timeout_ms) {
  sqlite3_busy_timeout(db, timeout_ms);
  db->busyHandler.nBusy = 0;
  return sqlite3PagerExclusiveLock(PagerOf(db));
}

GLASSWAL_EXPORT int32_t glasswal_pager_commit(sqlite3* db, int32_t keep_lock,
                                              struct PagerView* view) {
  Btree* tree = TreeOf(db);
  Pager* pager = PagerOf(db);
  int code = WriteAll(pager);
  if (code != SQLITE_OK) return code;
  if (keep_lock) KeepWrite(pager);
  db->nVdbeRead += 2;
  code = sqlite3BtreeCommitPhaseTwo(tree, 0);
  db->nVdbeRead -= 2;
  /* The tree has not seen the pages come and go, and would put its own count into the header. */
  if (code == SQLITE_OK) tree->pBt->nPage = pager->dbSize;
  if (keep_lock) WriteOn(tree);
  if (code != SQLITE_OK) return code;
  view->log_frames = (uint32_t)sqlite3PagerWalCallback(pager);
  Look(db, view);
  return SQLITE_OK;
}

GLASSWAL_EXPORT void glasswal_pager_rollback(sqlite3* db, int32_t keep_lock,
                                             struct PagerView* view) {
  Btree* tree = TreeOf(db);
  if (sqlite3BtreeTxnState(tree) == SQLITE_TXN_WRITE) {
    if (keep_lock) KeepWrite(PagerOf(db));
    db->nVdbeRead += 2;
    sqlite3BtreeRollback(tree, SQLITE_OK, 0);
    db->nVdbeRead -= 2;
    if (keep_lock) WriteOn(tree);
  }
  Look(db, view);
}

/* Copies the log into the database, as far as nobody needs it, and goes on in a transaction that lets the
** log begin anew. Nobody else writes in between. REQUIRES: a write transaction that has changed
** nothing. */
GLASSWAL_EXPORT int32_t glasswal_pager_renew(sqlite3* db, struct PagerView* view) {
  Btree* tree = TreeOf(db);
  Pager* pager = PagerOf(db);
  int code;
  if (!pagerUseWal(pager)) return SQLITE_OK;
  KeepWrite(pager);
  sqlite3BtreeCommitPhaseTwo(tree, 0);
  sqlite3BtreeCheckpoint(tree, SQLITE_CHECKPOINT_PASSIVE, 0, 0);
  code = sqlite3BtreeBeginTrans(tree, 0, 0);
  WriteOn(tree);
  if (code == SQLITE_OK) Look(db, view);
  return code;
}

/* Has the connection use no log, whatever the database says of itself; or use one again. */
GLASSWAL_EXPORT void glasswal_pager_ignore_wal(sqlite3* db, int32_t ignore) {
  u16* flags = &TreeOf(db)->pBt->btsFlags;
  *flags = ignore ? *flags | BTS_NO_WAL : *flags & ~BTS_NO_WAL;
}

/* Closes the log and uses a rollback journal, with the database for itself. Other than by PRAGMA
** journal_mode the database still says that it is in WAL mode, and is for whoever comes after this
** connection has died. REQUIRES: no transaction, locking_mode=exclusive. */
GLASSWAL_EXPORT int32_t glasswal_pager_leave_wal(sqlite3* db) {
  Btree* tree = TreeOf(db);
  Pager* pager = PagerOf(db);
  /* By that it has opened the log. */
  int code = sqlite3BtreeBeginTrans(tree, 0, 0);
  if (code == SQLITE_OK) code = sqlite3BtreeCommitPhaseTwo(tree, 0);
  if (code == SQLITE_OK && pagerUseWal(pager)) {
    code = sqlite3PagerCloseWal(pager, db);
    if (code == SQLITE_OK) sqlite3PagerSetJournalMode(pager, PAGER_JOURNALMODE_DELETE);
  }
  if (code != SQLITE_OK) return code;
  glasswal_pager_ignore_wal(db, 1);
  code = sqlite3BtreeBeginTrans(tree, 2, 0);
  if (code == SQLITE_OK) {
    sqlite3BtreeRollback(tree, SQLITE_OK, 0);
  } else {
    glasswal_pager_ignore_wal(db, 0);
  }
  return code;
}

/* What runs on the other side, as the connection's watch is told of statements: by what gives a text to
** sqlite3_sql(). The watch knows no more than these at a time. */
enum { kMostRuns = 8 };
struct PagerWatch {
  GlasswalWatch* watch;
  Vdbe runs[kMostRuns];
};

/* From here on the watch hears of the other side's statements alone, and not of what this side runs for its
** own purposes. */
GLASSWAL_EXPORT struct PagerWatch* glasswal_pager_watch(sqlite3* db) {
  struct PagerWatch* taken = db->pGlasswal ? sqlite3MallocZero(sizeof(*taken)) : 0;
  if (!taken) return 0;
  taken->watch = db->pGlasswal;
  db->pGlasswal = 0;
  return taken;
}

GLASSWAL_EXPORT void glasswal_pager_run(struct PagerWatch* watch, uint32_t run, const char* sql) {
  unsigned long long row = 0;
  watch->runs[run % kMostRuns].zSql = (char*)sql;
  watch->watch->xBegin(watch->watch, &watch->runs[run % kMostRuns], &row, 0);
}

GLASSWAL_EXPORT void glasswal_pager_ran(struct PagerWatch* watch, uint32_t run, uint32_t rows,
                                        int32_t code) {
  watch->watch->xEnd(watch->watch, &watch->runs[run % kMostRuns], rows, code);
}

GLASSWAL_EXPORT int32_t glasswal_pager_is_cancelled(struct PagerWatch* watch) {
  return watch->watch->xIsCancelled(watch->watch);
}

GLASSWAL_EXPORT void glasswal_pager_prepared(struct PagerWatch* watch, int32_t statements) {
  watch->watch->xPrepared(watch->watch, statements);
}

GLASSWAL_EXPORT void glasswal_pager_end(sqlite3* db) {
  Btree* tree = TreeOf(db);
  if (sqlite3BtreeTxnState(tree) == SQLITE_TXN_WRITE) {
    sqlite3BtreeRollback(tree, SQLITE_OK, 0);
  } else {
    sqlite3BtreeCommitPhaseTwo(tree, 0);
  }
}
