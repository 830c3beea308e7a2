// What a wait has of the machine and not of the program: the time without a processor.
//
// Thread-safety: any thread.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_RUN_DELAY_H_
#define GLASSWAL_TESTS_MULTIPROCESS_RUN_DELAY_H_

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace glasswal::test {

/// How long the first thread of a process has been ready to run and had no processor (proc(5), schedstat): that is
/// the machine's time, and not the client's.
inline uint64_t RunDelayNs(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/schedstat";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "r"), &std::fclose);
  unsigned long long delay_ns = 0;
  if (file == nullptr || std::fscanf(file.get(), "%*u %llu", &delay_ns) != 1) return 0;
  return delay_ns;
}

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_RUN_DELAY_H_
