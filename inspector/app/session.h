// One source being watched: cheap looks, and an observation into the model when something changed.
//
// A look copies the header and the control segments and compares a hash of them with that of the
// look before: every commit, lock and heartbeat is in there. Durations that grow while nothing
// happens (a held lock, an open transaction) are looked at anew once a second. A region that
// changes all the time is observed at the pace of pace.h.
//
// What is observed is recorded, and goes into the captures that are made of it. Of a capture what
// it recorded is observed once more, look by look, when it is attached: so it has the same past.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_APP_SESSION_H_
#define GLASSWAL_INSPECTOR_APP_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/pace.h"
#include "glasswal/observe.h"
#include "glasswal/recorder.h"
#include "model/model.h"
#include "source/source.h"

namespace glasswal::inspector {

class Session {
 public:
  /// `model` outlives the session.
  explicit Session(Model* model) : model_(model) {}

  /// Watches another source; observes it at once, and without a clock: silence is measured from the
  /// first Poll() on.
  void Attach(std::unique_ptr<Source> source);
  void Detach();
  bool attached() const { return source_ != nullptr; }

  /// Looks if it is time to; true if the model was given something new.
  bool Poll(uint64_t now_ns, const Pace& pace);

  /// The events that the last Attach or Poll added.
  const EventBatch& new_events() const { return batch_; }
  /// A capture of the source as it is now, with what was recorded of it.
  Result<std::vector<uint8_t>> Capture(bool with_contents) const;
  /// What each page of a database is; reads the database.
  PageMap ReadPages(uint32_t file) const;

  uint64_t copied_bytes() const { return bytes_ ? bytes_->copied_bytes() : 0; }
  uint64_t looks() const { return looks_; }

 private:
  uint64_t Fingerprint();
  bool Observe(std::optional<uint64_t> now_ns);
  /// Takes what the capture recorded as if it happened once more, and then the capture itself.
  void Replay(const glasswal::Capture& capture);
  /// The looks alone; returns their events.
  EventBatch ReplayLooks(const glasswal::Capture& capture);

  Model* const model_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<CountingBytes> bytes_;
  std::unique_ptr<Recorder> recorder_;
  SilenceTracker silence_;
  EventBatch batch_;
  EventBatch rest_;  // Recorded events of no recorded look; the next observation has them, too.
  std::vector<uint64_t> control_offsets_;  // Of the control segments that the last snapshot saw.
  std::vector<uint64_t> scratch_;
  bool ticking_ = false;  // Something has a duration that grows by itself.
  uint64_t fingerprint_ = 0;
  uint64_t looked_ns_ = 0;
  uint64_t checked_ns_ = 0;
  uint64_t observed_ns_ = 0;
  uint64_t looks_ = 0;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_SESSION_H_
