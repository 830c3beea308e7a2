#include "cli/top/watch.h"

#include <utility>

#include "cli/target.h"
#include "source/named_source.h"

namespace glasswal::inspector::cli {

Watch::Watch(std::unique_ptr<Source> source) : source_(std::move(source)) {
  model_.Reset(source_->title(), source_->live());
}

bool Watch::Reopen() {
  Result<std::unique_ptr<Source>> source = OpenNamedRegion(source_->title());
  if (!source.ok() || !Observe((*source)->bytes()).ok()) return false;
  source_ = std::move(*source);
  silence_ = SilenceTracker();
  model_.Reset(source_->title(), source_->live());
  return true;
}

bool Watch::LookAtCapture() {
  if (model_.has_snapshot() || source_ == nullptr) return false;
  Result<std::unique_ptr<cli::Look>> look = LookAt(std::move(source_));
  if (!look.ok()) {
    model_.SetProblem(look.status().message());
    return false;
  }
  source_ = std::move((*look)->source);
  model_ = std::move((*look)->model);
  untouched_ = std::move((*look)->untouched);
  return true;
}

void Watch::FindDead() {
  dead_.clear();
  for (const ClientSnapshot& client : untouched_.clients) {
    if (source_->IsDead(client.slot)) dead_.insert({client.slot, client.generation});
  }
  if (dead_.empty()) return;
  // Whoever left in between is not dead: its slot is another's or nobody's by now.
  const Result<Snapshot> after = Observe(source_->bytes());
  std::set<Incarnation> still;
  if (after.ok()) {
    for (const ClientSnapshot& client : after->clients) {
      const Incarnation same = {client.slot, client.generation};
      if (dead_.count(same) > 0) still.insert(same);
    }
  }
  dead_ = std::move(still);
}

bool Watch::Look(uint64_t now_ns) {
  // A capture stays as it is.
  if (!model_.live()) return LookAtCapture();
  const Status present = source_->Check();
  if (!present.ok() && !Reopen()) {
    model_.SetProblem(present.message());
    return false;
  }
  Result<Snapshot> snapshot = Observe(source_->bytes());
  if (!snapshot.ok()) {
    model_.SetProblem(snapshot.status().message());
    return false;
  }
  silence_.Apply(now_ns, &*snapshot);
  const Result<EventBatch> events = ObserveEvents(source_->bytes(), model_.events().next_sequence(),
                                                  static_cast<uint32_t>(kMostEvents));
  model_.SetProblem("");
  untouched_ = *snapshot;
  FindDead();
  model_.Add(std::move(*snapshot), events.ok() ? *events : EventBatch());
  return true;
}

}  // namespace glasswal::inspector::cli
