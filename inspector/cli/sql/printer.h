// Rows of a statement as a table, as JSON or as CSV.
//
// A table's columns are as wide as the first rows want them, so that a result of any length is
// printed while it is read.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_SQL_PRINTER_H_
#define GLASSWAL_INSPECTOR_CLI_SQL_PRINTER_H_

#include <memory>
#include <string>
#include <vector>

#include "cli/output.h"

struct sqlite3_stmt;

namespace glasswal::inspector::cli {

/// Takes the rows of one statement, one after the other.
class RowPrinter {
 public:
  virtual ~RowPrinter() = default;
  /// The row that the statement stands at.
  virtual void Row(sqlite3_stmt* statement) = 0;
  /// There are no more.
  virtual void End() = 0;
};

enum class RowFormat { kTable, kJson, kCsv };

/// Both outlive the printer; the statement has columns.
std::unique_ptr<RowPrinter> NewRowPrinter(RowFormat format, sqlite3_stmt* statement,
                                          Output* output);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_SQL_PRINTER_H_
