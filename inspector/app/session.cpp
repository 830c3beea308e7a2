#include "app/session.h"

#include "glasswal/capture.h"
#include "model/page_reader.h"
#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

constexpr uint64_t kMsNs = 1'000'000;
constexpr uint64_t kSecondNs = 1000 * kMsNs;
constexpr size_t kMostControls = 32;  // More databases than that are looked at once a second.

/// Whether a duration in it grows while nobody does anything.
bool HasGrowingDurations(const Snapshot& snapshot) {
  for (const LockSnapshot& lock : snapshot.locks) {
    if ((lock.exclusive && !lock.holders.empty()) || !lock.waiters.empty()) return true;
  }
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    if (connection.transaction_ns > 0 || connection.waiting) return true;
  }
  for (const RecoverySnapshot& recovery : snapshot.recoveries) {
    if (recovery.running) return true;
  }
  return false;
}

}  // namespace

void Session::Attach(std::unique_ptr<Source> source) {
  Detach();
  source_ = std::move(source);
  bytes_ = std::make_unique<CountingBytes>(source_->bytes());
  silence_ = SilenceTracker();
  model_->Reset(source_->title(), source_->live());
  checked_ns_ = 0;
  looked_ns_ = 0;
  observed_ns_ = 0;
  fingerprint_ = 0;
  Observe(std::nullopt);
}

void Session::Detach() {
  bytes_.reset();
  source_.reset();
  control_offsets_.clear();
  batch_ = EventBatch();
}

uint64_t Session::Fingerprint() {
  ++looks_;
  uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&](uint64_t offset, size_t size) {
    scratch_.resize(size / sizeof(uint64_t));
    if (!bytes_->Copy(offset, size, scratch_.data())) return;
    for (const uint64_t word : scratch_) hash = (hash ^ word) * 0x100000001b3;
  };
  mix(0, sizeof(shm::ShmHeader));
  for (const uint64_t offset : control_offsets_) mix(offset, sizeof(shm::ShmDatabase));
  return hash;
}

bool Session::Observe(std::optional<uint64_t> now_ns) {
  observed_ns_ = now_ns.value_or(0);
  batch_ = EventBatch();
  Result<Snapshot> snapshot = glasswal::Observe(*bytes_);
  if (!snapshot.ok()) {
    // Said once: what was seen before stays on the screen.
    const bool news = model_->problem() != snapshot.status().message();
    model_->SetProblem(snapshot.status().message());
    return news;
  }
  if (now_ns) silence_.Apply(*now_ns, &*snapshot);
  Result<EventBatch> batch =
      ObserveEvents(*bytes_, model_->events().next_sequence(), static_cast<uint32_t>(kMostEvents));
  if (batch.ok()) batch_ = std::move(*batch);
  control_offsets_.clear();
  for (size_t i = 0; i < snapshot->segments.size() && control_offsets_.size() < kMostControls;
       ++i) {
    if (snapshot->segments[i].kind == SegmentKind::kControl) {
      control_offsets_.push_back(uint64_t{i} * shm::kSegmentBytes);
    }
  }
  ticking_ = HasGrowingDurations(*snapshot);
  model_->SetProblem("");
  model_->Add(std::move(*snapshot), batch_);
  return true;
}

bool Session::Poll(uint64_t now_ns, const Pace& pace) {
  if (!source_ || !source_->live()) return false;
  // A timer that is a little early must not have to come twice.
  if (now_ns - looked_ns_ < pace.look_ms * (kMsNs * 3 / 4)) return false;
  looked_ns_ = now_ns;
  if (now_ns - checked_ns_ >= kSecondNs) {
    checked_ns_ = now_ns;
    const Status status = source_->Check();
    if (!status.ok()) {
      const bool news = model_->problem() != status.message();
      model_->SetProblem(status.message());
      return news;
    }
  }
  if (now_ns - observed_ns_ < pace.observe_ms * (kMsNs * 3 / 4)) return false;
  const uint64_t fingerprint = Fingerprint();
  const bool grown = ticking_ && now_ns - observed_ns_ >= kSecondNs;
  if (fingerprint == fingerprint_ && !grown) return false;
  fingerprint_ = fingerprint;
  return Observe(now_ns);
}

Result<std::vector<uint8_t>> Session::Capture(bool with_contents) const {
  if (!source_) return Status(StatusCode::kNotFound, "Nothing is attached.");
  return WriteCapture(*bytes_, {.contents = with_contents});
}

PageMap Session::ReadPages(uint32_t file) const {
  if (!source_ || !model_->has_snapshot()) return {};
  return ReadPageMap(*bytes_, model_->snapshot(), file);
}

}  // namespace glasswal::inspector
