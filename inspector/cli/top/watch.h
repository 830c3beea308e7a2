// A region or a capture that is looked at again and again, into a model.
//
// A region that goes is said to be gone, and what was seen last stays; one that comes again under the
// same name is looked at from then on.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_TOP_WATCH_H_
#define GLASSWAL_INSPECTOR_CLI_TOP_WATCH_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "cli/top/rows.h"
#include "glasswal/observe.h"
#include "model/model.h"
#include "source/source.h"

namespace glasswal::inspector::cli {

class Watch {
 public:
  explicit Watch(std::unique_ptr<Source> source);

  /// Observes once. False while there is nothing new to be seen; model().problem() says why.
  bool Look(uint64_t now_ns);

  const Model& model() const { return model_; }
  /// As the region has it, for JSON. REQUIRES: model().has_snapshot().
  const Snapshot& untouched() const { return untouched_; }
  /// The clients of the last look of whose death there is the proof, and whom nobody has recovered
  /// from yet.
  const std::set<Incarnation>& dead() const { return dead_; }

 private:
  bool LookAtCapture();
  void FindDead();
  /// Takes the region that has the name now.
  bool Reopen();

  std::unique_ptr<Source> source_;
  Model model_;
  Snapshot untouched_;
  std::set<Incarnation> dead_;
  SilenceTracker silence_;
};

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_TOP_WATCH_H_
