// Assertions: what only our own code can break, said as a condition and a sentence.
//
// Never for bytes of a region: they are input, and what is wrong with them is an error that is
// reported. A failed assertion is a mistake of this library. It prints the place and the sentence,
// and ends the program: in the WebAssembly module, which has nothing to print with, by a trap.
//
// They are on (GLASSWAL_ASSERTIONS=1) in every configuration that tests run in, and in the preset
// `checked`. In a release, and in the module that is shipped, there is nothing of them.
//
// Thread-safety: may be used on any thread, and in constant expressions.
#ifndef GLASSWAL_VFS_PORT_ASSERT_H_
#define GLASSWAL_VFS_PORT_ASSERT_H_

#include "port/one_build.h"

GLASSWAL_NAME_BUILD(GLASSWAL_BUILD_ASSERTIONS, assertions)

#if GLASSWAL_ASSERTIONS

namespace glasswal::port {

/// Says which assertion failed where, and ends the program.
[[noreturn]] void FailAssertion(const char* file, int line, const char* sentence);

}  // namespace glasswal::port

#define GLASSWAL_ASSERT(condition, sentence) \
  ((condition) ? static_cast<void>(0)        \
               : ::glasswal::port::FailAssertion(__FILE__, __LINE__, sentence))
#else
// Looked at by the compiler, so that it goes on compiling; never evaluated.
#define GLASSWAL_ASSERT(condition, sentence) static_cast<void>(sizeof((condition) ? 1 : 0))
#endif

#endif  // GLASSWAL_VFS_PORT_ASSERT_H_
