// Recording: looks whose reads are noted in an image of the tables, and the events between them.
#include "glasswal/recorder.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "diag/event_code.h"
#include "diag/recording.h"
#include "diag/table_image.h"

namespace glasswal {
namespace {

constexpr size_t kEventsInChunk = 256;

/// Passes everything on and notes it in an image.
class NotingBytes final : public RegionBytes {
 public:
  NotingBytes(const RegionBytes& from, diag::TableImage* image) : from_(from), image_(image) {}

  uint64_t size_bytes() const override { return from_.size_bytes(); }
  uint64_t NowNs() const override { return from_.NowNs(); }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    if (!from_.Copy(offset, size_bytes, to)) return false;
    fits_ = fits_ && image_->Put(offset, size_bytes, to);
    return true;
  }
  bool fits() const { return fits_; }

 private:
  const RegionBytes& from_;
  diag::TableImage* const image_;
  mutable bool fits_ = true;
};

}  // namespace

class Recorder::Impl {
 public:
  explicit Impl(const RecorderOptions& options) : options_(options) {
    options_.most_looks = std::clamp(options.most_looks, 1u, diag::kMostRecordedLooks);
    options_.most_events = std::min(options.most_events, diag::kMostRecordedEvents);
  }

  Result<Snapshot> Observe(const RegionBytes& source) {
    const NotingBytes noting(source, &image_);
    Result<Snapshot> snapshot = glasswal::Observe(noting);
    if (!noting.fits()) {
      ClearLooks();
    } else if (snapshot.ok() && snapshot->consistent) {
      AddLook(snapshot->observed_ns);
    }
    return snapshot;
  }

  void Keep(const EventBatch& batch) {
    next_sequence_ = batch.next_sequence;
    lost_ += batch.lost;
    for (size_t at = 0; at < batch.events.size(); at += kEventsInChunk) {
      const size_t count = std::min(kEventsInChunk, batch.events.size() - at);
      Chunk chunk;
      chunk.events = static_cast<uint32_t>(count);
      diag::PutEvents(batch.events.data() + at, count, &chunk.code);
      events_ += count;
      chunks_.push_back(std::move(chunk));
    }
    while (events_ > options_.most_events) {
      events_ -= chunks_.front().events;
      chunks_.pop_front();
    }
  }

  RecordedParts Parts() const {
    RecordedParts parts;
    if (!looks_.empty()) parts.looks = LooksPart();
    if (!chunks_.empty()) parts.events = EventsPart();
    return parts;
  }

  uint64_t next_sequence() const { return next_sequence_; }
  uint32_t looks() const { return static_cast<uint32_t>(looks_.size()); }

 private:
  struct Look {
    uint64_t time_ns = 0;
    std::vector<uint8_t> changes;  // Since the look before.
  };

  struct Chunk {
    uint32_t events = 0;
    std::vector<uint8_t> code;
  };

  void ClearLooks() {
    image_ = oldest_ = diag::TableImage();
    looks_.clear();
    change_bytes_ = 0;
  }

  void AddLook(uint64_t time_ns) {
    // Times are those of one clock; where they are not, there is no order to show them in.
    if (!looks_.empty() && time_ns < looks_.back().time_ns) return;
    looks_.push_back({time_ns, image_.TakeChanges()});
    change_bytes_ += looks_.back().changes.size();
    if (looks_.size() == 1) ApplyFront();
    while (looks_.size() > 1 &&
           (looks_.size() > options_.most_looks || change_bytes_ > options_.most_look_bytes)) {
      looks_.pop_front();
      ApplyFront();
    }
  }

  /// Makes oldest_ what the first look read; of that the changes are not needed any more.
  void ApplyFront() {
    std::vector<uint8_t> changes = std::exchange(looks_.front().changes, {});
    change_bytes_ -= changes.size();
    diag::VarintReader code(changes.data(), changes.size());
    (void)oldest_.Apply(&code);  // It was made of an image of the same bounds.
  }

  std::vector<uint8_t> LooksPart() const {
    std::vector<uint8_t> part;
    diag::PutVarint(diag::kRecordingFormat, &part);
    diag::PutVarint(looks_.size(), &part);
    uint64_t before_ns = 0;
    for (size_t i = 0; i < looks_.size(); ++i) {
      diag::PutDifference(before_ns, looks_[i].time_ns, &part);
      const std::vector<uint8_t> code = i == 0 ? oldest_.Whole() : looks_[i].changes;
      part.insert(part.end(), code.begin(), code.end());
      before_ns = looks_[i].time_ns;
    }
    return part;
  }

  std::vector<uint8_t> EventsPart() const {
    std::vector<uint8_t> part;
    diag::PutVarint(diag::kRecordingFormat, &part);
    diag::PutVarint(diag::kEventFields, &part);
    diag::PutVarint(next_sequence_, &part);
    diag::PutVarint(lost_, &part);
    for (const Chunk& chunk : chunks_)
      part.insert(part.end(), chunk.code.begin(), chunk.code.end());
    return part;
  }

  RecorderOptions options_;
  diag::TableImage image_;   // What the newest look read.
  diag::TableImage oldest_;  // What the oldest that is kept read.
  std::deque<Look> looks_;   // Oldest first; the changes of the first are in oldest_.
  uint64_t change_bytes_ = 0;
  std::deque<Chunk> chunks_;
  uint64_t events_ = 0;
  uint64_t next_sequence_ = 0;
  uint64_t lost_ = 0;
};

Recorder::Recorder(const RecorderOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Recorder::~Recorder() = default;

Result<Snapshot> Recorder::Observe(const RegionBytes& source) { return impl_->Observe(source); }

Result<EventBatch> Recorder::ObserveEvents(const RegionBytes& source, uint32_t limit) {
  Result<EventBatch> batch = glasswal::ObserveEvents(source, impl_->next_sequence(), limit);
  if (batch.ok()) impl_->Keep(*batch);
  return batch;
}

void Recorder::Keep(const EventBatch& batch) { impl_->Keep(batch); }
uint32_t Recorder::looks() const { return impl_->looks(); }
RecordedParts Recorder::Parts() const { return impl_->Parts(); }

}  // namespace glasswal
