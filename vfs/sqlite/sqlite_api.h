// SQLite's interface, as a linked library or, in the loadable extension, through the table of
// routines that the host program hands over. Every file of this folder includes this and nothing
// else of SQLite.
#ifndef GLASSWAL_VFS_SQLITE_SQLITE_API_H_
#define GLASSWAL_VFS_SQLITE_SQLITE_API_H_

#if GLASSWAL_LOADABLE
#include "sqlite3ext.h"
SQLITE_EXTENSION_INIT3
#else
#include "sqlite3.h"
#endif

#endif  // GLASSWAL_VFS_SQLITE_SQLITE_API_H_
