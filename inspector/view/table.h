// Tables: aligned columns, a head that stays, rows that can be chosen.
//
// Thread-safety: belongs to the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_TABLE_H_
#define GLASSWAL_INSPECTOR_VIEW_TABLE_H_

#include <cstdint>
#include <string_view>

#include "view/ui.h"

namespace glasswal::inspector {

/// A column of a table. Numbers are right-aligned under a right-aligned title that names the unit.
struct Column {
  const char* title;
  // In units; 0 or less: what is left, shared by weight (-2 gets twice as much as -1).
  float width = 0;
  bool right = false;
};

/// A table with a fixed head that scrolls within its height (0: as high as its rows).
class Table {
 public:
  Table(Ui* ui, const char* name, const Column* columns, int count, float height);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  bool open() const { return open_; }
  /// A new row; true when it was chosen. `name` sums it up.
  bool Row(uint64_t id, std::string_view name, bool selected);
  /// The next cell of the row.
  void Cell(std::string_view text);
  void Cell(std::string_view text, ImU32 color);
  /// The same with a coloured dot before it.
  void DotCell(ImU32 dot, std::string_view text);
  /// A bar that is `part` full with a text on it.
  void BarCell(float part, ImU32 color, std::string_view text);
  /// Keeps the end in sight; after the last row. `last` is that row, and `followed` remembers it.
  void Follow(uint64_t last, uint64_t* followed);
  /// How high a table of so many rows is, its head included.
  static float HeightOf(size_t rows);

 private:
  void Head();
  void FittingText(std::string_view text, ImU32 color);
  ImVec2 NextCell(std::string_view text);

  Ui* const ui_;
  const Column* const columns_;
  const int count_;
  uint32_t id_ = 0;
  uint32_t row_id_ = 0;
  int column_ = 0;
  bool in_row_ = false;
  bool open_ = false;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_TABLE_H_
