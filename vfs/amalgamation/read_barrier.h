/*
** What a reader of the wal-index needs instead of SQLite's xShmBarrier: loads before it come before loads after it. The other
** side, which writes, has the full barrier between its stores, and a lock's compare-and-swap is one for everybody.
**
** The processor's own fence is enough for that where machine code is what runs. WebAssembly has no fence that its optimisers
** leave alone, and ThreadSanitizer knows none (vfs/port/fence.h): there the reader asks the VFS, as SQLite always does.
*/
#ifndef GLASSWAL_VFS_AMALGAMATION_READ_BARRIER_H_
#define GLASSWAL_VFS_AMALGAMATION_READ_BARRIER_H_

#if defined(__has_feature)
# if __has_feature(thread_sanitizer)
#  define GLASSWAL_UNDER_TSAN 1
# endif
#endif
#if (defined(__x86_64__) || defined(__aarch64__)) && defined(__GNUC__) \
 && !defined(__SANITIZE_THREAD__) && !defined(GLASSWAL_UNDER_TSAN)
# define GLASSWAL_READ_BARRIER() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#endif

/*
** Loads a word of the wal-index; whatever is loaded after it is not older. (In WebAssembly, too, an atomic load that reads what an
** atomic store has stored comes after it.)
*/
#define GLASSWAL_LOAD_ACQUIRE(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)

#endif /* GLASSWAL_VFS_AMALGAMATION_READ_BARRIER_H_ */
