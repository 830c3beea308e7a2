#include "cli/sql/printer.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace glasswal::inspector::cli {
namespace {

constexpr size_t kRowsForWidths = 1000;
constexpr size_t kWidest = 200;  // A single long text does not push all others apart.

std::string_view Text(sqlite3_stmt* statement, int column) {
  const unsigned char* text = sqlite3_column_text(statement, column);
  const int bytes = sqlite3_column_bytes(statement, column);
  return {reinterpret_cast<const char*>(text), text == nullptr ? 0 : static_cast<size_t>(bytes)};
}

std::string Hex(sqlite3_stmt* statement, int column) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement, column));
  const int size = sqlite3_column_bytes(statement, column);
  std::string hex;
  for (int i = 0; i < size; ++i) {
    hex += kDigits[bytes[i] >> 4];
    hex += kDigits[bytes[i] & 15];
  }
  return hex;
}

/// As text: NULL is nothing, a BLOB a literal of SQL.
std::string Value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_BLOB:
      return "x'" + Hex(statement, column) + "'";
    default:
      return std::string(Text(statement, column));
  }
}

bool IsNumber(sqlite3_stmt* statement, int column) {
  const int type = sqlite3_column_type(statement, column);
  return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

std::string ColumnName(sqlite3_stmt* statement, int column) {
  const char* name = sqlite3_column_name(statement, column);
  return name != nullptr ? name : "";
}

class TablePrinter final : public RowPrinter {
 public:
  TablePrinter(sqlite3_stmt* statement, Output* output)
      : output_(output), columns_(static_cast<size_t>(sqlite3_column_count(statement))) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      columns_[i].title = Shown(ColumnName(statement, static_cast<int>(i)));
      columns_[i].width = CellsOf(columns_[i].title);
    }
  }

  void Row(sqlite3_stmt* statement) override {
    std::vector<std::string> row(columns_.size());
    for (size_t i = 0; i < row.size(); ++i) {
      const int column = static_cast<int>(i);
      row[i] = Shown(Value(statement, column));
      if (!begun_ && sqlite3_column_type(statement, column) != SQLITE_NULL) {
        columns_[i].numbers &= IsNumber(statement, column);
        columns_[i].width = std::min(kWidest, std::max(columns_[i].width, CellsOf(row[i])));
      }
    }
    if (begun_) {
      Write(row, Style::kPlain);
      return;
    }
    rows_.push_back(std::move(row));
    if (rows_.size() >= kRowsForWidths) Begin();
  }

  void End() override {
    if (!begun_) Begin();
  }

 private:
  struct Column {
    std::string title;
    size_t width = 0;
    bool numbers = true;  // All that were seen are.
  };

  void Begin() {
    begun_ = true;
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    Write(titles, Style::kHeading);
    for (const std::vector<std::string>& row : rows_) Write(row, Style::kPlain);
    rows_.clear();
  }

  void Write(const std::vector<std::string>& row, Style style) {
    std::string text;
    for (size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      const size_t cells = CellsOf(row[i]);
      const std::string space(columns_[i].width - std::min(columns_[i].width, cells), ' ');
      text += columns_[i].numbers ? space + row[i] : last ? row[i] : row[i] + space;
      if (!last) text += "  ";
    }
    output_->Write({{text, style}});
  }

  Output* const output_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  bool begun_ = false;
};

class JsonPrinter final : public RowPrinter {
 public:
  JsonPrinter(sqlite3_stmt* statement, Output* output) : output_(output) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      names_.push_back(JsonString(ColumnName(statement, i)));
    }
  }

  void Row(sqlite3_stmt* statement) override {
    std::string json = any_ ? ",\n {" : "[{";
    any_ = true;
    for (size_t i = 0; i < names_.size(); ++i) {
      json += (i > 0 ? "," : "") + names_[i] + ":" + ValueOf(statement, static_cast<int>(i));
    }
    output_->Raw(json + "}");
  }

  void End() override { output_->Raw(any_ ? "]\n" : "[]\n"); }

 private:
  static std::string ValueOf(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL:
        return "null";
      case SQLITE_INTEGER:
        return std::string(Text(statement, column));
      case SQLITE_FLOAT:
        // JSON has no infinity; what is larger than any number is read as one.
        if (const double value = sqlite3_column_double(statement, column); std::isinf(value)) {
          return value > 0 ? "9.0e+999" : "-9.0e+999";
        }
        return std::string(Text(statement, column));
      case SQLITE_BLOB:
        return "{\"blob\":\"" + Hex(statement, column) + "\"}";
      default:
        return JsonString(Text(statement, column));
    }
  }

  Output* const output_;
  std::vector<std::string> names_;
  bool any_ = false;
};

class CsvPrinter final : public RowPrinter {
 public:
  CsvPrinter(sqlite3_stmt* statement, Output* output)
      : output_(output), columns_(sqlite3_column_count(statement)) {
    std::string text;
    for (int i = 0; i < columns_; ++i) {
      text += (i > 0 ? "," : "") + Field(ColumnName(statement, i));
    }
    Write(text);
  }

  void Row(sqlite3_stmt* statement) override {
    std::string text;
    for (int i = 0; i < columns_; ++i) text += (i > 0 ? "," : "") + Field(Value(statement, i));
    Write(text);
  }

  void End() override {}

 private:
  /// In quotes where it must be (RFC 4180).
  static std::string Field(const std::string& value) {
    if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
    std::string field = "\"";
    for (const char c : value) field += c == '"' ? "\"\"" : std::string(1, c);
    return field + "\"";
  }

  /// Files and pipes get the bytes as they are, a terminal only what it can show.
  void Write(const std::string& text) {
    output_->Raw((output_->is_terminal() ? Shown(text) : text) + "\n");
  }

  Output* const output_;
  const int columns_;
};

}  // namespace

std::unique_ptr<RowPrinter> NewRowPrinter(RowFormat format, sqlite3_stmt* statement,
                                          Output* output) {
  switch (format) {
    case RowFormat::kJson:
      return std::make_unique<JsonPrinter>(statement, output);
    case RowFormat::kCsv:
      return std::make_unique<CsvPrinter>(statement, output);
    default:
      return std::make_unique<TablePrinter>(statement, output);
  }
}

}  // namespace glasswal::inspector::cli
