// How many clients and connections there can be.
//
// Thread-safety: constants.
#ifndef GLASSWAL_LIMITS_H_
#define GLASSWAL_LIMITS_H_

#include <cstdint>

namespace glasswal {

/// So many clients a region has room for, and so many connections each of its databases: the slots
/// that one lock word can name. All that depends on it is in shm/slots.h, or derives from that.
inline constexpr uint32_t kMaxSlots = 62;

}  // namespace glasswal

#endif  // GLASSWAL_LIMITS_H_
