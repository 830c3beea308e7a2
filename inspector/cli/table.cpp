#include "cli/table.h"

#include <algorithm>

namespace glasswal::inspector::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kNarrowest = 8;  // Texts are cut down to this before columns go.

size_t NarrowestOf(const TableColumn& column) {
  return std::max({kNarrowest, column.least, CellsOf(column.title)});
}

const std::string& TextOf(const Span& cell) {
  static const std::string kNothing = "-";
  return cell.text.empty() ? kNothing : cell.text;
}

size_t Together(const std::vector<size_t>& columns, const std::vector<size_t>& widths) {
  size_t sum = columns.empty() ? 0 : (columns.size() - 1) * kGap;
  for (const size_t column : columns) sum += widths[column];
  return sum;
}

}  // namespace

std::vector<size_t> TextTable::NaturalWidths() const {
  std::vector<size_t> widths;
  for (const TableColumn& column : columns_) {
    // A text as short as the others need not take what it may be cut to.
    widths.push_back(std::max(column.right ? column.least : 0, CellsOf(column.title)));
  }
  for (const std::vector<Span>& row : rows_) {
    for (size_t i = 0; i < columns_.size() && i < row.size(); ++i) {
      widths[i] = std::max(widths[i], CellsOf(TextOf(row[i])));
    }
  }
  return widths;
}

std::vector<size_t> TextTable::Fitting(size_t width) const {
  std::vector<size_t> columns(columns_.size());
  for (size_t i = 0; i < columns.size(); ++i) columns[i] = i;
  if (width == 0) return columns;
  std::vector<size_t> least = NaturalWidths();
  for (size_t i = 0; i < least.size(); ++i) {
    if (!columns_[i].right) {
      // What is reserved for a text stays so when it is short: columns do not come and go.
      const size_t narrowest = NarrowestOf(columns_[i]);
      least[i] = columns_[i].least > 0 ? narrowest : std::min(least[i], narrowest);
    }
  }
  while (Together(columns, least) > width) {
    const auto last = std::max_element(columns.begin(), columns.end(), [&](size_t a, size_t b) {
      return columns_[a].priority <= columns_[b].priority;
    });
    if (last == columns.end() || columns_[*last].priority == 0) break;
    columns.erase(last);
  }
  return columns;
}

std::vector<Line> TextTable::Lines(size_t width) const {
  const std::vector<size_t> columns = Fitting(width);
  std::vector<size_t> widths = NaturalWidths();
  // The widest text gives way first.
  while (width > 0 && Together(columns, widths) > width) {
    size_t widest = columns_.size();
    for (const size_t i : columns) {
      if (!columns_[i].right && widths[i] > NarrowestOf(columns_[i]) &&
          (widest == columns_.size() || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  std::vector<Line> lines(1 + rows_.size());
  for (size_t n = 0; n < columns.size(); ++n) {
    const size_t i = columns[n];
    const std::string gap(n + 1 < columns.size() ? kGap : 0, ' ');
    // The last one needs no padding, unless it is a number.
    const bool last = n + 1 == columns.size() && !columns_[i].right;
    const auto fit = [&](const std::string& text) {
      return last ? Clipped(text, widths[i]) : Padded(text, widths[i], columns_[i].right) + gap;
    };
    lines[0].push_back({fit(columns_[i].title), Style::kHeading});
    for (size_t row = 0; row < rows_.size(); ++row) {
      const Span cell = i < rows_[row].size() ? rows_[row][i] : Span();
      lines[1 + row].push_back({fit(TextOf(cell)), cell.style});
    }
  }
  return lines;
}

}  // namespace glasswal::inspector::cli
