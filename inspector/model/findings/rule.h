// A rule that finds what looks wrong, and the one list of them.
//
// Each rule has its own file in this folder, which defines the FindingRule that is named after its
// line of the table: kLongHoldFinding for LongHold. A line without such a file does not link.
//
// Thread-safety: constants and pure functions; a Report belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_MODEL_FINDINGS_RULE_H_
#define GLASSWAL_INSPECTOR_MODEL_FINDINGS_RULE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "glasswal/option_names.h"
#include "glasswal/snapshot.h"
#include "model/finding.h"

namespace glasswal::inspector {

/// The rules in the order in which findings that are equally bad are shown.
#define GLASSWAL_FINDINGS(X) \
  X(BadLock)                 \
  X(LongHold)                \
  X(SilentHolder)            \
  X(FullLog)                 \
  X(FullRegion)              \
  X(WasFull)                 \
  X(HeldBackCheckpoint)      \
  X(FullFile)                \
  X(ClientSlots)             \
  X(FileSlots)               \
  X(ConnectionSlots)         \
  X(RefusedWriters)          \
  X(LostEvents)              \
  X(Recovery)

/// What a rule looks at.
struct Moment {
  const Snapshot& snapshot;
  uint64_t events_lost;  // To the inspector itself.
};

struct FindingRule;

/// Takes what one rule finds.
class Report {
 public:
  Report(const FindingRule& rule, const Snapshot& snapshot, std::vector<Finding>* findings)
      : rule_(rule), snapshot_(snapshot), findings_(findings) {}

  /// A finding as the rule describes it; the caller may still make it better or worse. Valid until
  /// the next.
  Finding& Add(std::string sentence, const Selection& selection = {});
  /// How many there are, with those of the rules before.
  size_t count() const { return findings_->size(); }

 private:
  const FindingRule& rule_;
  const Snapshot& snapshot_;
  std::vector<Finding>* const findings_;
};

struct FindingRule {
  const char* name;  // Finding::rule.
  Finding::Severity severity;
  PanelId panel;       // Where there is more to see.
  const char* advice;  // What to do, or why it matters; {} stands for the name of `option`.
  std::optional<Option> option = std::nullopt;
  void (*check)(const Moment& moment, Report* report);
};

#define GLASSWAL_FINDING_DECLARATION(finding) extern const FindingRule k##finding##Finding;
GLASSWAL_FINDINGS(GLASSWAL_FINDING_DECLARATION)
#undef GLASSWAL_FINDING_DECLARATION

std::span<const FindingRule* const> FindingRules();

// For the rules.

inline constexpr uint64_t kSlotsWarningPercent = 90;
/// Whether `part` is at least so much of `whole`.
bool Nearly(uint64_t part, uint64_t whole, uint64_t percent = kNearlyFullPercent);
/// As names stand in sentences.
std::string Quoted(const std::string& name);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_FINDINGS_RULE_H_
