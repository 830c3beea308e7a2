// Where page 1 of a database says what mode it is in: the header of SQLite's file format.
//
// Source: https://sqlite.org/fileformat2.html, section 1.3.
#ifndef GLASSWAL_VFS_SQLITE_DATABASE_HEADER_H_
#define GLASSWAL_VFS_SQLITE_DATABASE_HEADER_H_

#include <cstdint>

namespace glasswal::sqlite {

inline constexpr int kHeaderBytes = 100;  // At the start of page 1.

// Offsets of fields, in bytes.
inline constexpr int kWriteVersionAt = 18;
inline constexpr int kReadVersionAt = 19;
inline constexpr int kChangeCounterAt = 24;
inline constexpr int kVersionValidForAt = 92;

// What the two versions say.
inline constexpr uint8_t kRollbackVersion = 1;
inline constexpr uint8_t kWalVersion = 2;

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_DATABASE_HEADER_H_
