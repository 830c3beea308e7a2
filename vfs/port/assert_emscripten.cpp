#include "port/assert.h"

#if GLASSWAL_ASSERTIONS

#if GLASSWAL_TEST_POINTS
#include <cstdio>
#endif

namespace glasswal::port {

// The module has no standard streams; a program that tests it has.
void FailAssertion([[maybe_unused]] const char* file, [[maybe_unused]] int line,
                   [[maybe_unused]] const char* sentence) {
#if GLASSWAL_TEST_POINTS
  std::fprintf(stderr, "glasswal: %s:%d: this must not happen: %s\n", file, line, sentence);
#endif
  __builtin_trap();
}

}  // namespace glasswal::port

#endif  // GLASSWAL_ASSERTIONS
