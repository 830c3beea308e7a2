// A named region of this machine as a source, mapped for reading only.
//
// The mapping is made once and stays: when the region is removed, or another takes its name, its
// bytes remain as they were left, and Check() says so.
//
// Thread-safety: as source/source.h.
#ifndef GLASSWAL_INSPECTOR_SOURCE_MAPPED_SOURCE_H_
#define GLASSWAL_INSPECTOR_SOURCE_MAPPED_SOURCE_H_

#include <memory>
#include <string>

#include "source/source.h"

namespace glasswal::inspector {

/// kNotFound, kNotReady or kSystem with a sentence if the region cannot be mapped.
Result<std::unique_ptr<Source>> OpenNamedRegion(const std::string& name);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_SOURCE_MAPPED_SOURCE_H_
