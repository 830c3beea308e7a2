// Super-journals that nobody will ever delete.
//
// SQLite writes one for a transaction over several databases with rollback journals: it lists those
// journals, each path with a zero byte behind it, and each of them names it. Its deletion is the
// commit. After a death the last journal that names it takes it along; but when its owner died before
// any journal named it, SQLite leaves it for ever, and a region has few files.
//
// Thread-safety: see the function.
#ifndef GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_
#define GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_

#include <cstdint>

#include "store/client_context.h"

namespace glasswal::store {

/// True when the live file `number` is a super-journal that nobody has open and of whose journals none
/// is there, so that no transaction can depend on it. REQUIRES: the caller holds the directory's lock.
bool IsForgottenSuperJournal(ClientContext& self, uint32_t number);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_SUPER_JOURNAL_H_
