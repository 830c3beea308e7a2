// The text of a statement as others may read it: on one line, and without what it is about.
//
// What comes after the words of SQL is the application's data, and the table of statements goes into
// snapshots, logs, traces and captures. So literals become `?`. Whatever may be one is taken for
// one: text that is cut off in the middle, and a name in double quotes where SQLite would take it
// for a string if there is no such column (SQLITE_DBCONFIG_DQS_DML).
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_TRACE_STATEMENT_TEXT_H_
#define GLASSWAL_VFS_TRACE_STATEMENT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace glasswal::trace {

/// What is kept.
struct TextRules {
  bool keeps_literals = false;
  /// False: what stands in double quotes may be a string.
  bool quotes_names = false;
};

/// `sql` on one line: no comments, one space where there is any, and `?` for each literal unless the
/// rules keep them. At most `most_bytes`; what is longer ends in an ellipsis. Tokens are those of
/// SQLite's own tokenizer (tokenize.c).
std::string StatementText(std::string_view sql, TextRules rules, size_t most_bytes);

}  // namespace glasswal::trace

#endif  // GLASSWAL_VFS_TRACE_STATEMENT_TEXT_H_
