#include "model/history.h"

#include <algorithm>

namespace glasswal::inspector {
namespace {

template <typename T>
uint64_t BytesOf(const std::vector<T>& items) {
  return uint64_t{items.size()} * sizeof(T);
}

/// Strings and small vectors inside are left out: segments are most of it.
uint64_t BytesOf(const Snapshot& s) {
  return sizeof(s) + BytesOf(s.clients) + BytesOf(s.files) + BytesOf(s.databases) +
         BytesOf(s.connections) + BytesOf(s.locks) + BytesOf(s.wals) + BytesOf(s.segments) +
         BytesOf(s.recoveries);
}

}  // namespace

void History::Add(Snapshot snapshot) {
  Sample sample;
  sample.serial = next_serial_++;
  sample.bytes = BytesOf(snapshot);
  if (!samples_.empty()) sample.rates = RatesBetween(*samples_.back().snapshot, snapshot);
  sample.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
  bytes_ += sample.bytes;
  samples_.push_back(std::move(sample));
  while (samples_.size() > 1 && (samples_.size() > kMostSamples || bytes_ > kMostHistoryBytes)) {
    bytes_ -= samples_.front().bytes;
    samples_.pop_front();
  }
}

void History::Clear() { *this = History(); }

size_t History::Position(uint64_t serial) const {
  if (samples_.empty() || serial < samples_.front().serial) return 0;
  return std::min<size_t>(serial - samples_.front().serial, samples_.size() - 1);
}

}  // namespace glasswal::inspector
