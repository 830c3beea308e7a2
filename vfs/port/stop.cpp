#include "port/stop.h"

#include <cstdio>
#include <cstdlib>

// In a file of its own, so that a program which brings another StopProgram() links nothing of this.

namespace glasswal::port {

void StopProgram(const char* sentence) {
  std::fprintf(stderr, "%s\n", sentence);
  std::abort();
}

}  // namespace glasswal::port
