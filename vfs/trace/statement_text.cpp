#include "trace/statement_text.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "port/printable.h"

namespace glasswal::trace {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
/// A byte that may stand in a name: SQLite takes all of UTF-8 beyond ASCII for letters.
constexpr bool IsOfName(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<uint8_t>(c) >= 0x80;
}

enum class TokenKind { kSpace, kLiteral, kQuotedTwice, kWord, kSign };

struct Token {
  TokenKind kind;
  size_t size_bytes;
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view sql) : sql_(sql) {}

  bool done() const { return at_ >= sql_.size(); }
  std::string_view rest() const { return sql_.substr(at_); }

  std::string_view Take(Token* token) {
    *token = Look();
    const std::string_view text = sql_.substr(at_, token->size_bytes);
    at_ += text.size();
    return text;
  }

 private:
  char At(size_t offset) const { return at_ + offset < sql_.size() ? sql_[at_ + offset] : '\0'; }
  size_t Left() const { return sql_.size() - at_; }

  Token Look() const {
    const char c = At(0);
    if (IsSpace(c) || c == '\0') return {TokenKind::kSpace, 1};
    // A byte order mark: not a letter where a token begins, or a number behind it would be a name.
    if (rest().starts_with("\xef\xbb\xbf")) return {TokenKind::kSpace, 3};
    if (c == '-' && At(1) == '-') return {TokenKind::kSpace, Until("\n", 2)};
    if (c == '/' && At(1) == '*') return {TokenKind::kSpace, Until("*/", 2)};
    if (c == '\'') return {TokenKind::kLiteral, Quoted(c, 0)};
    if ((c == 'x' || c == 'X') && At(1) == '\'') return {TokenKind::kLiteral, Quoted('\'', 1)};
    if (c == '"')
      return {IsClosed(c) ? TokenKind::kQuotedTwice : TokenKind::kLiteral, Quoted(c, 0)};
    if (c == '`') return {IsClosed(c) ? TokenKind::kWord : TokenKind::kLiteral, Quoted(c, 0)};
    if (c == '[') return Bracketed();
    if (IsDigit(c) || (c == '.' && IsDigit(At(1)))) return {TokenKind::kLiteral, Number()};
    if (c == '?' || c == ':' || c == '@' || c == '#' || c == '$') return Variable();
    if (IsOfName(c)) return {TokenKind::kWord, Name(0)};
    return {TokenKind::kSign, 1};
  }

  /// Up to the end of `mark`, or of everything.
  size_t Until(std::string_view mark, size_t from) const {
    const size_t found = sql_.find(mark, at_ + from);
    return found == std::string_view::npos ? Left() : found + mark.size() - at_;
  }

  /// Up to the closing quote, of which two are one in the text; everything if there is none.
  size_t Quoted(char quote, size_t from) const {
    for (size_t i = from + 1; i < Left(); ++i) {
      if (At(i) != quote) continue;
      if (At(i + 1) != quote) return i + 1;
      ++i;
    }
    return Left();
  }
  bool IsClosed(char quote) const {
    const size_t size = Quoted(quote, 0);
    // One that ends with the text may end in a doubled quote, which closes nothing.
    size_t quotes = 0;
    for (size_t i = 0; i < size; ++i) quotes += At(i) == quote ? 1 : 0;
    return size > 1 && quotes % 2 == 0;
  }

  Token Bracketed() const {
    const size_t size = Until("]", 1);
    return {At(size - 1) == ']' ? TokenKind::kWord : TokenKind::kLiteral, size};
  }

  /// A number with whatever is stuck to it: SQLite would call 1a2 no token, and it is no name.
  size_t Number() const {
    size_t i = 0;
    while (i < Left()) {
      const char c = At(i);
      const bool is_sign = (c == '+' || c == '-') && i > 0 &&
                           (At(i - 1) == 'e' || At(i - 1) == 'E') &&
                           !(At(0) == '0' && (At(1) == 'x' || At(1) == 'X'));
      if (!IsOfName(c) && c != '.' && !is_sign) break;
      ++i;
    }
    return i;
  }

  size_t Name(size_t from) const {
    size_t i = from;
    while (i < Left() && IsOfName(At(i))) ++i;
    return i;
  }

  /// ?1, :name, @name, $name, and Tcl's $name::part(anything), which is kept without its name.
  Token Variable() const {
    size_t i = Name(1);
    if (At(0) == '?' || i == 1) return {i > 1 ? TokenKind::kWord : TokenKind::kSign, i};
    while (At(i) == ':' && At(i + 1) == ':') i = Name(i + 2);
    if (At(i) != '(') return {TokenKind::kWord, i};
    while (i < Left() && !IsSpace(At(i)) && At(i) != ')') ++i;
    return {TokenKind::kLiteral, std::min(i + 1, Left())};
  }

  const std::string_view sql_;
  size_t at_ = 0;
};

bool IsVariable(std::string_view word) {
  return std::string_view("?:@#$").find(word[0]) != std::string_view::npos;
}
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
std::string Lowered(std::string_view word) {
  std::string lowered(word);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), Lower);
  return lowered;
}
bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Where SQL's grammar takes a name for a text, in quotes or without, whatever SQLite was told of
/// double quotes: what ATTACH attaches and its key, the value of a pragma, of a column's DEFAULT, and
/// of a virtual table's argument.
class TextPlaces {
 public:
  /// Whether `word`, a name or a keyword, stands where it is a text. Call it with each in turn.
  bool Take(std::string_view word) {
    if (kind_ == Kind::kOther) return false;
    const bool is_quoted = word[0] == '"' || word[0] == '`' || word[0] == '[';
    const std::string name = is_quoted ? std::string("\"") : Lowered(word);
    const bool is_text = IsText(is_quoted, name);
    if (kind_ == Kind::kUnknown && !IsOneOf(name, {"explain", "query", "plan"}))
      kind_ = KindOf(name);
    if (kind_ == Kind::kPragma && !in_value_) pragma_ = name;
    if (kind_ == Kind::kDefinition && before_ == "create" && name == "virtual") {
      kind_ = Kind::kVirtualTable;
    }
    set_default_ = before_ == "set" && name == "default";
    before_ = name;
    return is_text;
  }
  /// A literal or a variable.
  void TakeLiteral() { before_.clear(); }
  void TakeSign(char sign) {
    if (sign == '(') in_arguments_ = true;
    if (sign == '=' || (sign == '(' && kind_ == Kind::kPragma)) in_value_ = true;
    if (sign == ',') in_value_ = false;
    before_.clear();
  }

 private:
  enum class Kind { kUnknown, kOther, kAttach, kPragma, kDefinition, kVirtualTable };

  static Kind KindOf(const std::string& name) {
    if (name == "attach" || name == "detach") return Kind::kAttach;
    if (name == "pragma") return Kind::kPragma;
    return name == "create" || name == "alter" ? Kind::kDefinition : Kind::kOther;
  }

  static bool IsKey(const std::string& pragma) {
    return pragma.find("key") != std::string::npos &&
           pragma.find("foreign_key") == std::string::npos;
  }

  bool IsText(bool is_quoted, const std::string& name) const {
    switch (kind_) {
      case Kind::kAttach:
        return is_quoted || !(IsOneOf(name, {"database", "as", "key"}) || before_ == "as" ||
                              before_ == "detach");
      case Kind::kPragma:
        return in_value_ && (is_quoted || IsKey(pragma_));
      case Kind::kVirtualTable:
        return in_arguments_ && (is_quoted || in_value_);
      case Kind::kDefinition:
        return before_ == "default" && !set_default_ &&
               !IsOneOf(name, {"values", "null", "true", "false", "current_time", "current_date",
                               "current_timestamp"});
      default:
        return false;
    }
  }

  Kind kind_ = Kind::kUnknown;
  std::string before_;  // The word before, unless there is a sign between.
  std::string pragma_;
  bool set_default_ = false;   // That was the action of a foreign key.
  bool in_arguments_ = false;  // Behind the first parenthesis.
  bool in_value_ = false;      // Behind an equals sign.
};

/// Cut at a whole character to what fits, with the mark.
std::string Cut(std::string text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  if (most_bytes < kEllipsis.size()) return std::string(port::CutText(text, most_bytes));
  text.resize(port::CutText(text, most_bytes - kEllipsis.size()).size());
  return text.append(kEllipsis);
}

}  // namespace

std::string StatementText(std::string_view sql, TextRules rules, size_t most_bytes) {
  std::string text;
  bool has_space = false;
  Tokenizer tokenizer(sql);
  TextPlaces places;
  // A little more than is kept, so that it is known that there is more.
  while (!tokenizer.done() && text.size() <= most_bytes) {
    Token token;
    const std::string_view word = tokenizer.Take(&token);
    if (token.kind == TokenKind::kSpace) {
      has_space = true;
      continue;
    }
    if (has_space && !text.empty()) text += ' ';
    has_space = false;
    const bool is_name = token.kind == TokenKind::kQuotedTwice ||
                         (token.kind == TokenKind::kWord && !IsVariable(word));
    const bool is_text = is_name && places.Take(word);
    if (token.kind == TokenKind::kSign) {
      places.TakeSign(word[0]);
    } else if (!is_name) {
      places.TakeLiteral();
    }
    const bool is_literal = token.kind == TokenKind::kLiteral || is_text ||
                            (token.kind == TokenKind::kQuotedTwice && !rules.quotes_names);
    if (is_literal && !rules.keeps_literals) {
      text += '?';
    } else {
      text += word;
    }
  }
  while (!text.empty() && (text.back() == ';' || text.back() == ' ')) text.pop_back();
  return Cut(std::move(text), most_bytes);
}

}  // namespace glasswal::trace
