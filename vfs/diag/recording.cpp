#include "diag/recording.h"

#include <string>
#include <utility>

#include "diag/event_code.h"
#include "diag/table_image.h"

namespace glasswal::diag {
namespace {

Status Damaged(const std::string& what) {
  return Status(StatusCode::kCorrupt, "makes no sense: " + what);
}

Status CheckFormat(uint64_t format) {
  if (format == kRecordingFormat) return Status::Ok();
  return Status(StatusCode::kVersionMismatch, "is of format " + std::to_string(format) +
                                                  ", and this build reads format " +
                                                  std::to_string(kRecordingFormat));
}

class Looks final : public RecordedLooks, private RegionBytes {
 public:
  explicit Looks(std::vector<uint8_t> part)
      : part_(std::move(part)), code_(part_.data(), part_.size()) {}

  Status Begin() {
    const Status status = CheckFormat(code_.Take());
    if (!status.ok()) return status;
    const uint64_t count = code_.Take();
    if (code_.failed() || count > kMostRecordedLooks) return Damaged("the number of its looks");
    count_ = static_cast<uint32_t>(count);
    return status;
  }

  uint32_t count() const override { return count_; }
  uint64_t table_bytes() const override { return image_.size_bytes(); }
  const RegionBytes* Next() override {
    if (taken_ == count_) return nullptr;
    const uint64_t time_ns = code_.TakeDifference(time_ns_);
    if (time_ns < time_ns_ || !image_.Apply(&code_)) return nullptr;
    time_ns_ = time_ns;
    ++taken_;
    return this;
  }
  bool whole() const { return taken_ == count_ && code_.at_end() && !code_.failed(); }

 private:
  uint64_t size_bytes() const override { return UINT64_MAX; }
  uint64_t NowNs() const override { return time_ns_; }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    return image_.Copy(offset, size_bytes, to);
  }

  const std::vector<uint8_t> part_;
  VarintReader code_;
  TableImage image_;
  uint32_t count_ = 0;
  uint32_t taken_ = 0;
  uint64_t time_ns_ = 0;
};

}  // namespace

Result<std::unique_ptr<RecordedLooks>> ReadLooks(std::vector<uint8_t> part) {
  auto looks = std::make_unique<Looks>(part);
  const Status status = looks->Begin();
  if (!status.ok()) return status;
  // All of it is gone through before anything of it is believed.
  while (looks->Next() != nullptr) {
  }
  if (!looks->whole()) return Damaged("what it says has no end, or goes on behind it");
  looks = std::make_unique<Looks>(std::move(part));
  (void)looks->Begin();
  return std::unique_ptr<RecordedLooks>(std::move(looks));
}

Result<EventBatch> ReadRecordedEvents(const std::vector<uint8_t>& part) {
  VarintReader code(part.data(), part.size());
  const Status status = CheckFormat(code.Take());
  if (!status.ok()) return status;
  const uint64_t fields = code.Take();
  if (fields < 2 || fields > kMostEventFields) return Damaged("the fields of its events");
  EventBatch batch;
  batch.next_sequence = code.Take();
  batch.lost = code.Take();
  while (!code.at_end()) {
    const size_t most = kMostRecordedEvents - batch.events.size();
    if (!TakeEvents(&code, static_cast<uint32_t>(fields), most, &batch.events)) {
      return Damaged("an event of it");
    }
  }
  if (code.failed() ||
      (!batch.events.empty() && batch.next_sequence <= batch.events.back().sequence)) {
    return Damaged("its end");
  }
  return batch;
}

}  // namespace glasswal::diag
