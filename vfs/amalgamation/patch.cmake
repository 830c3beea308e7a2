# Makes glasswal's SQLite out of the pinned amalgamation: a few places become faster, none works otherwise, and what is
# written is the same, byte for byte (tests/amalgamation).
#
#   cmake -DINPUT=sqlite3.c -DOUTPUT=patched/sqlite3.c -P patch.cmake
#
# Each place is found exactly once, or it is an error: another amalgamation needs another look. What is replaced is quoted,
# so that this can be read without the other file. The folder vfs has to be on the include path of whatever compiles
# the output.
cmake_minimum_required(VERSION 3.20)

file(READ "${INPUT}" source)

# Puts `new` where the source says `old`.
function(glasswal_replace what old new)
  string(FIND "${source}" "${old}" first)
  string(FIND "${source}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "glasswal: the place for '${what}' is not exactly once in ${INPUT}: is it another version of SQLite?")
  endif()
  string(REPLACE "${old}" "${new}" changed "${source}")
  set(source "${changed}" PARENT_SCOPE)
endfunction()

# ---------------------------------------------------------------------------------------------------------------------
# What the pager and the log need.
glasswal_replace("the headers" [==[
/******************* NOTES ON THE DESIGN OF THE PAGER ************************
]==] [==[
#include "amalgamation/private_controls.h"
#include "amalgamation/read_barrier.h"
#include "amalgamation/wal_checksum.h"

/******************* NOTES ON THE DESIGN OF THE PAGER ************************
]==])

# ---------------------------------------------------------------------------------------------------------------------
# The checksum of a frame is made of many words at a time (wal_checksum.h).
glasswal_replace("the checksum" [==[
  }else if( nByte%64==0 ){
    do {
      s1 += *aData++ + s2;
]==] [==[
  }else if( nByte%64==0 && glasswalChecksum(a, nByte, &s1, &s2) ){
    aData = aEnd;
  }else if( nByte%64==0 ){
    do {
      s1 += *aData++ + s2;
]==])

# ---------------------------------------------------------------------------------------------------------------------
# A list of one dirty page is in order as it is.
glasswal_replace("one dirty page" [==[
  for(p=pCache->pDirty; p; p=p->pDirtyNext){
    p->pDirty = p->pDirtyNext;
  }
  return pcacheSortDirtyList(pCache->pDirty);
]==] [==[
  p = pCache->pDirty;
  if( p!=0 && p->pDirtyNext==0 ){
    p->pDirty = 0;
    return p;
  }
  for(p=pCache->pDirty; p; p=p->pDirtyNext){
    p->pDirty = p->pDirtyNext;
  }
  return pcacheSortDirtyList(pCache->pDirty);
]==])

# ---------------------------------------------------------------------------------------------------------------------
# The VFS hears of a timeout for locks when there is one, or was: nearly always none follows none.
glasswal_replace("what the log remembers" [==[
#ifdef SQLITE_ENABLE_SETLK_TIMEOUT
  sqlite3 *db;
#endif
};

/*
** Candidate values for Wal.exclusiveMode.
]==] [==[
#ifdef SQLITE_ENABLE_SETLK_TIMEOUT
  sqlite3 *db;
#endif
  u8 bBlocking;              /* The VFS may have been given a timeout for locks */
  u8 bFrameInParts;          /* The VFS does not know GLASSWAL_FCNTL_WRITE_FRAME */
};

/*
** Candidate values for Wal.exclusiveMode.
]==])
glasswal_replace("giving a timeout" [==[
static int walEnableBlockingMs(Wal *pWal, int nMs){
  int rc = sqlite3OsFileControl(
      pWal->pDbFd, SQLITE_FCNTL_LOCK_TIMEOUT, (void*)&nMs
  );
  return (rc==SQLITE_OK);
}
]==] [==[
static int walEnableBlockingMs(Wal *pWal, int nMs){
  int rc;
  if( nMs==0 && pWal->bBlocking==0 ) return 1;
  pWal->bBlocking = nMs!=0;
  rc = sqlite3OsFileControl(
      pWal->pDbFd, SQLITE_FCNTL_LOCK_TIMEOUT, (void*)&nMs
  );
  return (rc==SQLITE_OK);
}
]==])
glasswal_replace("taking a timeout back" [==[
static void walDisableBlocking(Wal *pWal){
  int tmout = 0;
  sqlite3OsFileControl(pWal->pDbFd, SQLITE_FCNTL_LOCK_TIMEOUT, (void*)&tmout);
}
]==] [==[
static void walDisableBlocking(Wal *pWal){
  int tmout = 0;
  if( pWal->bBlocking==0 ) return;
  pWal->bBlocking = 0;
  sqlite3OsFileControl(pWal->pDbFd, SQLITE_FCNTL_LOCK_TIMEOUT, (void*)&tmout);
}
]==])

glasswal_replace("a new log" [==[
  pRet->pDbFd = pDbFd;
  pRet->readLock = -1;
]==] [==[
  pRet->pDbFd = pDbFd;
  pRet->bBlocking = 1;
  pRet->readLock = -1;
]==])

# ---------------------------------------------------------------------------------------------------------------------
# Header and page of a frame are written in one call, where the VFS knows how.
glasswal_replace("a frame's header and page" [==[
  walEncodeFrame(p->pWal, pPage->pgno, nTruncate, pData, aFrame);
  rc = walWriteToLog(p, aFrame, sizeof(aFrame), iOffset);
  if( rc ) return rc;
]==] [==[
  walEncodeFrame(p->pWal, pPage->pgno, nTruncate, pData, aFrame);
  if( p->iSyncPoint==0 && p->pWal->bFrameInParts==0 ){
    GlasswalFrame frame;
    frame.pFile = p->pFd;
    frame.pHeader = aFrame;
    frame.pPage = pData;
    frame.nHeader = (int)sizeof(aFrame);
    frame.nPage = p->szPage;
    frame.iOffset = iOffset;
    frame.bAnswered = 0;
    rc = sqlite3OsFileControl(p->pFd, GLASSWAL_FCNTL_WRITE_FRAME, &frame);
    if( frame.bAnswered ) return rc;
    p->pWal->bFrameInParts = 1;
  }
  rc = walWriteToLog(p, aFrame, sizeof(aFrame), iOffset);
  if( rc ) return rc;
]==])

# ---------------------------------------------------------------------------------------------------------------------
# The wal-index has one entry for each frame, in a table in which the entries of a page lie behind each other: a page that is
# written again and again has a long row of them. Where a page has an entry, all places from the first that it may take up to
# that one are taken (no entry is removed before those that were made after it), so the search for a free place may go on from
# there, and finds the same one.
glasswal_replace("what the log remembers of its index" [==[
  u8 bFrameInParts;          /* The VFS does not know GLASSWAL_FCNTL_WRITE_FRAME */
]==] [==[
  u8 bFrameInParts;          /* The VFS does not know GLASSWAL_FCNTL_WRITE_FRAME */
  u16 aLastKey[16];          /* Where entries were made last, by the low bits of the page's number */
]==])
glasswal_replace("a free place in the index" [==[
    nCollide = idx;
    for(iKey=walHash(iPage); sLoc.aHash[iKey]; iKey=walNextHash(iKey)){
      if( (nCollide--)==0 ) return SQLITE_CORRUPT_BKPT;
    }
    sLoc.aPgno[(idx-1)&(HASHTABLE_NPAGE-1)] = iPage;
    AtomicStore(&sLoc.aHash[iKey], (ht_slot)idx);
]==] [==[
    nCollide = idx;
    iKey = pWal->aLastKey[iPage % ArraySize(pWal->aLastKey)];
    if( sLoc.aHash[iKey]==0 || sLoc.aPgno[(sLoc.aHash[iKey]-1)&(HASHTABLE_NPAGE-1)]!=iPage ){
      iKey = walHash(iPage);
    }
    for(; sLoc.aHash[iKey]; iKey=walNextHash(iKey)){
      if( (nCollide--)==0 ) return SQLITE_CORRUPT_BKPT;
    }
    pWal->aLastKey[iPage % ArraySize(pWal->aLastKey)] = (u16)iKey;
    /* Atomic, so that no compiler moves it behind the entry: one that dies between the two leaves no entry without a page. */
    AtomicStore(&sLoc.aPgno[(idx-1)&(HASHTABLE_NPAGE-1)], iPage);
    AtomicStore(&sLoc.aHash[iKey], (ht_slot)idx);
]==])

# ---------------------------------------------------------------------------------------------------------------------
# A reader looks at the header of the wal-index, and at what was copied of the log, in the right order, which asks for less than
# the full barrier of the writer's side.
glasswal_replace("the reader's barrier" [==[
/*
** Add the SQLITE_NO_TSAN as part of the return-type of a function
]==] [==[
static void walReadBarrier(Wal *pWal){
#ifdef GLASSWAL_READ_BARRIER
  (void)pWal;
  GLASSWAL_READ_BARRIER();
#else
  walShmBarrier(pWal);
#endif
}

/*
** Add the SQLITE_NO_TSAN as part of the return-type of a function
]==])
glasswal_replace("between the copies of the header" [==[
  memcpy(&h1, (void *)&aHdr[0], sizeof(h1)); /* Possible TSAN false-positive */
  walShmBarrier(pWal);
]==] [==[
  memcpy(&h1, (void *)&aHdr[0], sizeof(h1)); /* Possible TSAN false-positive */
  walReadBarrier(pWal);
]==])
glasswal_replace("between the lock of mark 0 and the header" [==[
      rc = walLockShared(pWal, WAL_READ_LOCK(0));
      walShmBarrier(pWal);
]==] [==[
      rc = walLockShared(pWal, WAL_READ_LOCK(0));
      walReadBarrier(pWal);
]==])
glasswal_replace("between what was copied and the header" [==[
    pWal->minFrame = AtomicLoad(&pInfo->nBackfill)+1; SEH_INJECT_FAULT;
    walShmBarrier(pWal);
]==] [==[
    pWal->minFrame = AtomicLoad(&pInfo->nBackfill)+1; SEH_INJECT_FAULT;
    walReadBarrier(pWal);
]==])

# ---------------------------------------------------------------------------------------------------------------------
# The header of the wal-index is not verified again while it is the one that the connection has.
glasswal_replace("an unchanged header" [==[
  if( h1.isInit==0 ){
    return 1;   /* Malformed header - probably all zeros */
  }
  walChecksumBytes(1, (u8*)&h1, sizeof(h1)-sizeof(h1.aCksum), 0, aCksum);
]==] [==[
  if( h1.isInit==0 ){
    return 1;   /* Malformed header - probably all zeros */
  }
  if( memcmp(&pWal->hdr, &h1, sizeof(WalIndexHdr))==0 ){
    return 0;   /* It was verified, or made here, before it became the connection's own */
  }
  walChecksumBytes(1, (u8*)&h1, sizeof(h1)-sizeof(h1.aCksum), 0, aCksum);
]==])

# ---------------------------------------------------------------------------------------------------------------------
# The headers of pages that are used in place are kept while the snapshot is the same, by a transaction that has only read; a
# change of the snapshot, or the begin of a write, gives back all of them. A page is kept without a reference: nMmapOut does not
# count it, and the VFS does.
glasswal_replace("what the pager keeps" [==[
  PgHdr *pMmapFreelist;       /* List of free mmap page headers (pDirty) */
  /*
]==] [==[
  PgHdr *pMmapFreelist;       /* List of free mmap page headers (pDirty) */
  u8 bKeepMapped;             /* The transaction has only read, from a log */
  PgHdr *pKept;               /* List of the mmap pages that are kept (pDirtyNext) */
  PgHdr *apKept[256];         /* The same by the low bits of their numbers */
  u32 nKeptHit;               /* How often one of them was used */
  /*
]==])
glasswal_replace("a new snapshot" [==[
static void pager_reset(Pager *pPager){
  pPager->iDataVersion++;
]==] [==[
static void pagerForgetKept(Pager*);
static void pager_reset(Pager *pPager){
  pagerForgetKept(pPager);
  pPager->iDataVersion++;
]==])
glasswal_replace("a transaction that reads" [==[
    pager_reset(pPager);
    if( USEFETCH(pPager) ) sqlite3OsUnfetch(pPager->fd, 0, 0);
  }

  return rc;
}
#endif
]==] [==[
    pager_reset(pPager);
    if( USEFETCH(pPager) ) sqlite3OsUnfetch(pPager->fd, 0, 0);
  }
  pPager->bKeepMapped = rc==SQLITE_OK;

  return rc;
}
#endif
]==])
glasswal_replace("a transaction that writes" [==[
SQLITE_PRIVATE int sqlite3PagerBegin(Pager *pPager, int exFlag, int subjInMemory){
  int rc = SQLITE_OK;
]==] [==[
SQLITE_PRIVATE int sqlite3PagerBegin(Pager *pPager, int exFlag, int subjInMemory){
  int rc = SQLITE_OK;

  pPager->bKeepMapped = 0;
  pagerForgetKept(pPager);
]==])
glasswal_replace("the end of a reference" [==[
static void pagerReleaseMapPage(PgHdr *pPg){
  Pager *pPager = pPg->pPager;
  pPager->nMmapOut--;
  pPg->pDirty = pPager->pMmapFreelist;
  pPager->pMmapFreelist = pPg;

  assert( pPager->fd->pMethods->iVersion>=3 );
  sqlite3OsUnfetch(pPager->fd, (i64)(pPg->pgno-1)*pPager->pageSize, pPg->pData);
}
]==] [==[
static void pagerFreeMapPage(Pager *pPager, PgHdr *pPg){
  pPg->pDirty = pPager->pMmapFreelist;
  pPager->pMmapFreelist = pPg;

  assert( pPager->fd->pMethods->iVersion>=3 );
  sqlite3OsUnfetch(pPager->fd, (i64)(pPg->pgno-1)*pPager->pageSize, pPg->pData);
}

/*
** Take a page out of those that are kept.
*/
static void pagerUnkeep(Pager *pPager, PgHdr *pPg){
  pPager->apKept[pPg->pgno % ArraySize(pPager->apKept)] = 0;
  if( pPg->pDirtyPrev ){
    pPg->pDirtyPrev->pDirtyNext = pPg->pDirtyNext;
  }else{
    pPager->pKept = pPg->pDirtyNext;
  }
  if( pPg->pDirtyNext ) pPg->pDirtyNext->pDirtyPrev = pPg->pDirtyPrev;
}

/*
** Give back all pages that are kept. pPager->fd is open if there are any.
*/
static void pagerForgetKept(Pager *pPager){
  while( pPager->pKept ){
    PgHdr *pPg = pPager->pKept;
    pagerUnkeep(pPager, pPg);
    pagerFreeMapPage(pPager, pPg);
  }
}

static void pagerReleaseMapPage(PgHdr *pPg){
  Pager *pPager = pPg->pPager;
  pPager->nMmapOut--;
  if( pPager->bKeepMapped ){
    PgHdr **ppKept = &pPager->apKept[pPg->pgno % ArraySize(pPager->apKept)];
    PgHdr *pOld = *ppKept;
    if( pOld ){
      pagerUnkeep(pPager, pOld);
      pagerFreeMapPage(pPager, pOld);
    }
    pPg->pDirtyPrev = 0;
    pPg->pDirtyNext = pPager->pKept;
    if( pPager->pKept ) pPager->pKept->pDirtyPrev = pPg;
    pPager->pKept = pPg;
    *ppKept = pPg;
  }else{
    pagerFreeMapPage(pPager, pPg);
  }
}
]==])
glasswal_replace("the pager's end" [==[
  sqlite3BeginBenignMalloc();
  pagerFreeMapHdrs(pPager);
]==] [==[
  sqlite3BeginBenignMalloc();
  pPager->bKeepMapped = 0;
  pagerForgetKept(pPager);
  pagerFreeMapHdrs(pPager);
]==])
# A checkpoint and the end of the log may have the VFS unmap the database.
glasswal_replace("a checkpoint" [==[
  if( pPager->pWal ){
    rc = sqlite3WalCheckpoint(pPager->pWal, db, eMode,
]==] [==[
  if( pPager->pWal ){
    pagerForgetKept(pPager);
    rc = sqlite3WalCheckpoint(pPager->pWal, db, eMode,
]==])
glasswal_replace("the end of the log" [==[
    rc = pagerExclusiveLock(pPager);
    if( rc==SQLITE_OK ){
      rc = sqlite3WalClose(pPager->pWal, db, pPager->walSyncFlags,
]==] [==[
    rc = pagerExclusiveLock(pPager);
    if( rc==SQLITE_OK ){
      pagerForgetKept(pPager);
      rc = sqlite3WalClose(pPager->pWal, db, pPager->walSyncFlags,
]==])
glasswal_replace("the limit of what is used in place" [==[
    sz = pPager->szMmap;
    pPager->bUseFetch = (sz>0);
]==] [==[
    pagerForgetKept(pPager);
    sz = pPager->szMmap;
    pPager->bUseFetch = (sz>0);
]==])
glasswal_replace("controls of the caller's own" [==[
      int nSave = db->busyHandler.nBusy;
      rc = sqlite3OsFileControl(fd, op, pArg);
]==] [==[
      int nSave = db->busyHandler.nBusy;
      if( op==SQLITE_FCNTL_MMAP_SIZE ) pagerForgetKept(pPager);
#ifndef SQLITE_OMIT_WAL
      if( op==SQLITE_FCNTL_LOCK_TIMEOUT && pPager->pWal ) pPager->pWal->bBlocking = 1;
#endif
      rc = sqlite3OsFileControl(fd, op, pArg);
]==])
glasswal_replace("a page that is used in place" [==[
  if( bMmapOk && pagerUseWal(pPager) ){
    rc = sqlite3WalFindFrame(pPager->pWal, pgno, &iFrame);
    if( rc!=SQLITE_OK ){
      *ppPage = 0;
      return rc;
    }
  }
]==] [==[
  if( bMmapOk && pagerUseWal(pPager) ){
    pPg = pPager->apKept[pgno % ArraySize(pPager->apKept)];
    if( pPg && pPg->pgno==pgno ){
      assert( pPager->eState==PAGER_READER );
      pagerUnkeep(pPager, pPg);
      /* Now and then the VFS is asked all the same: it counts calls to see that somebody lives, and may have to refuse. */
      if( (++pPager->nKeptHit % 64)!=0 ){
        pPager->nMmapOut++;
        *ppPage = pPg;
        return SQLITE_OK;
      }
      pagerFreeMapPage(pPager, pPg);
    }
    pPg = 0;
    rc = sqlite3WalFindFrame(pPager->pWal, pgno, &iFrame);
    if( rc!=SQLITE_OK ){
      *ppPage = 0;
      return rc;
    }
  }
]==])

# ---------------------------------------------------------------------------------------------------------------------
# The VFS decides when a log that has become long is checkpointed; and how long that is, and how large a page, where nobody
# says it.
glasswal_replace("the automatic checkpoint" [==[
  if( nFrame>=SQLITE_PTR_TO_INT(pClientData) ){
    sqlite3BeginBenignMalloc();
]==] [==[
  int nLong = SQLITE_PTR_TO_INT(pClientData);
  if( nFrame>=nLong ){
    sqlite3_file_control(db, zDb, GLASSWAL_FCNTL_AUTOCHECKPOINT, &nLong);
  }
  /* Where the VFS has seen to it, the number is larger than any log. */
  if( nFrame>=nLong ){
    sqlite3BeginBenignMalloc();
]==])
glasswal_replace("how large a page is" [==[
        setSectorSize(pPager);
        assert(SQLITE_DEFAULT_PAGE_SIZE<=SQLITE_MAX_DEFAULT_PAGE_SIZE);
]==] [==[
        int nPageSize = SQLITE_DEFAULT_PAGE_SIZE;
        sqlite3OsFileControlHint(pPager->fd, GLASSWAL_FCNTL_PAGE_SIZE, &nPageSize);
        szPageDflt = (u32)nPageSize;
        setSectorSize(pPager);
        assert(SQLITE_DEFAULT_PAGE_SIZE<=SQLITE_MAX_DEFAULT_PAGE_SIZE);
]==])
glasswal_replace("how long a log becomes" [==[
  sqlite3_wal_autocheckpoint(db, SQLITE_DEFAULT_WAL_AUTOCHECKPOINT);
]==] [==[
  {
    int nFrame = SQLITE_DEFAULT_WAL_AUTOCHECKPOINT;
    sqlite3_file_control(db, 0, GLASSWAL_FCNTL_AUTOCHECKPOINT_FRAMES, &nFrame);
    sqlite3_wal_autocheckpoint(db, nFrame);
  }
]==])

# What has not changed need not be compiled again.
set(present "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" present)
endif()
if(NOT present STREQUAL source)
  file(WRITE "${OUTPUT}" "${source}")
endif()
