// The frame checksum of the patched SQLite (vfs/amalgamation/wal_checksum.h), which is C and static, for a test.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_TESTS_AMALGAMATION_CHECKSUM_H_
#define GLASSWAL_TESTS_AMALGAMATION_CHECKSUM_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How many ways there are on this kind of processor, whether or not this one has them. The first is the one that is chosen.
int glasswal_checksum_ways(void);

/// Its name; for messages.
const char* glasswal_checksum_name(int way);

/// Carries the two sums on over the bytes, and copies them to `copy` unless it is null. 0: this processor or this number of bytes
/// has no such way, and nothing was done.
int glasswal_checksum(int way, const uint8_t* bytes, uint8_t* copy, int count, uint32_t* sum1,
                      uint32_t* sum2);

#ifdef __cplusplus
}
#endif

#endif  // GLASSWAL_TESTS_AMALGAMATION_CHECKSUM_H_
