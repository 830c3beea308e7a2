// vfs/TABLES.md: all tables with all columns, from the sentences above the fields. In a file of its
// own, so that nobody who only has the tables has the sentences, too.
#include <string>
#include <string_view>

#include "diag/table_columns.h"
#include "diag/tables.h"

namespace glasswal::diag {
namespace {

/// Writes a line of the table of columns for each column.
class ReferenceSink {
 public:
  ReferenceSink(Renames renames, std::string* out) : renames_(renames), out_(*out) {}

  static const char* Keep(const char* description) { return description; }
  void Number(const char* name, const char* description, uint64_t) {
    Say(name, "INTEGER", description);
  }
  void Text(const char* name, const char* description, std::string_view) {
    Say(name, "TEXT", description);
  }
  void Json(const char* name, const char* description, std::string (*)(const void*), const void*) {
    Say(name, "JSON", description);
  }
  bool BeginNull(bool) { return false; }
  void EndNull(bool) {}
  size_t Enter(const char* name) {
    const size_t before = prefix_.size();
    prefix_.append(name).append("_");
    return before;
  }
  void Leave(size_t size) { prefix_.resize(size); }

 private:
  void Say(const char* name, const char* type, std::string_view description) {
    out_ += "| `" + ColumnName(prefix_, name, renames_) + "` | " + type + " | ";
    for (const char character : description) {
      if (character == '|' || character == '<') out_ += '\\';
      out_ += character;
    }
    out_ += " |\n";
  }

  const Renames renames_;
  std::string& out_;
  std::string prefix_;
};

template <typename Row>
void Describe(const char* name, const char* what, Renames renames, std::string* out) {
  *out += "\n## ";
  *out += name;
  *out += "\n\n";
  *out += what;
  *out += "\n\n| column | type | what |\n|---|---|---|\n";
  ReferenceSink sink(renames, out);
  VisitColumns(Row{}, ColumnVisitor<ReferenceSink>(&sink));
}

}  // namespace

std::string TableReference() {
  std::string text;
  const Table* table = Tables().data();
#define GLASSWAL_DESCRIBE(table_name, Row, what, ...) \
  Describe<Row>(table->name, what, table->renames, &text), ++table;
  GLASSWAL_SQL_TABLES(GLASSWAL_DESCRIBE)
#undef GLASSWAL_DESCRIBE
  return text;
}

}  // namespace glasswal::diag
