// Events as the bytes of a capture's part.
//
// Events are coded in chunks, each of which is read without those before it, so that a recorder
// can drop its oldest. A chunk: the number of events, and of each its fields as varints, sequence
// and time as differences to those of the event before. The part says how many fields an event
// has: a reader takes those that it knows, and what is not there is 0. New fields go to the end.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_DIAG_EVENT_CODE_H_
#define GLASSWAL_VFS_DIAG_EVENT_CODE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "diag/varint.h"
#include "glasswal/event.h"

namespace glasswal::diag {

inline constexpr uint32_t kEventFields = 9 + kEventArguments;
inline constexpr uint32_t kMostEventFields = 64;  // Of a part that is read, whoever wrote it.

/// Appends one chunk.
void PutEvents(const Event* events, size_t count, std::vector<uint8_t>* to);

/// Appends the events of one chunk; false if it is none, has more than `most` events, or they do
/// not follow in sequence upon each other and upon those that are there. REQUIRES: 2 <= fields.
bool TakeEvents(VarintReader* code, uint32_t fields, size_t most, std::vector<Event>* events);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_EVENT_CODE_H_
