#include "diag/object_bytes.h"

#include "port/clock.h"

namespace glasswal::diag {

uint64_t ObjectBytes::NowNs() const { return port::NowNs(); }

bool ObjectBytes::Copy(uint64_t offset, uint64_t size_bytes, void* to) const {
  if (offset > object_.size_bytes() || size_bytes > object_.size_bytes() - offset) return false;
  return object_.Read(offset, size_bytes, to);
}

}  // namespace glasswal::diag
