// Collations that JavaScript compares by.
//
// SQLite cannot be told that a comparison has failed. So the failure is remembered, everything is
// then compared by bytes, and whoever runs statements makes the statement fail.
//
// Thread-safety: an instance has one thread.
#ifndef GLASSWAL_WASM_MODULE_COLLATIONS_H_
#define GLASSWAL_WASM_MODULE_COLLATIONS_H_

#include "sqlite3.h"

namespace glasswal::wasm {

/// Held while statements run: a failure is that of the innermost.
class CollationScope {
 public:
  CollationScope();
  ~CollationScope();
  CollationScope(const CollationScope&) = delete;
  CollationScope& operator=(const CollationScope&) = delete;

  /// Whether a comparison has failed.
  static bool Failed();

  /// After a failure: takes back what `statement`, which is reset, has written by a wrong order.
  static void TakeBack(sqlite3_stmt* statement);

 private:
  const bool outer_failed_;
};

/// sqlite3_step(), which also fails (SQLITE_ABORT) where a comparison has.
int StepOrFail(sqlite3_stmt* statement);

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_COLLATIONS_H_
