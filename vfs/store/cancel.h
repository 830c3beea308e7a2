// Asking for the end of what a connection runs.
//
// The wish names the run that it is meant for (ShmConnection::running), so one that comes too late
// ends nothing else. The connection looks at it every thousand instructions and while it waits for
// a lock (sqlite/statement_watch.h); nothing is taken from it.
//
// Thread-safety: any client, any thread.
#ifndef GLASSWAL_VFS_STORE_CANCEL_H_
#define GLASSWAL_VFS_STORE_CANCEL_H_

#include <cstdint>

#include "store/client_context.h"

namespace glasswal::store {

/// What is to be cancelled: all that a client runs, or what one of its connections does.
struct CancelTarget {
  uint32_t client = 0;
  uint32_t client_generation = 0;
  uint32_t file_plus_1 = 0;  // 0: whatever the client runs, in all files.
  uint32_t connection = 0;   // Its slot, if there is a file.
  uint64_t run = 0;          // Which run of that connection; 0: whichever it is at.
};

/// Asks for the end of what `target` runs now, in the name of `self`; of how many statements.
uint32_t Cancel(const ClientContext& self, const CancelTarget& target);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_CANCEL_H_
