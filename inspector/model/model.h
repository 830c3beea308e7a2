// Everything that the views show: the present, the past, the events, and what was made of them.
//
// The app adds what it observed; views read. While the model is paused it goes on recording, and
// shows the moment that was chosen.
//
// Thread-safety: as a value. No clock: all times come with what is added.
#ifndef GLASSWAL_INSPECTOR_MODEL_MODEL_H_
#define GLASSWAL_INSPECTOR_MODEL_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/snapshot.h"
#include "model/compare.h"
#include "model/event_log.h"
#include "model/finding.h"
#include "model/history.h"
#include "model/lock_spans.h"
#include "model/page_map.h"
#include "model/place.h"

namespace glasswal::inspector {

/// Two moments beside each other.
struct Comparison {
  std::string before_title;
  std::string after_title;
  std::vector<Difference> differences;
};

class Model {
 public:
  /// Starts anew, for another source.
  void Reset(const std::string& title, bool live);
  /// The source cannot be read any more, or is gone: `sentence` says so. Empty: all is well.
  void SetProblem(const std::string& sentence) { problem_ = sentence; }
  /// Of a capture: when it was made, and what it has of the time before.
  void SetOrigin(const std::string& origin) { origin_ = origin; }
  /// Adds one observation. Foreign text in it is cleaned here, once, for all views.
  void Add(Snapshot snapshot, const EventBatch& events);

  const std::string& title() const { return title_; }
  bool live() const { return live_; }
  const std::string& problem() const { return problem_; }
  const std::string& origin() const { return origin_; }
  /// What the newest moment is called.
  const char* NewestName() const { return live_ ? "now" : "captured"; }

  /// Whether there is a snapshot; everything below needs one unless it says otherwise.
  bool has_snapshot() const { return shown_.snapshot != nullptr; }
  /// The moment that is shown.
  const Snapshot& snapshot() const { return *shown_.snapshot; }
  const Sample& shown() const { return shown_; }
  /// Without a snapshot it knows nobody.
  const EventNames& names() const { return *names_; }
  const std::vector<Finding>& findings() const { return findings_; }
  /// Changes whenever another moment is shown.
  uint64_t revision() const { return revision_; }

  /// May be empty.
  const History& history() const { return history_; }
  const EventLog& events() const { return events_; }
  const LockTimeline& lock_timeline() const { return lock_timeline_; }
  /// How long before the newest moment the shown one is. REQUIRES: a history.
  std::string ShownWhen() const;
  /// How many of events() had happened at the moment that is shown.
  size_t shown_events() const;
  /// The sample that stands `ns` before the newest one, or the oldest.
  size_t PositionBefore(uint64_t ns) const;

  bool paused() const { return paused_; }
  void SetPaused(bool paused);
  /// Pauses and shows the sample at that position of the history.
  void ScrubTo(size_t position);
  size_t shown_position() const { return history_.Position(shown_.serial); }

  const std::vector<Bookmark>& bookmarks() const { return bookmarks_; }
  void AddBookmark(const std::string& label);
  void RemoveBookmark(size_t index);
  /// Pauses and shows it.
  void ShowBookmark(size_t index);

  /// The moment that is shown becomes the one before.
  void SetBaseline();
  void SetBaseline(Snapshot snapshot, const std::string& title);
  void ClearBaseline();
  /// Null without a baseline.
  const Comparison* comparison() const { return comparison_ ? &*comparison_ : nullptr; }

  const PageMap& pages() const { return pages_; }
  void SetPages(PageMap pages) { pages_ = std::move(pages); }

 private:
  void Show(const Sample& sample);
  void UpdateComparison();

  std::string title_;
  bool live_ = false;
  std::string problem_;
  std::string origin_;
  bool paused_ = false;
  uint64_t revision_ = 0;
  Sample shown_;
  std::shared_ptr<NameBook> book_ = std::make_shared<NameBook>();
  std::shared_ptr<const EventNames> names_ = std::make_shared<EventNames>(Snapshot());
  std::vector<Finding> findings_;
  History history_;
  EventLog events_;
  LockTimeline lock_timeline_;
  std::vector<Bookmark> bookmarks_;
  std::shared_ptr<const Snapshot> baseline_;
  std::string baseline_title_;
  std::optional<Comparison> comparison_;
  PageMap pages_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_MODEL_H_
