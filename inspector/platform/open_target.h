// What the user names: a live region of this machine, or a file with a capture of one.
//
// Thread-safety: a pure function of the file system and of the regions.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_OPEN_TARGET_H_
#define GLASSWAL_INSPECTOR_PLATFORM_OPEN_TARGET_H_

#include <memory>
#include <string>

#include "source/source.h"

namespace glasswal::inspector {

/// The region of that name, opened for reading only, or else the capture in the file of that name.
/// kNotFound where there is neither.
Result<std::unique_ptr<Source>> OpenTarget(const std::string& target);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_OPEN_TARGET_H_
