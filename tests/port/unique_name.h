// Names for what outlives a process: regions, files in a temporary folder.
//
// A test that is killed leaves its regions behind, and process ids come round again. The time at
// which a process began tells the two apart.
#ifndef GLASSWAL_TESTS_PORT_UNIQUE_NAME_H_
#define GLASSWAL_TESTS_PORT_UNIQUE_NAME_H_

#include <atomic>
#include <string>

#include "port/process.h"

namespace glasswal::test {

/// A name that begins with `what` and that no other call in any process, now or before, got.
inline std::string UniqueName(const std::string& what) {
  static std::atomic<int> count{0};
  const uint64_t process = port::ProcessId();
  return what + "-" + std::to_string(process) + "-" + std::to_string(port::ProcessStart(process)) +
         "-" + std::to_string(++count);
}

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_PORT_UNIQUE_NAME_H_
