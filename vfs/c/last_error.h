// What a failed call of the C library says, kept for the thread that made it.
//
// Thread-safety: each thread has its own.
#ifndef GLASSWAL_VFS_C_LAST_ERROR_H_
#define GLASSWAL_VFS_C_LAST_ERROR_H_

#include <string>

#include "glasswal/glasswal.h"
#include "glasswal/status.h"

namespace glasswal::c {

/// The code of `status`, whose message is kept if it is a failure.
glasswal_status Give(const Status& status);

/// GLASSWAL_INVALID_ARGUMENT, with a sentence.
glasswal_status Refuse(std::string sentence);

/// Whether `text` is a string; else `what` is refused by name, and the answer is false. What is
/// longer than any name or path can be is not read to its end.
bool IsText(const char* text, const char* what);

}  // namespace glasswal::c

#endif  // GLASSWAL_VFS_C_LAST_ERROR_H_
