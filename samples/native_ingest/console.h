// The terminal: colours where it is one, and tables that line up.
//
// Thread-safety: for the one thread that prints.
#ifndef GLASSWAL_SAMPLES_NATIVE_INGEST_CONSOLE_H_
#define GLASSWAL_SAMPLES_NATIVE_INGEST_CONSOLE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace native_ingest {

enum class Ink { kPlain, kDim, kBold, kGood, kBad, kAccent };

/// `text` in `ink` if standard output is a terminal that wants colours, else as it is.
std::string Painted(Ink ink, const std::string& text);

/// A heading with a line of space before it.
void PrintHeading(const std::string& text);

/// One step of the story, with the seconds since the program began.
void PrintStep(Ink ink, const std::string& text);

/// Rows of cells under their titles. A title that begins with '>' is right-aligned, as are its
/// cells.
void PrintTable(const std::vector<std::string>& titles,
                const std::vector<std::vector<std::string>>& rows);

/// 171075 -> "171,075".
std::string Grouped(uint64_t number);
/// 1536 -> "1.5 KiB".
std::string Bytes(uint64_t size_bytes);
/// 51234567 -> "51.2 ms".
std::string Duration(uint64_t duration_ns);

}  // namespace native_ingest

#endif  // GLASSWAL_SAMPLES_NATIVE_INGEST_CONSOLE_H_
