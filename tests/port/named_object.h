// A name for a named memory that no other test uses, removed at the end.
#ifndef GLASSWAL_TESTS_PORT_NAMED_OBJECT_H_
#define GLASSWAL_TESTS_PORT_NAMED_OBJECT_H_

#include <string>

#include "port/memory.h"
#include "port/unique_name.h"

namespace glasswal::test {

class NamedObject {
 public:
  NamedObject() : name_(UniqueName("test")) {}
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
