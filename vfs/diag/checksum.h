// The checksum of a capture's parts: XXH64, which reads memory about as fast as it can be copied.
//
// It finds what happens to files by accident: a flipped bit, a cut, a page of another file. It is
// no proof against people, which is why what it covers is still read as input.
//
// Thread-safety: a pure function.
#ifndef GLASSWAL_VFS_DIAG_CHECKSUM_H_
#define GLASSWAL_VFS_DIAG_CHECKSUM_H_

#include <cstddef>
#include <cstdint>

namespace glasswal::diag {

/// XXH64 with seed 0.
uint64_t Checksum(const uint8_t* bytes, size_t size);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_CHECKSUM_H_
