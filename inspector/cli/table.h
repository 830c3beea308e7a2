// A table of text: columns of the same width in each row, two spaces apart.
//
// Thread-safety: as a value.
#ifndef GLASSWAL_INSPECTOR_CLI_TABLE_H_
#define GLASSWAL_INSPECTOR_CLI_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "cli/text.h"

namespace glasswal::inspector::cli {

struct TableColumn {
  std::string title;
  bool right = false;  // Numbers.
  /// Cells: what numbers take at least, so that nothing jumps; what texts are cut down to before other
  /// columns go.
  size_t least = 0;
  uint32_t priority =
      0;  // Where there is no room, columns of the highest number go first; 0: none.
};

class TextTable {
 public:
  explicit TextTable(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  /// One span for each column; an empty text is shown as "-".
  void Add(std::vector<Span> row) { rows_.push_back(std::move(row)); }
  size_t size() const { return rows_.size(); }

  /// The heading, then the rows. With `width` cells columns that must not stay are left out and the
  /// longest texts are cut; 0: as wide as it gets.
  std::vector<Line> Lines(size_t width) const;
  /// The columns that there is room for, by number.
  std::vector<size_t> Fitting(size_t width) const;

 private:
  std::vector<size_t> NaturalWidths() const;

  const std::vector<TableColumn> columns_;
  std::vector<std::vector<Span>> rows_;
};

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_TABLE_H_
