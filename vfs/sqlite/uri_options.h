// The options of a region as parameters of a database's URI, for programs that have nothing else:
//   file:/app.sqlite?vfs=glasswal&region=NAME&max_database_bytes=268435456
//
// Thread-safety: a pure function of its arguments.
#ifndef GLASSWAL_VFS_SQLITE_URI_OPTIONS_H_
#define GLASSWAL_VFS_SQLITE_URI_OPTIONS_H_

#include "glasswal/options.h"

namespace glasswal::sqlite {

/// Reads the options for `region` (empty: private to this process) from the URI that SQLite keeps
/// with `path`. A value that is not a whole number is refused by name.
Result<Options> OptionsFromUri(const char* path, const char* region);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_URI_OPTIONS_H_
