// Text for terminals: pieces with a style, and how many cells of the screen they take.
//
// All text that comes in here is printable UTF-8: names and paths were cleaned by the model, and all
// else goes through Shown().
//
// Thread-safety: pure functions and values.
#ifndef GLASSWAL_INSPECTOR_CLI_TEXT_H_
#define GLASSWAL_INSPECTOR_CLI_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glasswal::inspector::cli {

/// What a piece of text is, not how it looks: where there are no colours it looks like any other.
enum class Style : uint8_t {
  kPlain,
  kHeading,   // Of a column.
  kTitle,     // The one thing that is looked for first.
  kDim,       // What matters less.
  kGood,      // As it should be.
  kWarning,   // Worth a look.
  kBad,       // Wrong.
  kSelected,  // What a key acts on.
  kKey,       // A key that can be pressed.
};

struct Span {
  std::string text;
  Style style = Style::kPlain;
};
using Line = std::vector<Span>;

/// Foreign text made printable: what commands a terminal or is no UTF-8 is shown as \x1b or \u202e.
std::string Shown(std::string_view text);

/// The cells that the text takes: two for a wide character, none for a mark upon another.
size_t CellsOf(std::string_view text);
size_t CellsOf(const Line& line);

/// The beginning of `text` that takes no more than `cells`; what is cut ends with an ellipsis.
std::string Clipped(std::string_view text, size_t cells);
/// The same for a line; the styles stay.
Line Clipped(const Line& line, size_t cells);

/// The text in exactly so many cells: clipped, or filled up with spaces.
std::string Padded(std::string_view text, size_t cells, bool right);

/// The same text in ASCII, for a terminal that can no more: µ is u, all else a question mark.
std::string ToAscii(std::string_view text);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_TEXT_H_
