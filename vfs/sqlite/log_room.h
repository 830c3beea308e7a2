// Room in the write-ahead log: a log that nobody needs any more starts anew before it is full.
//
// SQLite starts a log anew when a writer finds all of it in the database and no reader in it. Two
// things keep that from happening for ever, although nobody does anything wrong:
//
//   * Only a commit runs SQLite's checkpoint. In a full log nothing can be committed, so nobody
//     would ever copy it, not even when the reader that held it back is long gone.
//   * Writers at full speed always have a few frames in the log that the checkpoint of the last
//     commit has not copied yet.
//
// So a connection that is about to read, and finds the log long, copies what may be copied by
// itself (MakeRoomInLog, called in the moment before it takes its read mark), and tells SQLite to
// look again: SQLite then finds nothing in the log that it needs, and a writer starts it anew. A
// writer that has WRITE already is the only one that can add frames, so it may also wait for
// others:
//
//   plenty   less than half of what the log can become is in use: nothing is done
//   half     a writer copies what is left over, if others copied most of it and no reader holds it
//            back; its restart waits a few milliseconds for readers of the end of the log
//   short    less than an eighth is left: it copies whatever may be copied, and waits for the
//            readers within its busy timeout, woken by their end. Who waited in vain goes on in what
//            is left, and does not wait again for some time
//   none     less than a segment is left: it waits each time, and then fails with SQLITE_FULL,
//            which names the reader
//
// A connection without WRITE (a reader; a writer in an SQLite without SQLITE_ENABLE_SETLK_TIMEOUT)
// copies in a short log what it can without waiting for anybody.
//
// Thread-safety: used by the one thread that uses the connection.
#ifndef GLASSWAL_VFS_SQLITE_LOG_ROOM_H_
#define GLASSWAL_VFS_SQLITE_LOG_ROOM_H_

#include <cstdint>
#include <string>

#include "sqlite/database_file.h"

namespace glasswal::sqlite {

/// Copies what it may of a long log into the database. True: nothing of the log is needed any more
/// by whoever looks now, so the caller's SQLite should look again (SQLITE_BUSY for its read mark).
/// REQUIRES: the connection holds no read mark.
bool MakeRoomInLog(DatabaseFile* file);

/// How long the writer that is about to start the log anew should wait for each of those who still
/// read in it.
uint32_t RestartPatienceMs(DatabaseFile* file);

/// Notes that waiting for readers of the log was in vain.
void LosePatience(DatabaseFile* file);

/// Why the log cannot grow: who reads in it, since when, and what to do. Makes that reader the
/// connection's last refusal.
std::string DescribeFullLog(DatabaseFile* file);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_LOG_ROOM_H_
