#include "app/session.h"

#include <algorithm>
#include <utility>

#include "glasswal/capture.h"
#include "model/format.h"
#include "model/page_reader.h"
#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

constexpr uint64_t kMsNs = 1'000'000;
constexpr uint64_t kSecondNs = 1000 * kMsNs;
constexpr size_t kMostControls = 32;  // More databases than that are looked at once a second.
// What is read at the most to replay a capture: the newest looks are, however many a file has.
constexpr uint64_t kMostReplayBytes = 1 << 30;
// Rates over less than this say more about the moment than about the work.
constexpr uint64_t kLeastGapNs = 100 * kMsNs;

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

/// What is known of where a capture comes from, for the user.
std::string Origin(const Capture& capture, uint64_t recorded_ns) {
  if (!capture.checked) {
    return "captured by an older version, without checksums: whether it is whole was not checked";
  }
  std::string text = "captured";
  if (capture.made_unix_ms != 0) text += " " + FormatUtc(capture.made_unix_ms);
  return text + (recorded_ns > 0 ? ", recorded for " + FormatDuration(recorded_ns) + " until then"
                                 : ", nothing recorded before");
}

/// The recorded events of a capture, look by look.
class RecordedEvents {
 public:
  explicit RecordedEvents(const EventBatch& all) : all_(all) {}

  /// Those before `head` that were not yet taken.
  EventBatch TakeUntil(uint64_t head) {
    EventBatch batch;
    for (; next_ < all_.events.size() && all_.events[next_].sequence < head; ++next_) {
      batch.events.push_back(all_.events[next_]);
    }
    batch.next_sequence =
        next_ < all_.events.size() ? all_.events[next_].sequence : all_.next_sequence;
    // When they were lost is not known: before all, or else they would be there.
    batch.lost = std::exchange(lost_, 0);
    return batch;
  }

 private:
  const EventBatch& all_;
  size_t next_ = 0;
  uint64_t lost_ = all_.lost;
};

}  // namespace

void Session::Attach(std::unique_ptr<Source> source) {
  Detach();
  source_ = std::move(source);
  bytes_ = std::make_unique<CountingBytes>(source_->bytes());
  recorder_ = std::make_unique<Recorder>(RecorderOptions{.most_looks = kMostSamples});
  silence_ = SilenceTracker();
  model_->Reset(source_->title(), source_->live());
  checked_ns_ = 0;
  looked_ns_ = 0;
  observed_ns_ = 0;
  fingerprint_ = 0;
  if (source_->capture() != nullptr) return Replay(*source_->capture());
  (void)Observe(std::nullopt);
}

void Session::Detach() {
  recorder_.reset();
  bytes_.reset();
  source_.reset();
  control_offsets_.clear();
  batch_ = EventBatch();
  rest_ = EventBatch();
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
  Result<Snapshot> snapshot = recorder_->Observe(*bytes_);
  if (!snapshot.ok()) {
    // Said once: what was seen before stays on the screen.
    const bool news = model_->problem() != snapshot.status().message();
    model_->SetProblem(snapshot.status().message());
    return news;
  }
  if (now_ns) silence_.Apply(*now_ns, &*snapshot);
  Result<EventBatch> batch = recorder_->ObserveEvents(*bytes_, static_cast<uint32_t>(kMostEvents));
  if (batch.ok()) batch_ = std::move(*batch);
  const EventBatch before = std::exchange(rest_, {});
  batch_.events.insert(batch_.events.begin(), before.events.begin(), before.events.end());
  batch_.lost += before.lost;
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

EventBatch Session::ReplayLooks(const glasswal::Capture& capture) {
  EventBatch all;
  RecordedEvents events(capture.events);
  const uint64_t made_ns = bytes_->NowNs();
  const uint32_t count = capture.looks ? capture.looks->count() : 0;
  for (uint32_t left = count; left > 0; --left) {
    const RegionBytes* look = capture.looks->Next();
    if (look == nullptr || look->NowNs() >= made_ns) break;
    // The capture itself is one more look, and takes the place of one right before it.
    if (left == 1 && made_ns - look->NowNs() < kLeastGapNs) break;
    const uint64_t most = kMostReplayBytes / std::max<uint64_t>(capture.looks->table_bytes(), 1);
    if (left > std::min<uint64_t>(most, kMostSamples - 1)) continue;
    Result<Snapshot> snapshot = recorder_->Observe(*look);
    if (!snapshot.ok()) continue;
    // As with a live region: at the first look nothing is known of silence.
    if (model_->has_snapshot()) silence_.Apply(snapshot->observed_ns, &*snapshot);
    const EventBatch batch = events.TakeUntil(snapshot->events.head);
    all.events.insert(all.events.end(), batch.events.begin(), batch.events.end());
    all.lost += batch.lost;
    model_->Add(std::move(*snapshot), batch);
  }
  rest_ = events.TakeUntil(UINT64_MAX);
  return all;
}

void Session::Replay(const glasswal::Capture& capture) {
  if (!capture.events.events.empty()) recorder_->Keep(capture.events);
  const EventBatch all = ReplayLooks(capture);
  // Without a past nothing is known of how long anybody has been silent.
  (void)Observe(model_->has_snapshot() ? std::optional(bytes_->NowNs()) : std::nullopt);
  batch_.events.insert(batch_.events.begin(), all.events.begin(), all.events.end());
  batch_.lost += all.lost;
  if (!model_->problem().empty()) return;
  const auto& samples = model_->history().samples();
  model_->SetOrigin(Origin(
      capture, samples.back().snapshot->observed_ns - samples.front().snapshot->observed_ns));
  std::string problems;
  for (const std::string& problem : capture.problems) {
    problems += (problems.empty() ? "" : " ") + problem;
  }
  model_->SetProblem(problems);
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
  return WriteCapture(*bytes_, {.contents = with_contents, .recorder = recorder_.get()});
}

PageMap Session::ReadPages(uint32_t file) const {
  if (!source_ || !model_->has_snapshot()) return {};
  return ReadPageMap(*bytes_, model_->snapshot(), file);
}

}  // namespace glasswal::inspector
