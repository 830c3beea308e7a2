#include "model/finding.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/findings/rule.h"

namespace glasswal::inspector {
namespace {

constexpr const FindingRule* kRules[] = {
#define GLASSWAL_FINDING_ADDRESS(finding) &k##finding##Finding,
    GLASSWAL_FINDINGS(GLASSWAL_FINDING_ADDRESS)
#undef GLASSWAL_FINDING_ADDRESS
};

/// What whoever made the region calls one of its options: only JavaScript has workers and pages.
std::string OptionOf(const Snapshot& s, Option option) {
  const bool javascript =
      std::any_of(s.clients.begin(), s.clients.end(), [](const ClientSnapshot& client) {
        return client.kind == ClientKind::kWorker || client.kind == ClientKind::kPage ||
               client.kind == ClientKind::kWaSqlite;
      });
  return NameOf(option, javascript ? OptionLanguage::kJavaScript : OptionLanguage::kCpp);
}

std::string AdviceOf(const FindingRule& rule, const Snapshot& s) {
  constexpr std::string_view kPlace = "{}";
  std::string advice = rule.advice;
  const size_t at = advice.find(kPlace);
  if (rule.option && at != std::string::npos) {
    advice.replace(at, kPlace.size(), OptionOf(s, *rule.option));
  }
  return advice;
}

}  // namespace

const char* Name(Finding::Severity severity) {
  switch (severity) {
    case Finding::Severity::kProblem:
      return "problem";
    case Finding::Severity::kWarning:
      return "warning";
    default:
      return "note";
  }
}

std::span<const FindingRule* const> FindingRules() { return kRules; }

Finding& Report::Add(std::string sentence, const Selection& selection) {
  findings_->push_back({rule_.severity, rule_.name, std::move(sentence), AdviceOf(rule_, snapshot_),
                        rule_.panel, selection});
  return findings_->back();
}

bool Nearly(uint64_t part, uint64_t whole, uint64_t percent) {
  return whole > 0 && part >= whole / 100 * percent + whole % 100 * percent / 100;
}

std::string Quoted(const std::string& name) { return "`" + name + "`"; }

std::vector<Finding> Findings(const Snapshot& snapshot, uint64_t events_lost) {
  std::vector<Finding> findings;
  const Moment moment{snapshot, events_lost};
  for (const FindingRule* rule : kRules) {
    Report report(*rule, snapshot, &findings);
    rule->check(moment, &report);
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

}  // namespace glasswal::inspector
