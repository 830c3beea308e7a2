/*
** What the patched SQLite (patch.cmake) and the VFS tell each other through xFileControl, beyond SQLite's own controls.
** Whoever does not know one says SQLITE_NOTFOUND, and SQLite goes on as it always has: so the patched SQLite works over
** every VFS, and the VFS under every SQLite.
**
** Plain C, for both include it. Thread-safety: as for the file that is asked.
*/
#ifndef GLASSWAL_VFS_AMALGAMATION_PRIVATE_CONTROLS_H_
#define GLASSWAL_VFS_AMALGAMATION_PRIVATE_CONTROLS_H_

/* C has no nullptr, and says (void). NOLINTBEGIN(modernize-redundant-void-arg,modernize-use-nullptr) */

/* To the file of the log: write one frame, its header and its page, in one call. Argument: GlasswalFrame*. */
#define GLASSWAL_FCNTL_WRITE_FRAME 0x676c0101

typedef struct GlasswalFrame GlasswalFrame;
struct GlasswalFrame {
  const void *pFile;      /* The sqlite3_file that SQLite itself would write to. Where another one is asked, a shim lies between, */
                          /* which has to see every write, and bAnswered stays 0. */
  const void *pPage;      /* nPage bytes, which follow */
  int nPage;
  int nHeader;            /* so many bytes of the header in the log. */
  unsigned int iPage;     /* The number of the page */
  long long iOffset;      /* Where the header goes */
  /* Called once by the VFS, when there is room: makes the header at pHeader, and at pPageTo, if that is not 0, a copy of the
  ** page, which costs next to nothing, since the page has to be read for the header anyway. */
  void (*xFill)(GlasswalFrame*, void *pHeader, void *pPageTo);
  int bAnswered;          /* OUT: 1 where the result code is that of the write; a stranger's is nothing */
};

/* To the file of a database: copy the log into the database if that is worth while now. Asked after each commit that leaves at
** least as many frames in the log as the connection wants to checkpoint at (PRAGMA wal_autocheckpoint). Argument: int*, that number of
** frames; where it is done, or better left alone, it becomes the largest there is, and else SQLite has to make the checkpoint. */
#define GLASSWAL_FCNTL_AUTOCHECKPOINT 0x676c0102

/* To the file of a database that has just been opened: at how many frames are logs checkpointed in its region (0: never)? And how
** large are the pages of a database that is made there? Argument: int*, left alone where it is not known. */
#define GLASSWAL_FCNTL_AUTOCHECKPOINT_FRAMES 0x676c0103
#define GLASSWAL_FCNTL_PAGE_SIZE 0x676c0104

/* To the file of a database that has just been opened: does anybody want to know which statements run on the connection? Whoever does
** puts a GlasswalWatch of its own into the list, and takes it out before the file is closed. Argument: GlasswalWatchPlace*. The list is
** used under the connection's mutex only, as the file is. */
#define GLASSWAL_FCNTL_WATCH 0x676c0105

/* Which connection of which file of its region it is. Argument: unsigned[2], the file's number and the connection's. */
#define GLASSWAL_FCNTL_PLACE 0x676c0106

/* To the file of a database that has just been opened: here is where SQLite notes which b-trees the transaction that writes has touched.
** Argument: GlasswalTouched*. It stays while the file is open, and changes under the connection's mutex only. */
#define GLASSWAL_FCNTL_TOUCHED 0x676c0107

#define GLASSWAL_MOST_ROOTS 64
typedef struct GlasswalTouched GlasswalTouched;
struct GlasswalTouched {
  unsigned int iWrite;    /* The number of the transaction, never 0: a cursor that has noted its root remembers it. */
  unsigned int nRoot;     /* So many of aRoot; too many where a part of the transaction was taken back, and never too few */
  unsigned char bMore;    /* There were others */
  unsigned char bComplete;/* The transaction was committed by the b-tree layer, which knows of all. The VFS clears it when it has read. */
  unsigned int aRoot[GLASSWAL_MOST_ROOTS];
};

typedef struct GlasswalWatch GlasswalWatch;
struct GlasswalWatch {
  GlasswalWatch *pNext;

  /* A short statement that ran last as well begins and ends without a call (below). One that is a transaction of its own has no time, and has
  ** ended for others, for whom pRunning says that it runs, when its transaction has. */
  unsigned long long iRow;           /* What the statement that ran last is remembered by; 0: the next one has to call */
  unsigned int nShort;               /* So many may run without a call */
  void *pShort;                      /* The one that does now */
  unsigned long long *pWord;         /* The watch's own word for the last run, */
  unsigned long long *pRunning;      /* where in the region it stands for others, */
  unsigned long long *pSince;        /* since when, */
  unsigned long long *pRows;         /* and how many rows it had. */
  unsigned long long *pTransaction;  /* Not 0 while the connection is in a transaction */
  const unsigned int *pTracking;     /* GLASSWAL_TRACKS where statements are followed, GLASSWAL_TRACKS_NONE where they are not */
  const unsigned int *pLevel;        /* From GLASSWAL_TELLS_ALL on each run is told of by an event */
  const unsigned long long *pAlive;  /* iAlive as long as the region may be written to, */
  unsigned long long iAlive;
  const unsigned int *pForks;        /* and so is this iForks. */
  unsigned int iForks;
  unsigned long long (*xNow)(void);  /* The time for pSince */

  /* A statement begins to run (its first sqlite3_step). *pRow is the watch's own to remember the statement by: it is 0 when the statement
  ** is new. Only the first watch of the list has it, all others get the address of a 0. isShort: no instruction of it takes long, so that
  ** it does before it has run GLASSWAL_STEPS_PER_LOOK of them only if the VFS makes it wait; 2: and it is a transaction of its own. */
  void (*xBegin)(GlasswalWatch*, void *pStmt, unsigned long long *pRow, int isShort);
  /* It has ended, after nRow rows, with the extended result code rc. */
  void (*xEnd)(GlasswalWatch*, void *pStmt, unsigned int nRow, int rc);
  /* So many statements are prepared now. */
  void (*xPrepared)(GlasswalWatch*, int nStmt);
  /* Asked every so many instructions: not 0 where the statement is to end with SQLITE_INTERRUPT. */
  int (*xIsCancelled)(GlasswalWatch*);
};
typedef struct GlasswalWatchPlace GlasswalWatchPlace;
struct GlasswalWatchPlace {
  GlasswalWatch **ppFirst;
  void *db;               /* The sqlite3* */
};
#define GLASSWAL_STEPS_PER_LOOK 1000
#define GLASSWAL_TRACKS 0            /* StatementTracking::kOn */
#define GLASSWAL_TRACKS_NONE 1       /* kOff */
#define GLASSWAL_TELLS_ALL 4         /* EventLevel::kDebug */
#define GLASSWAL_ONE_RUN (1ull<<17)  /* What a run adds to the word of the last one */
#define GLASSWAL_RUNS 1ull           /* The flag of it that says that the run goes on */

/* In WebAssembly every order is the strictest, and an exchange is the cheaper way to store (vfs/port/atomic.h): its build says so. What a
** processor stores costs less than the question whether it is worth storing. */
#define GLASSWAL_LOAD(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#if GLASSWAL_STORE_BY_EXCHANGE
# define GLASSWAL_STORE(p, v) ((void)__atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST))
# define GLASSWAL_ADD(p, n) do{ if( n ) GLASSWAL_STORE((p), GLASSWAL_LOAD(p) + (n)); }while( 0 )
#else
# define GLASSWAL_STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
# define GLASSWAL_ADD(p, n) GLASSWAL_STORE(p, GLASSWAL_LOAD(p) + (n))
#endif

static inline int glasswalMayWrite(const GlasswalWatch *p){
  return GLASSWAL_LOAD(p->pAlive)==p->iAlive && GLASSWAL_LOAD(p->pForks)==p->iForks;
}

/* pStmt, remembered by iRow, begins to run; bAlone: it is a transaction of its own. 0: this has to be told by xBegin. */
static inline int glasswalBeginShort(GlasswalWatch *p, void *pStmt, unsigned long long iRow, int bAlone){
  if( iRow==0 || iRow!=p->iRow || p->nShort==0 || p->pShort ) return 0;
  if( GLASSWAL_LOAD(p->pTracking)!=GLASSWAL_TRACKS || GLASSWAL_LOAD(p->pLevel)>=GLASSWAL_TELLS_ALL ) return 0;
  if( !glasswalMayWrite(p) ) return 0;
  p->nShort--;
  p->pShort = pStmt;
  *p->pWord += GLASSWAL_ONE_RUN;
  if( !bAlone || GLASSWAL_LOAD(p->pTransaction) ){
    GLASSWAL_STORE(p->pSince, p->xNow());
  }else if( GLASSWAL_LOAD(p->pSince) ){
    GLASSWAL_STORE(p->pSince, 0);
  }
  GLASSWAL_STORE(p->pRunning, *p->pWord | GLASSWAL_RUNS);
  return 1;
}

/* It stands on a row, and its caller may take his time. Where no transaction says that it runs (of a database that is locked for longer, or
** has no write-ahead log, or of another one) its time does. */
static inline void glasswalStand(GlasswalWatch *p, const void *pStmt){
  if( pStmt!=p->pShort || GLASSWAL_LOAD(p->pTransaction) || GLASSWAL_LOAD(p->pSince) ) return;
  if( glasswalMayWrite(p) ) GLASSWAL_STORE(p->pSince, p->xNow());
}

/* It has ended without a failure. 0: this has to be told by xEnd. */
static inline int glasswalEndShort(GlasswalWatch *p, const void *pStmt, unsigned int nRow){
  if( pStmt!=p->pShort ) return 0;
  p->pShort = 0;
  if( !glasswalMayWrite(p) ) return 1;
  GLASSWAL_ADD(p->pRows, nRow);
  /* What has no time has ended with its transaction. */
  if( GLASSWAL_LOAD(p->pSince) || GLASSWAL_LOAD(p->pTransaction) ) GLASSWAL_STORE(p->pRunning, *p->pWord);
  return 1;
}

/* NOLINTEND(modernize-redundant-void-arg,modernize-use-nullptr) */

#endif /* GLASSWAL_VFS_AMALGAMATION_PRIVATE_CONTROLS_H_ */
