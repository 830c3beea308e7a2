// Text that somebody else wrote, made fit for terminals, logs and messages.
//
// Names and paths of a region are any bytes. An ESC in one would command the terminal that shows
// it, a line break would forge a line of a log, a bidirectional control would turn the rest of a
// line around. So what leaves for people's eyes goes through here.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_PORT_PRINTABLE_H_
#define GLASSWAL_VFS_PORT_PRINTABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace glasswal::port {

/// A character as UTF-8 has it.
struct Utf8Character {
  uint32_t code = 0;
  uint32_t size_bytes = 0;  // 1 to 4; 0: these bytes are no character.
};

/// The character that `text` begins with. None for an overlong form, a surrogate, a number beyond
/// U+10FFFF, and a stray or missing continuation.
Utf8Character FirstCharacter(std::string_view text);

/// False for what commands a terminal or breaks a line instead of being seen: the controls C0 and
/// C1 and DEL, the separators of lines and paragraphs, and the bidirectional controls.
bool IsPrintable(uint32_t code);

/// `text` with everything that is not printable as \x1b or \u202e, and bytes that are no UTF-8 as
/// \xff.
std::string Printable(std::string_view text);

/// The longest beginning of `text` of at most `most_bytes` that does not end within a character.
/// What is no UTF-8 is cut where it is.
std::string_view CutText(std::string_view text, size_t most_bytes);

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_PRINTABLE_H_
