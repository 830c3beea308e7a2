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
# In WebAssembly an atomic store is an exchange, for the reason that port/atomic.h tells. Elsewhere it releases what was written
# before, to whoever loads by GLASSWAL_LOAD_ACQUIRE (read_barrier.h).
glasswal_replace("an atomic store" [==[
# define AtomicStore(PTR,VAL)  __atomic_store_n((PTR),(VAL),__ATOMIC_RELAXED)
]==] [==[
# ifdef __wasm__
#  define AtomicStore(PTR,VAL)  ((void)__atomic_exchange_n((PTR),(VAL),__ATOMIC_SEQ_CST))
# else
#  define AtomicStore(PTR,VAL)  __atomic_store_n((PTR),(VAL),__ATOMIC_RELEASE)
# endif
]==])

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
  }else if( nByte%64==0 && glasswalChecksum(a, 0, nByte, &s1, &s2) ){
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
# Where the VFS knows how, a frame is written in one call, and what makes the checksum of the page, and so reads all of it, copies it
# to its place in the log as well.
glasswal_replace("a frame and its place" [==[
  u8 *aData,                      /* Pointer to page data */
  u8 *aFrame                      /* OUT: Write encoded frame here */
){
]==] [==[
  u8 *aData,                      /* Pointer to page data */
  u8 *aFrame,                     /* OUT: Write encoded frame here */
  u8 *aTo                         /* OUT: Copy page data here, if not NULL */
){
]==])
glasswal_replace("a page and its place" [==[
    walChecksumBytes(nativeCksum, aData, pWal->szPage, aCksum, aCksum);

    sqlite3Put4byte(&aFrame[16], aCksum[0]);
    sqlite3Put4byte(&aFrame[20], aCksum[1]);
  }else{
    memset(&aFrame[8], 0, 16);
  }
}
]==] [==[
    if( aTo && nativeCksum && glasswalChecksum(aData, aTo, (int)pWal->szPage, &aCksum[0], &aCksum[1]) ){
      aTo = 0;
    }else{
      walChecksumBytes(nativeCksum, aData, pWal->szPage, aCksum, aCksum);
    }

    sqlite3Put4byte(&aFrame[16], aCksum[0]);
    sqlite3Put4byte(&aFrame[20], aCksum[1]);
  }else{
    memset(&aFrame[8], 0, 16);
  }
  if( aTo ) memcpy(aTo, aData, pWal->szPage);
}

/*
** What walWriteOneFrame() tells the VFS, and gets back in walFillFrame().
*/
typedef struct WalFrame WalFrame;
struct WalFrame {
  GlasswalFrame base;
  Wal *pWal;
  u32 nTruncate;
};

static void walFillFrame(GlasswalFrame *p, void *pHeader, void *pPageTo){
  const WalFrame *pFrame = (const WalFrame*)p;
  walEncodeFrame(pFrame->pWal, p->iPage, pFrame->nTruncate, (u8*)p->pPage, (u8*)pHeader, (u8*)pPageTo);
}
]==])
glasswal_replace("a frame that is written anew" [==[
      walEncodeFrame(pWal, iPgno, nDbSize, &aBuf[WAL_FRAME_HDRSIZE], aFrame);
]==] [==[
      walEncodeFrame(pWal, iPgno, nDbSize, &aBuf[WAL_FRAME_HDRSIZE], aFrame, 0);
]==])
glasswal_replace("a frame's header and page" [==[
  walEncodeFrame(p->pWal, pPage->pgno, nTruncate, pData, aFrame);
  rc = walWriteToLog(p, aFrame, sizeof(aFrame), iOffset);
  if( rc ) return rc;
]==] [==[
  if( p->iSyncPoint==0 && p->pWal->bFrameInParts==0 ){
    WalFrame frame;
    frame.base.pFile = p->pFd;
    frame.base.pPage = pData;
    frame.base.nPage = p->szPage;
    frame.base.nHeader = (int)sizeof(aFrame);
    frame.base.iPage = pPage->pgno;
    frame.base.iOffset = iOffset;
    frame.base.xFill = walFillFrame;
    frame.base.bAnswered = 0;
    frame.pWal = p->pWal;
    frame.nTruncate = nTruncate;
    rc = sqlite3OsFileControl(p->pFd, GLASSWAL_FCNTL_WRITE_FRAME, &frame.base);
    if( frame.base.bAnswered ) return rc;
    p->pWal->bFrameInParts = 1;
  }
  walEncodeFrame(p->pWal, pPage->pgno, nTruncate, pData, aFrame, 0);
  rc = walWriteToLog(p, aFrame, sizeof(aFrame), iOffset);
  if( rc ) return rc;
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
# What is looked at without the lock under which it is written is stored and loaded atomically: the read marks, and how far the log is
# copied. SQLite does so in most places, and not where a recovery ends, where a log begins anew, and where a checkpoint looks how far
# the last one came while a writer may begin the log anew. A compiler could make anything of those.
glasswal_replace("what a recovery resets" [==[
    pInfo->nBackfill = 0;
    pInfo->nBackfillAttempted = pWal->hdr.mxFrame;
    pInfo->aReadMark[0] = 0;
]==] [==[
    AtomicStore(&pInfo->nBackfill, 0);
    AtomicStore(&pInfo->nBackfillAttempted, pWal->hdr.mxFrame);
    AtomicStore(&pInfo->aReadMark[0], 0);
]==])

glasswal_replace("the read marks of a recovery" [==[
          pInfo->aReadMark[i] = pWal->hdr.mxFrame;
        }else{
          pInfo->aReadMark[i] = READMARK_NOT_USED;
        }
]==] [==[
          AtomicStore(&pInfo->aReadMark[i], pWal->hdr.mxFrame);
        }else{
          AtomicStore(&pInfo->aReadMark[i], READMARK_NOT_USED);
        }
]==])

glasswal_replace("the read marks of a log that begins anew" [==[
  pInfo->nBackfillAttempted = 0;
  pInfo->aReadMark[1] = 0;
  for(i=2; i<WAL_NREADER; i++) pInfo->aReadMark[i] = READMARK_NOT_USED;
]==] [==[
  AtomicStore(&pInfo->nBackfillAttempted, 0);
  AtomicStore(&pInfo->aReadMark[1], 0);
  for(i=2; i<WAL_NREADER; i++) AtomicStore(&pInfo->aReadMark[i], READMARK_NOT_USED);
]==])

glasswal_replace("how far a checkpoint means to come" [==[
        pInfo->nBackfillAttempted = mxSafeFrame; SEH_INJECT_FAULT;
]==] [==[
        AtomicStore(&pInfo->nBackfillAttempted, mxSafeFrame); SEH_INJECT_FAULT;
]==])

glasswal_replace("whether there is anything to copy" [==[
  pInfo = walCkptInfo(pWal);
  if( pInfo->nBackfill<pWal->hdr.mxFrame ){
]==] [==[
  pInfo = walCkptInfo(pWal);
  if( AtomicLoad(&pInfo->nBackfill)<pWal->hdr.mxFrame ){
]==])

glasswal_replace("what there is to copy" [==[
    if( pInfo->nBackfill<mxSafeFrame ){
      rc = walIteratorInit(pWal, pInfo->nBackfill, &pIter);
]==] [==[
    if( AtomicLoad(&pInfo->nBackfill)<mxSafeFrame ){
      rc = walIteratorInit(pWal, AtomicLoad(&pInfo->nBackfill), &pIter);
]==])

glasswal_replace("from where on a checkpoint copies" [==[
      u32 nBackfill = pInfo->nBackfill;
]==] [==[
      u32 nBackfill = AtomicLoad(&pInfo->nBackfill);
]==])

glasswal_replace("whether all of it was copied" [==[
    SEH_INJECT_FAULT;
    if( pInfo->nBackfill<pWal->hdr.mxFrame ){
      rc = SQLITE_BUSY;
]==] [==[
    SEH_INJECT_FAULT;
    if( AtomicLoad(&pInfo->nBackfill)<pWal->hdr.mxFrame ){
      rc = SQLITE_BUSY;
]==])

glasswal_replace("what a checkpoint tells of itself" [==[
        if( pnCkpt ) *pnCkpt = (int)(walCkptInfo(pWal)->nBackfill);
]==] [==[
        if( pnCkpt ) *pnCkpt = (int)AtomicLoad(&walCkptInfo(pWal)->nBackfill);
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
# Whoever begins to read the snapshot that it had before takes the mark that it had before, if that still stands for it. What
# walTryBeginRead() looks at under the lock is looked at here, too; whatever is not as expected is left to it. The number of
# backfilled frames is read before the header, as there.
#
# A mark may stay behind the snapshot: walTryBeginRead() takes an older one where it cannot move any. A statement that writes,
# and is a transaction of its own, leaves its mark where it is for some frames, since it ends soon: to move it takes as long as
# to take it. Others who copy the log meanwhile stop at the mark; where the transaction outlasts the statement, it catches up.
glasswal_replace("what the log remembers of the last reading" [==[
  u8 bFrameInParts;          /* The VFS does not know GLASSWAL_FCNTL_WRITE_FRAME */
]==] [==[
  u8 bFrameInParts;          /* The VFS does not know GLASSWAL_FCNTL_WRITE_FRAME */
  u8 bBrief;                 /* The transaction that begins is a single statement that writes */
  u8 bLags;                  /* The read mark is behind for that reason */
  i8 iLastMark;              /* The read mark of the last transaction, or -1 */
]==])
glasswal_replace("a new log that nobody has read" [==[
  pRet->bBlocking = 1;
]==] [==[
  pRet->bBlocking = 1;
  pRet->iLastMark = -1;
]==])
glasswal_replace("a statement that writes" [==[
    rc = sqlite3BtreeBeginTrans(pBt, pOp->p2, &iMeta);
    testcase( rc==SQLITE_BUSY_SNAPSHOT );
]==] [==[
    Wal *pWal = pBt->pBt->pPager->pWal;
    /* BEGIN IMMEDIATE and EXCLUSIVE have no P5 */
    if( pWal ) pWal->bBrief = pOp->p2 && pOp->p5 && db->autoCommit;
    rc = sqlite3BtreeBeginTrans(pBt, pOp->p2, &iMeta);
    if( pWal ) pWal->bBrief = 0;
    testcase( rc==SQLITE_BUSY_SNAPSHOT );
]==])
glasswal_replace("the begin of a transaction" [==[
  do{
    rc = walTryBeginRead(pWal, pChanged, 0, &cnt);
  }while( rc==WAL_RETRY );
]==] [==[
  if( walBeginSame(pWal) ) return SQLITE_OK;
  do{
    rc = walTryBeginRead(pWal, pChanged, 0, &cnt);
  }while( rc==WAL_RETRY );
]==])
glasswal_replace("the same snapshot" [==[
static int walBeginReadTransaction(Wal *pWal, int *pChanged){
]==] [==[
#define WAL_BRIEF_LAG 8      /* How far a mark may stay behind a transaction of one statement */

/*
** Whether both headers of the wal-index are what the connection has.
*/
static SQLITE_NO_TSAN int walIsSameHdr(Wal *pWal){
  typedef u64 Word __attribute__((aligned(4), may_alias));
  const Word *aOne = (const Word*)&walIndexHdr(pWal)[0];
  const Word *aTwo = (const Word*)&walIndexHdr(pWal)[1];
  const Word *aOwn = (const Word*)&pWal->hdr;
  u64 differ = 0;
  int k;
  for(k=0; k<(int)(sizeof(WalIndexHdr)/sizeof(Word)); k++){
    differ |= (aOne[k] ^ aOwn[k]) | (aTwo[k] ^ aOwn[k]);
  }
  return differ==0;
}

/*
** Whether read mark i stands for the snapshot of the connection while nBackfill frames are in the database.
*/
static int walIsMarkOfHdr(Wal *pWal, volatile WalCkptInfo *pInfo, int i, u32 nBackfill){
  u32 iMark;
  if( i==0 ) return nBackfill==pWal->hdr.mxFrame;
  iMark = AtomicLoad(pInfo->aReadMark+i);
  return nBackfill<=iMark && iMark<=pWal->hdr.mxFrame
      && pWal->hdr.mxFrame-iMark<=(pWal->bBrief ? WAL_BRIEF_LAG : 0)
      && nBackfill!=pWal->hdr.mxFrame;
}

/*
** Begin to read the snapshot of the last transaction, with its mark. Return 0, and change nothing, if there may be another one,
** or the mark cannot be had at once.
*/
static int walBeginSame(Wal *pWal){
  const int i = pWal->iLastMark;
  volatile WalCkptInfo *pInfo;
  u32 nBackfill;
  if( i<0 || pWal->bBlocking || pWal->exclusiveMode!=WAL_NORMAL_MODE || pWal->bShmUnreliable ) return 0;
  /* An attempt that failed may have unmapped the wal-index, or left a header that was refused */
  if( pWal->apWiData[0]==0 || pWal->hdr.isInit==0 || pWal->hdr.iVersion!=WALINDEX_MAX_VERSION ) return 0;
#ifdef SQLITE_ENABLE_SNAPSHOT
  if( pWal->pSnapshot || pWal->bGetSnapshot ) return 0;
#endif
  pInfo = walCkptInfo(pWal);
  if( AtomicLoad(&walIndexHdr(pWal)->iChange)!=pWal->hdr.iChange ) return 0;
  if( !walIsMarkOfHdr(pWal, pInfo, i, AtomicLoad(&pInfo->nBackfill)) ) return 0;
  if( walLockShared(pWal, WAL_READ_LOCK(i))!=SQLITE_OK ) return 0;
  nBackfill = GLASSWAL_LOAD_ACQUIRE(&pInfo->nBackfill);
  if( (i==0 || walIsMarkOfHdr(pWal, pInfo, i, nBackfill)) && walIsSameHdr(pWal) ){
    if( i>0 ){
      pWal->minFrame = nBackfill+1;
      pWal->bLags = AtomicLoad(pInfo->aReadMark+i)!=pWal->hdr.mxFrame;
    }
    pWal->readLock = (i16)i;
    return 1;
  }
  walUnlockShared(pWal, WAL_READ_LOCK(i));
  return 0;
}

static int walBeginReadTransaction(Wal *pWal, int *pChanged){
]==])
glasswal_replace("the end of a reading" [==[
    walUnlockShared(pWal, WAL_READ_LOCK(pWal->readLock));
    pWal->readLock = -1;
  }
}
]==] [==[
    walUnlockShared(pWal, WAL_READ_LOCK(pWal->readLock));
    pWal->iLastMark = (i8)pWal->readLock;
    pWal->readLock = -1;
    pWal->bLags = 0;
  }
}

/*
** The transaction was not brief after all: others still read in it. Give it a mark that stands for what it reads, if there is one.
** The old one is kept until then, so that nothing is copied in between that it must not see.
*/
static void walCatchUp(Wal *pWal){
  const int iOld = pWal->readLock;
  volatile WalCkptInfo *pInfo;
  int i;
  pInfo = walCkptInfo(pWal);
  for(i=1; i<WAL_NREADER; i++){
    if( i==iOld || walLockExclusive(pWal, WAL_READ_LOCK(i), 1)!=SQLITE_OK ) continue;
    AtomicStore(pInfo->aReadMark+i, pWal->hdr.mxFrame);
    walUnlockExclusive(pWal, WAL_READ_LOCK(i), 1);
    if( walLockShared(pWal, WAL_READ_LOCK(i))!=SQLITE_OK ) continue;
    if( AtomicLoad(pInfo->aReadMark+i)!=pWal->hdr.mxFrame ){
      walUnlockShared(pWal, WAL_READ_LOCK(i));
      continue;
    }
    pWal->readLock = (i16)i;
    pWal->bLags = 0;
    walUnlockShared(pWal, WAL_READ_LOCK(iOld));
    return;
  }
}
]==])
glasswal_replace("the end of a statement that was not brief" [==[
    p->inTrans = TRANS_NONE;
    unlockBtreeIfUnused(pBt);
  }
]==] [==[
    p->inTrans = TRANS_NONE;
    unlockBtreeIfUnused(pBt);
  }
  if( pBt->inTransaction!=TRANS_NONE && pBt->pPager->pWal ){
    Wal *pWal = pBt->pPager->pWal;
    if( pWal->bLags && pWal->readLock>0 ){
      SEH_TRY {
        walCatchUp(pWal);
      }
      SEH_EXCEPT( (void)0; )
    }
  }
]==])

# The first table has room for some 4,000 entries, and a short log makes some hundred. When it begins anew, so many are taken out, in
# the place of setting all of it to zero, by the writer that has just found the old log complete, and still has WRITE, and only where
# the table has nothing beyond that log: then the entries are those of its frames, and lie in rows without a gap that begin at the
# hash of a page. Otherwise all is set to zero: somebody may have died while he took entries of a rollback out (walCleanupHash), and
# left a gap with entries behind it; and what a recovery leaves that has found no frame may be anything. Entries are taken out from
# the end, so that there is no gap either where somebody dies in the middle.
glasswal_replace("what the log remembers of the old one" [==[
  u8 bBrief;                 /* The transaction that begins is a single statement that writes */
]==] [==[
  u8 bBrief;                 /* The transaction that begins is a single statement that writes */
  u32 nOldFrame;             /* Frames of the log that this transaction has begun anew */
]==])
glasswal_replace("a log that begins anew" [==[
        walRestartHdr(pWal, salt1);
        walUnlockExclusive(pWal, WAL_READ_LOCK(1), WAL_NREADER-1);
]==] [==[
        pWal->nOldFrame = pWal->hdr.mxFrame;
        walRestartHdr(pWal, salt1);
        walUnlockExclusive(pWal, WAL_READ_LOCK(1), WAL_NREADER-1);
]==])
glasswal_replace("the end of the one that began it" [==[
    pWal->writeLock = 0;
    pWal->iReCksum = 0;
    pWal->truncateOnCommit = 0;
  }
  return SQLITE_OK;
]==] [==[
    pWal->writeLock = 0;
    pWal->iReCksum = 0;
    pWal->nOldFrame = 0;
    pWal->truncateOnCommit = 0;
  }
  return SQLITE_OK;
]==])
glasswal_replace("the begin of a table" [==[
      int nByte = (int)((u8*)&sLoc.aHash[HASHTABLE_NSLOT] - (u8*)sLoc.aPgno);
      assert( nByte>=0 );
      memset((void*)sLoc.aPgno, 0, nByte);
]==] [==[
      int nByte = (int)((u8*)&sLoc.aHash[HASHTABLE_NSLOT] - (u8*)sLoc.aPgno);
      assert( nByte>=0 );
      if( sLoc.iZero==0 && pWal->nOldFrame>0 && pWal->nOldFrame<HASHTABLE_NPAGE_ONE/4 && sLoc.aPgno[pWal->nOldFrame]==0 ){
        walTakeOutEntries(&sLoc);
      }else{
        memset((void*)sLoc.aPgno, 0, nByte);
      }
      pWal->nOldFrame = 0;
]==])
glasswal_replace("taking entries out" [==[
static int walIndexAppend(Wal *pWal, u32 iFrame, u32 iPage){
]==] [==[
static void walTakeOutEntries(WalHashLoc *pLoc){
  int n = 0;
  while( n<HASHTABLE_NPAGE_ONE && pLoc->aPgno[n] ) n++;
  while( n-- ){
    const int iFirst = walHash(pLoc->aPgno[n]);
    int nRow = 0;
    while( nRow<HASHTABLE_NSLOT && pLoc->aHash[(iFirst+nRow)&(HASHTABLE_NSLOT-1)] ) nRow++;
    while( nRow-- ) pLoc->aHash[(iFirst+nRow)&(HASHTABLE_NSLOT-1)] = 0;
    pLoc->aPgno[n] = 0;
  }
}

static int walIndexAppend(Wal *pWal, u32 iFrame, u32 iPage){
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

# ---------------------------------------------------------------------------------------------------------------------
# Keys of an ORDER BY or a DISTINCT name BINARY, where those of an index leave it out: both are compared by the short way
# (the sorter takes them for the same, too: sqlite3VdbeSorterInit). A BINARY that somebody has put in its place is called as ever.
glasswal_replace("what is BINARY" [==[
     && p->pKeyInfo->aColl[0]==0
    ){
      assert( flags & MEM_Str );
      p->u.z = p->aMem[0].z;
]==] [==[
     && sqlite3IsBinary(p->pKeyInfo->aColl[0])
    ){
      assert( flags & MEM_Str );
      p->u.z = p->aMem[0].z;
]==])

# ---------------------------------------------------------------------------------------------------------------------
# Whoever wants to know which statements run is told (GlasswalWatch in private_controls.h), and may end them. A statement that runs inside
# of another is a part of that. The end of one is when SQLite has made the checkpoint that it may lead to, or when it is reset. One that is
# ended leaves sqlite3_interrupt()'s flag alone: that stays as long as any statement of the connection is open, and ends all of them.
glasswal_replace("who watches" [==[
  DbClientData *pDbData;        /* sqlite3_set_clientdata() content */
]==] [==[
  DbClientData *pDbData;        /* sqlite3_set_clientdata() content */
  struct GlasswalWatch *pGlasswal; /* Who is told of statements */
  int nGlasswalStmt;            /* Statements that are prepared */
]==])
glasswal_replace("what is known of a statement" [==[
  int nScan;              /* Entries in aScan[] */
  ScanStatus *aScan;      /* Scan definitions for sqlite3_stmt_scanstatus() */
#endif
};
]==] [==[
  int nScan;              /* Entries in aScan[] */
  ScanStatus *aScan;      /* Scan definitions for sqlite3_stmt_scanstatus() */
#endif
  struct GlasswalWatch *pGlasswalFirst; /* The first watch, when it was last told of this statement */
  unsigned long long iGlasswalRow; /* What that remembers the statement by */
  u32 nGlasswalRow;       /* Rows of this run */
  u8 eGlasswalRuns;       /* This run is known, and not that it has ended: GLASSWAL_TOLD or GLASSWAL_UNTOLD */
  u8 eGlasswalSize;       /* GLASSWAL_LONG, GLASSWAL_SHORT or GLASSWAL_ALONE; 0: nobody has looked yet */
};
]==])
glasswal_replace("asking who watches" [==[
      sqlite3OsFileControlHint(pFile, SQLITE_FCNTL_PDB, (void*)&pBt->db);
]==] [==[
      GlasswalWatchPlace glasswalPlace;
      sqlite3OsFileControlHint(pFile, SQLITE_FCNTL_PDB, (void*)&pBt->db);
      glasswalPlace.ppFirst = &db->pGlasswal;
      glasswalPlace.db = db;
      /* The file of a shared cache may outlive the connection that has opened it. */
      if( (vfsFlags & SQLITE_OPEN_SHAREDCACHE)==0 ) sqlite3OsFileControlHint(pFile, GLASSWAL_FCNTL_WATCH, (void*)&glasswalPlace);
]==])
glasswal_replace("a statement is prepared" [==[
  db->pVdbe = p;
  assert( p->eVdbeState==VDBE_INIT_STATE );
]==] [==[
  db->pVdbe = p;
  glasswalPrepared(db, +1);
  assert( p->eVdbeState==VDBE_INIT_STATE );
]==])
glasswal_replace("telling of statements" [==[
SQLITE_PRIVATE Vdbe *sqlite3VdbeCreate(Parse *pParse){
]==] [==[
static void glasswalPrepared(sqlite3 *db, int nMore){
  GlasswalWatch *pWatch;
  db->nGlasswalStmt += nMore;
  for(pWatch=db->pGlasswal; pWatch; pWatch=pWatch->pNext){
    pWatch->xPrepared(pWatch, db->nGlasswalStmt);
  }
}
#define GLASSWAL_LONG  1
#define GLASSWAL_SHORT 2
#define GLASSWAL_ALONE 3     /* A short one that is a transaction of its own in autocommit mode */
#define GLASSWAL_TOLD   1
#define GLASSWAL_UNTOLD 2    /* By glasswalBeginShort(), to the first watch */
/* Whether one instruction of the statement may take long by itself. */
static SQLITE_NOINLINE u8 glasswalSize(Vdbe *p){
  int i;
  for(i=0; i<p->nOp; i++){
    switch( p->aOp[i].opcode ){
      case OP_Function:    case OP_PureFunc:  case OP_AggStep:   case OP_AggFinal:
      case OP_VFilter:     case OP_VNext:     case OP_VColumn:   case OP_VUpdate:
      case OP_VOpen:       case OP_VBegin:    case OP_VCreate:   case OP_VDestroy:
      case OP_SorterOpen:  case OP_Sort:      case OP_Count:     case OP_Clear:
      case OP_Destroy:     case OP_ParseSchema: case OP_SqlExec: case OP_IntegrityCk:
      case OP_Vacuum:      case OP_IncrVacuum: case OP_Checkpoint: case OP_JournalMode:
      case OP_ResetSorter: case OP_LoadAnalysis: case OP_Program: case OP_FkCheck:
      case OP_AutoCommit:  case OP_Savepoint:
        return GLASSWAL_LONG;
    }
  }
  return p->bIsReader ? GLASSWAL_ALONE : GLASSWAL_SHORT;
}
static SQLITE_NOINLINE void glasswalBeginTold(Vdbe *p){
  GlasswalWatch *pWatch = p->db->pGlasswal;
  if( GLASSWAL_LOAD(pWatch->pTracking)==GLASSWAL_TRACKS_NONE && pWatch->pNext==0 ) return;
  p->eGlasswalRuns = GLASSWAL_TOLD;
  /* It is no other's to remember by: that may be of another region, once the first database is detached. */
  if( p->pGlasswalFirst!=pWatch ){
    p->pGlasswalFirst = pWatch;
    p->iGlasswalRow = 0;
  }
  if( p->eGlasswalSize==0 ) p->eGlasswalSize = glasswalSize(p);
  if( p->eGlasswalSize==GLASSWAL_LONG ){
    pWatch->xBegin(pWatch, p, &p->iGlasswalRow, 0);
  }else{
    const int bAlone = p->eGlasswalSize==GLASSWAL_ALONE && p->db->autoCommit && pWatch->pNext==0;
    pWatch->xBegin(pWatch, p, &p->iGlasswalRow, bAlone ? 2 : 1);
  }
  while( (pWatch = pWatch->pNext)!=0 ){
    unsigned long long iRow = 0;
    pWatch->xBegin(pWatch, p, &iRow, 0);
  }
}
static void glasswalBegin(Vdbe *p){
  GlasswalWatch *pWatch = p->db->pGlasswal;
  p->nGlasswalRow = 0;
  if( p->eGlasswalSize>=GLASSWAL_SHORT && p->pGlasswalFirst==pWatch && pWatch->pNext==0
   && glasswalBeginShort(pWatch, p, p->iGlasswalRow, p->eGlasswalSize==GLASSWAL_ALONE && p->db->autoCommit)
  ){
    p->eGlasswalRuns = GLASSWAL_UNTOLD;
    return;
  }
  glasswalBeginTold(p);
}
static SQLITE_NOINLINE void glasswalEndTold(Vdbe *p){
  GlasswalWatch *pWatch;
  int rc = p->rc;
  /* sqlite3_step() prepares it anew and runs it again. */
  if( rc==SQLITE_SCHEMA && (p->prepFlags & SQLITE_PREPARE_SAVESQL)!=0 ) rc = SQLITE_OK;
  for(pWatch=p->db->pGlasswal; pWatch; pWatch=pWatch->pNext){
    if( (rc==SQLITE_OK || rc==SQLITE_DONE) && glasswalEndShort(pWatch, p, p->nGlasswalRow) ) continue;
    pWatch->xEnd(pWatch, p, p->nGlasswalRow, rc);
  }
}
static void glasswalEnd(Vdbe *p){
  const int bUntold = p->eGlasswalRuns==GLASSWAL_UNTOLD;
  p->eGlasswalRuns = 0;
  if( bUntold && p->rc==SQLITE_OK && p->db->pGlasswal==p->pGlasswalFirst
   && glasswalEndShort(p->pGlasswalFirst, p, p->nGlasswalRow)
  ){
    return;
  }
  glasswalEndTold(p);
}
static SQLITE_NOINLINE int glasswalIsCancelled(sqlite3 *db){
  GlasswalWatch *pWatch;
  for(pWatch=db->pGlasswal; pWatch; pWatch=pWatch->pNext){
    if( pWatch->xIsCancelled(pWatch) ) return 1;
  }
  return 0;
}
SQLITE_PRIVATE Vdbe *sqlite3VdbeCreate(Parse *pParse){
]==])
glasswal_replace("a statement is finalized" [==[
    if( p->pVNext ){
      p->pVNext->ppVPrev = p->ppVPrev;
    }
  }
  sqlite3DbNNFreeNN(db, p);
]==] [==[
    if( p->pVNext ){
      p->pVNext->ppVPrev = p->ppVPrev;
    }
    glasswalPrepared(db, -1);
  }
  sqlite3DbNNFreeNN(db, p);
]==])
glasswal_replace("a statement begins" [==[
      if( p->bIsReader ) db->nVdbeRead++;
      p->pc = 0;
      p->eVdbeState = VDBE_RUN_STATE;
    }else
]==] [==[
      if( p->bIsReader ) db->nVdbeRead++;
      p->pc = 0;
      p->eVdbeState = VDBE_RUN_STATE;
      if( db->pGlasswal && db->nVdbeExec==0 && p->zSql && !db->init.busy ) glasswalBegin(p);
    }else
]==])
glasswal_replace("a row" [==[
    assert( db->mallocFailed==0 );
    db->errCode = SQLITE_ROW;
    return SQLITE_ROW;
  }else{
]==] [==[
    assert( db->mallocFailed==0 );
    db->errCode = SQLITE_ROW;
    p->nGlasswalRow++;
    if( p->eGlasswalRuns && db->pGlasswal ) glasswalStand(db->pGlasswal, p);
    return SQLITE_ROW;
  }else{
]==])
glasswal_replace("a statement ends" [==[
      rc = sqlite3VdbeTransferError(p);
    }
  }

  db->errCode = rc;
]==] [==[
      rc = sqlite3VdbeTransferError(p);
    }
    if( p->eGlasswalRuns && p->eVdbeState!=VDBE_RUN_STATE ) glasswalEnd(p);
  }

  db->errCode = rc;
]==])
glasswal_replace("a statement is reset" [==[
  if( p->eVdbeState==VDBE_RUN_STATE ) sqlite3VdbeHalt(p);

  /* If the VDBE has been run even partially, then transfer the error code
]==] [==[
  if( p->eVdbeState==VDBE_RUN_STATE ) sqlite3VdbeHalt(p);
  if( p->eGlasswalRuns ) glasswalEnd(p);

  /* If the VDBE has been run even partially, then transfer the error code
]==])
# A thousand instructions are some 20 us, and asking costs nothing beside them. Where the application is asked as well (sqlite3_progress_handler)
# that goes on as it always has.
glasswal_replace("how far a statement runs" [==[
  }else{
    nProgressLimit = LARGEST_UINT64;
  }
#endif
  if( p->rc==SQLITE_NOMEM ){
]==] [==[
  }else{
    nProgressLimit = db->pGlasswal ? GLASSWAL_STEPS_PER_LOOK : LARGEST_UINT64;
  }
#endif
  if( p->rc==SQLITE_NOMEM ){
]==])
glasswal_replace("whether a statement may go on" [==[
  db->busyHandler.nBusy = 0;
  if( AtomicLoad(&db->u1.isInterrupted) ) goto abort_due_to_interrupt;
  sqlite3VdbeIOTraceSql(p);
]==] [==[
  db->busyHandler.nBusy = 0;
  if( AtomicLoad(&db->u1.isInterrupted) ) goto abort_due_to_interrupt;
  /* Whoever takes row by row may never come to GLASSWAL_STEPS_PER_LOOK in one call. */
  if( (p->nGlasswalRow & 15)==15 && db->pGlasswal && db->nVdbeExec==1 && glasswalIsCancelled(db) ){
    rc = SQLITE_INTERRUPT;
    goto abort_due_to_error;
  }
  sqlite3VdbeIOTraceSql(p);
]==])
glasswal_replace("whether a statement is to end" [==[
  while( nVmStep>=nProgressLimit && db->xProgress!=0 ){
    assert( db->nProgressOps!=0 );
]==] [==[
  while( nVmStep>=nProgressLimit ){
    if( db->pGlasswal && glasswalIsCancelled(db) ){
      rc = SQLITE_INTERRUPT;
      goto abort_due_to_error;
    }
    if( db->xProgress==0 ){
      nProgressLimit = db->pGlasswal ? nVmStep + GLASSWAL_STEPS_PER_LOOK : LARGEST_UINT64;
      continue;
    }
    assert( db->nProgressOps!=0 );
]==])

# ---------------------------------------------------------------------------------------------------------------------
# Which b-trees a transaction touches is noted, each once, by the number of its root, so that the VFS can tell whose contents a commit has
# changed (GlasswalTouched in private_controls.h). Every row comes and goes through one of these places. What writes pages without them
# (a backup, VACUUM, the pager of another SQLite) commits without the b-tree layer as well, or says so itself.
glasswal_replace("where roots are noted" [==[
  u8 *pTmpSpace;        /* Temp space sufficient to hold a single cell */
  int nPreformatSize;   /* Size of last cell written by TransferRow() */
};
]==] [==[
  u8 *pTmpSpace;        /* Temp space sufficient to hold a single cell */
  int nPreformatSize;   /* Size of last cell written by TransferRow() */
  GlasswalTouched glasswal; /* The b-trees that the present or last write transaction has touched */
};
]==])
glasswal_replace("what a cursor has noted" [==[
  void *pKey;               /* Saved key that was cursor last known position */
  /* All fields above are zeroed when the cursor is allocated.  See
]==] [==[
  void *pKey;               /* Saved key that was cursor last known position */
  u32 iGlasswalWrite;       /* GlasswalTouched.iWrite of the transaction in which its root is noted */
  /* All fields above are zeroed when the cursor is allocated.  See
]==])
glasswal_replace("noting a root" [==[
/*
** Legal values for BtCursor.curFlags
*/
]==] [==[
static void glasswalNoteRoot(BtShared *pBt, Pgno iRoot){
  GlasswalTouched *p = &pBt->glasswal;
  u32 i;
  for(i=p->nRoot; i>0; i--){
    if( p->aRoot[i-1]==iRoot ) return;
  }
  if( p->nRoot<GLASSWAL_MOST_ROOTS ){
    p->aRoot[p->nRoot++] = iRoot;
  }else{
    p->bMore = 1;
  }
}
static SQLITE_NOINLINE void glasswalNoteFirst(BtCursor *pCur){
  pCur->iGlasswalWrite = pCur->pBt->glasswal.iWrite;
  glasswalNoteRoot(pCur->pBt, pCur->pgnoRoot);
}
#define glasswalNote(C) if( (C)->iGlasswalWrite!=(C)->pBt->glasswal.iWrite ) glasswalNoteFirst(C)

/*
** Legal values for BtCursor.curFlags
*/
]==])
glasswal_replace("where the VFS finds the roots" [==[
      sqlite3OsFileControlHint(pFile, SQLITE_FCNTL_PDB, (void*)&pBt->db);
]==] [==[
      sqlite3OsFileControlHint(pFile, SQLITE_FCNTL_PDB, (void*)&pBt->db);
      sqlite3OsFileControlHint(pFile, GLASSWAL_FCNTL_TOUCHED, (void*)&pBt->glasswal);
]==])
glasswal_replace("nothing has been touched yet" [==[
    if( wrflag ){
      MemPage *pPage1 = pBt->pPage1;
]==] [==[
    if( wrflag ){
      MemPage *pPage1 = pBt->pPage1;
      if( ++pBt->glasswal.iWrite==0 ) pBt->glasswal.iWrite = 1;
      pBt->glasswal.nRoot = 0;
      pBt->glasswal.bMore = 0;
      pBt->glasswal.bComplete = 0;
]==])
glasswal_replace("all roots are known" [==[
    rc = sqlite3PagerCommitPhaseOne(pBt->pPager, zSuperJrnl, 0);
    sqlite3BtreeLeave(p);
]==] [==[
    pBt->glasswal.bComplete = 1;
    rc = sqlite3PagerCommitPhaseOne(pBt->pPager, zSuperJrnl, 0);
    sqlite3BtreeLeave(p);
]==])
glasswal_replace("a row comes" [==[
  if( pCur->curFlags & BTCF_Multiple ){
    rc = saveAllCursors(p->pBt, pCur->pgnoRoot, pCur);
]==] [==[
  glasswalNote(pCur);
  if( pCur->curFlags & BTCF_Multiple ){
    rc = saveAllCursors(p->pBt, pCur->pgnoRoot, pCur);
]==])
glasswal_replace("a row goes" [==[
  if( pCur->curFlags & BTCF_Multiple ){
    rc = saveAllCursors(pBt, pCur->pgnoRoot, pCur);
    if( rc ) return rc;
  }

  /* If this is a delete operation to remove a row from a table b-tree,
]==] [==[
  glasswalNote(pCur);
  if( pCur->curFlags & BTCF_Multiple ){
    rc = saveAllCursors(pBt, pCur->pgnoRoot, pCur);
    if( rc ) return rc;
  }

  /* If this is a delete operation to remove a row from a table b-tree,
]==])
glasswal_replace("a part of a row changes" [==[
  assert( pCsr->pPage->intKey );

  return accessPayload(pCsr, offset, amt, (unsigned char *)z, 1);
]==] [==[
  assert( pCsr->pPage->intKey );

  glasswalNote(pCsr);
  return accessPayload(pCsr, offset, amt, (unsigned char *)z, 1);
]==])
glasswal_replace("all rows go" [==[
  assert( p->inTrans==TRANS_WRITE );

  rc = saveAllCursors(pBt, (Pgno)iTable, 0);
]==] [==[
  assert( p->inTrans==TRANS_WRITE );

  glasswalNoteRoot(pBt, (Pgno)iTable);
  rc = saveAllCursors(pBt, (Pgno)iTable, 0);
]==])
glasswal_replace("a table comes" [==[
  zeroPage(pRoot, ptfFlags);
  sqlite3PagerUnref(pRoot->pDbPage);
]==] [==[
  glasswalNoteRoot(pBt, pgnoRoot);
  zeroPage(pRoot, ptfFlags);
  sqlite3PagerUnref(pRoot->pDbPage);
]==])
glasswal_replace("the number of the schema changes" [==[
  if( rc==SQLITE_OK ){
    put4byte(&pP1[36 + idx*4], iMeta);
]==] [==[
  if( rc==SQLITE_OK ){
    if( idx==BTREE_SCHEMA_VERSION ) glasswalNoteRoot(pBt, SCHEMA_ROOT);
    put4byte(&pP1[36 + idx*4], iMeta);
]==])
glasswal_replace("pages that are written as such" [==[
  pPager = sqlite3BtreePager(pBt);
  rc = sqlite3PagerGet(pPager, pgno, (DbPage**)&pDbPage, 0);
  if( rc==SQLITE_OK ){
    const void *pData = sqlite3_value_blob(argv[3]);
]==] [==[
  pPager = sqlite3BtreePager(pBt);
  pBt->pBt->glasswal.bMore = 1;
  rc = sqlite3PagerGet(pPager, pgno, (DbPage**)&pDbPage, 0);
  if( rc==SQLITE_OK ){
    const void *pData = sqlite3_value_blob(argv[3]);
]==])

# What has not changed need not be compiled again.
set(present "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" present)
endif()
if(NOT present STREQUAL source)
  file(WRITE "${OUTPUT}" "${source}")
endif()
