// A named region of this machine as a source, opened for reading only.
//
// It is read and not mapped, so that an object that somebody cuts short is an error and no SIGBUS.
// It is opened once and stays: when the region is removed, or another takes its name, its bytes
// remain as they were left, and Check() says so.
//
// Thread-safety: as source/source.h.
#ifndef GLASSWAL_INSPECTOR_SOURCE_NAMED_SOURCE_H_
#define GLASSWAL_INSPECTOR_SOURCE_NAMED_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "source/source.h"

namespace glasswal::inspector {

/// kNotFound, kNotReady, kRefused or kSystem with a sentence if the region cannot be read.
Result<std::unique_ptr<Source>> OpenNamedRegion(const std::string& name);

/// The names of this machine's regions, in order, those that cannot be opened among them.
Result<std::vector<std::string>> NamesOfRegions();

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_SOURCE_NAMED_SOURCE_H_
