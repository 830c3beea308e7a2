// The bytes of a named object that is read and not mapped (port/memory.h says what for).
//
// Thread-safety: any thread.
#ifndef GLASSWAL_VFS_DIAG_OBJECT_BYTES_H_
#define GLASSWAL_VFS_DIAG_OBJECT_BYTES_H_

#include "glasswal/observe.h"
#include "port/memory.h"

namespace glasswal::diag {

/// REQUIRES: the reader outlives it.
class ObjectBytes final : public RegionBytes {
 public:
  explicit ObjectBytes(const port::NamedObjectReader& object) : object_(object) {}

  uint64_t size_bytes() const override { return object_.size_bytes(); }
  uint64_t NowNs() const override;
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override;

 private:
  const port::NamedObjectReader& object_;
};

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_OBJECT_BYTES_H_
