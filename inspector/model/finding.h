// Findings: rules that look at a moment and its past and name what looks wrong, in a sentence.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_MODEL_FINDING_H_
#define GLASSWAL_INSPECTOR_MODEL_FINDING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "glasswal/snapshot.h"
#include "model/place.h"

namespace glasswal::inspector {

struct Finding {
  enum class Severity : uint8_t { kNote, kWarning, kProblem };
  Severity severity = Severity::kNote;
  std::string rule;                    // Short and the same for each finding of its kind.
  std::string sentence;                // What is the case, with names and numbers.
  std::string advice;                  // What to do, or why it matters.
  PanelId panel = PanelId::kOverview;  // Where there is more to see.
  Selection selection;
};
const char* Name(Finding::Severity severity);

// From when on something is worth saying.
inline constexpr uint64_t kLongHoldNs = 500'000'000;
inline constexpr uint64_t kLongReaderNs = 2'000'000'000;
inline constexpr uint64_t kSilentHolderNs = 1'000'000'000;
inline constexpr uint32_t kNearlyFullPercent = 80;

/// The worst first. `events_lost` is what the inspector itself could not read.
std::vector<Finding> Findings(const Snapshot& snapshot, uint64_t events_lost);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_FINDING_H_
