// Whole files, and pictures as PNG, for the native window.
//
// Thread-safety: pure functions of the file system.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_FILES_H_
#define GLASSWAL_INSPECTOR_PLATFORM_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glasswal/status.h"

namespace glasswal::inspector {

/// A whole regular file. With `beginning` only one that begins with these bytes is read further
/// than that: kCorrupt for all others, however large they are. kFull if there is no memory for it.
Result<std::vector<uint8_t>> ReadFile(const std::string& path, std::string_view beginning = {});
Status WriteFile(const std::string& path, const std::vector<uint8_t>& bytes);

/// RGBA pixels, top row first, as a PNG; stored without compression.
std::vector<uint8_t> ToPng(const std::vector<uint8_t>& rgba, uint32_t width, uint32_t height);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_FILES_H_
