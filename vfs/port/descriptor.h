// A file descriptor that is closed by its owner's end.
#ifndef GLASSWAL_VFS_PORT_DESCRIPTOR_H_
#define GLASSWAL_VFS_PORT_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace glasswal::port {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }

  bool ok() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_ = -1;
};

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_DESCRIPTOR_H_
