// Super-journals: the file that makes a transaction over several databases one (SQLite's
// vdbeCommit).
//
// Its creator writes the names of the databases' journals into it, then its name at the end of each
// journal, and deletes it: at that moment the transaction is committed. Whoever finds a journal
// that names a super-journal deletes it in the end (pager_delsuper). A creator that dies before any
// journal names it leaves a file that nobody will ever look for.
//
// Thread-safety: reads files that others may be writing; what it says of a super-journal whose
// creator is dead is right, because nobody else names that in a journal.
#ifndef GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_
#define GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_

#include <cstdint>

#include "store/client_context.h"

namespace glasswal::store {

/// True when the file `number` is a super-journal that only the dead client `slot` had open and
/// that no journal names, so that it can go. Deleting one that is named would commit what must be
/// rolled back. REQUIRES: the caller holds the directory's lock.
bool IsForgottenSuperJournal(ClientContext& self, uint32_t number, uint32_t slot);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_
