// A name for a named memory that no other test uses, removed at the end.
#ifndef GLASSWAL_TESTS_PORT_NAMED_OBJECT_H_
#define GLASSWAL_TESTS_PORT_NAMED_OBJECT_H_

#include <unistd.h>

#include <string>

#include "port/memory.h"

namespace glasswal::test {

class NamedObject {
 public:
  NamedObject() {
    static int count = 0;
    name_ = "test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
  }
  NamedObject(const NamedObject&) = delete;
  NamedObject& operator=(const NamedObject&) = delete;
  ~NamedObject() { static_cast<void>(port::UnlinkNamedMemory(name_)); }

  const std::string& name() const { return name_; }
  std::string path() const { return "/dev/shm/glasswal." + name_; }

 private:
  std::string name_;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_PORT_NAMED_OBJECT_H_
