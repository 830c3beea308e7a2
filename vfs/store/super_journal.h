// Super-journals: the file that makes a transaction over several databases one (SQLite's
// vdbeCommit).
//
// Its creator writes the names of the databases' journals into it, then its name at the end of each
// journal, and deletes it: at that moment the transaction is committed. Whoever finds a journal
// that names a super-journal deletes it in the end (pager_delsuper). One that no journal names is
// a file that nobody will ever look for: a creator that dies before it has named it leaves one, and
// so does SQLite in the living if the first journal has no room for the name. The creator has
// written all names that there will be when it closes the file, so that is when it is looked at.
// Where a VFS shim writes other bytes than SQLite gives it, such as a cipher, nobody can tell what
// a journal names, and the file stays.
//
// Thread-safety: reads files that others may be writing; what it says of a super-journal whose
// creator has closed it or is dead is right, because nobody else names that in a journal.
#ifndef GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_
#define GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_

#include <cstdint>
#include <string_view>

#include "store/client_context.h"

namespace glasswal::store {

/// True for names that only a super-journal has.
bool IsSuperJournalName(std::string_view path);

/// True when the file `number` is a super-journal that only client `slot` has open, which is dead
/// or closes it now, and that no journal names, so that it can go. Deleting one that is named would
/// commit what must be rolled back. REQUIRES: the caller holds the directory's lock.
bool IsForgottenSuperJournal(ClientContext& self, uint32_t number, uint32_t slot);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_
