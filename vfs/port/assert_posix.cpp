#include "port/assert.h"

#if GLASSWAL_ASSERTIONS

#include <cstdio>
#include <cstdlib>

namespace glasswal::port {

void FailAssertion(const char* file, int line, const char* sentence) {
  std::fprintf(stderr, "glasswal: %s:%d: this must not happen: %s\n", file, line, sentence);
  std::abort();
}

}  // namespace glasswal::port

#endif  // GLASSWAL_ASSERTIONS
