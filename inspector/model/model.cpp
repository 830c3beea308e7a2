#include "model/model.h"

#include <algorithm>

#include "model/clean.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

/// How the moment that is shown is called where it stands beside another.
std::string MomentTitle(const Model& model) {
  return model.history().empty() ? model.title() : model.title() + ", " + model.ShownWhen();
}

}  // namespace

void Model::Reset(const std::string& title, bool live) {
  Model fresh;
  fresh.title_ = CleanText(title);
  fresh.live_ = live;
  fresh.revision_ = revision_ + 1;
  // A baseline outlives its source: that is how two captures are compared.
  fresh.baseline_ = baseline_;
  fresh.baseline_title_ = baseline_title_;
  *this = std::move(fresh);
}

void Model::Add(Snapshot snapshot, const EventBatch& events) {
  CleanSnapshot(&snapshot);
  book_->Learn(snapshot);
  history_.Add(std::move(snapshot));
  events_.Append(events);
  lock_timeline_.Add(*history_.samples().back().snapshot, events);
  if (!paused_ || !has_snapshot()) Show(history_.samples().back());
}

void Model::Show(const Sample& sample) {
  shown_ = sample;
  ++revision_;
  names_ = std::make_shared<EventNames>(snapshot(), book_);
  findings_ = Findings(snapshot(), events_.lost());
  UpdateComparison();
}

size_t Model::shown_events() const {
  return has_snapshot() && paused_ ? events_.LowerBound(snapshot().events.head)
                                   : events_.events().size();
}

std::string Model::ShownWhen() const {
  const uint64_t newest = history_.samples().back().snapshot->observed_ns;
  const uint64_t at = snapshot().observed_ns;
  return newest > at ? FormatDuration(newest - at) + " ago" : NewestName();
}

size_t Model::PositionBefore(uint64_t ns) const {
  const auto& samples = history_.samples();
  if (samples.empty()) return 0;
  const uint64_t newest = samples.back().snapshot->observed_ns;
  const uint64_t wanted = newest > ns ? newest - ns : 0;
  const auto at = std::lower_bound(
      samples.begin(), samples.end(), wanted,
      [](const Sample& sample, uint64_t time) { return sample.snapshot->observed_ns < time; });
  return std::min<size_t>(static_cast<size_t>(at - samples.begin()), samples.size() - 1);
}

void Model::SetPaused(bool paused) {
  paused_ = paused;
  if (!paused && !history_.empty()) Show(history_.samples().back());
}

void Model::ScrubTo(size_t position) {
  if (history_.empty()) return;
  paused_ = true;
  Show(history_.samples()[std::min(position, history_.samples().size() - 1)]);
}

void Model::AddBookmark(const std::string& label) {
  if (has_snapshot()) bookmarks_.push_back({CleanText(label), shown_});
}

void Model::RemoveBookmark(size_t index) {
  if (index < bookmarks_.size()) {
    bookmarks_.erase(bookmarks_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

void Model::ShowBookmark(size_t index) {
  if (index >= bookmarks_.size()) return;
  paused_ = true;
  Show(bookmarks_[index].sample);
}

void Model::SetBaseline() {
  if (!has_snapshot()) return;
  baseline_ = shown_.snapshot;
  baseline_title_ = MomentTitle(*this);
  UpdateComparison();
}

void Model::SetBaseline(Snapshot snapshot, const std::string& title) {
  CleanSnapshot(&snapshot);
  baseline_ = std::make_shared<const Snapshot>(std::move(snapshot));
  baseline_title_ = CleanText(title);
  UpdateComparison();
}

void Model::ClearBaseline() {
  baseline_.reset();
  comparison_.reset();
}

void Model::UpdateComparison() {
  if (!baseline_ || !has_snapshot()) return;
  comparison_ = Comparison{baseline_title_, MomentTitle(*this), Compare(*baseline_, snapshot())};
}

}  // namespace glasswal::inspector
