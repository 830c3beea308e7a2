// A VFS over another one, as vfstrace, multiplex, checksums and encryption are: every call goes
// through to a file that it keeps inside its own.
//
// Thread-safety: immutable between Register and Unregister; files as SQLite uses them.
#ifndef GLASSWAL_TESTS_CONTRACT_SHIM_H_
#define GLASSWAL_TESTS_CONTRACT_SHIM_H_

#include <string>

#include "sqlite3.h"

namespace glasswal::test {

class Shim {
 public:
  /// How names reach the VFS below: as SQLite gave them (vfstrace), or as copies made with
  /// sqlite3_create_filename, which belong to no database (multiplex).
  enum class Names { kPassed, kCopied };

  /// What it writes below: what SQLite gave it, or the complement of each byte, as a cipher that
  /// leaves nothing readable.
  enum class Bytes { kPassed, kInverted };

  /// Registers itself as `name` over the registered VFS `below`.
  Shim(std::string name, const std::string& below, Names names, Bytes bytes = Bytes::kPassed);
  Shim(const Shim&) = delete;
  Shim& operator=(const Shim&) = delete;
  ~Shim();

  /// The file below, or `file` itself if it is not of a shim.
  static sqlite3_file* Unwrap(sqlite3_file* file);

  const std::string& name() const { return name_; }
  sqlite3_vfs* below() const { return below_; }
  Names names() const { return names_; }
  Bytes bytes() const { return bytes_; }

 private:
  std::string name_;
  sqlite3_vfs* below_;
  Names names_;
  Bytes bytes_;
  sqlite3_vfs base_{};
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_CONTRACT_SHIM_H_
