// Where the inspector's bytes come from: a mapped region, another module's memory, a capture.
//
// All of them are a glasswal::RegionBytes with a title and a word on whether they are still there.
// Natively source/named_source.h opens a region by name; a capture is opened here; whoever has
// another way to copy ranges out of a region (a page, a test) wraps it with NewSource().
//
// Thread-safety: a source belongs to one thread; what it reads may change at any time.
#ifndef GLASSWAL_INSPECTOR_SOURCE_SOURCE_H_
#define GLASSWAL_INSPECTOR_SOURCE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glasswal/capture.h"
#include "glasswal/observe.h"
#include "glasswal/status.h"

namespace glasswal::inspector {

class Source {
 public:
  virtual ~Source() = default;

  virtual const RegionBytes& bytes() const = 0;
  /// What the user knows it by: a region's name, a file's name.
  const std::string& title() const { return title_; }
  /// Whether it can change. A capture does not.
  bool live() const { return live_; }
  /// Ok while it is the thing that was opened; else a sentence. What was mapped stays readable.
  virtual Status Check() const { return Status::Ok(); }
  /// What was recorded before, if the source is a capture; else null. Its looks are gone through
  /// once.
  virtual const Capture* capture() const { return nullptr; }
  /// Whether there is the proof that the client of that slot is dead. Another may come into the slot
  /// at any time: compare its generation before and after.
  virtual bool IsDead(uint32_t client_slot) const {
    (void)client_slot;
    return false;
  }

 protected:
  Source(std::string title, bool live) : title_(std::move(title)), live_(live) {}

 private:
  const std::string title_;
  const bool live_;
};

/// Any bytes as a source.
std::unique_ptr<Source> NewSource(std::unique_ptr<RegionBytes> bytes, std::string title, bool live);

/// The source that the bytes of a capture file hold; a sentence if they are none.
Result<std::unique_ptr<Source>> OpenCapture(std::vector<uint8_t> bytes, std::string title);

/// Passes everything on and counts what is copied.
class CountingBytes final : public RegionBytes {
 public:
  explicit CountingBytes(const RegionBytes& from) : from_(from) {}
  uint64_t size_bytes() const override { return from_.size_bytes(); }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    copied_bytes_ += size_bytes;
    return from_.Copy(offset, size_bytes, to);
  }
  uint64_t NowNs() const override { return from_.NowNs(); }
  uint64_t copied_bytes() const { return copied_bytes_; }

 private:
  const RegionBytes& from_;
  mutable uint64_t copied_bytes_ = 0;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_SOURCE_SOURCE_H_
