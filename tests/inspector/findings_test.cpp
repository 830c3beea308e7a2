// The registry of findings: what each rule says of itself, and that each can find something.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "inspector/scene.h"
#include "model/findings/rule.h"
#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

/// A moment in which everything that there is a rule for is wrong at once.
Snapshot Trouble() {
  Snapshot s;
  LockSnapshot held;
  held.name = "WRITE";
  held.exclusive = true;
  held.held_ns = 2 * kLongHoldNs;
  held.holders.emplace_back().client_name = "holder";
  held.refused = 1;
  held.valid = false;
  s.locks.push_back(held);
  s.clients.resize(shm::kMaxClients);
  s.clients[0].kind = ClientKind::kWorker;
  s.clients[0].silent_ns = 2 * kSilentHolderNs;
  ConnectionSnapshot connection;
  connection.client = s.clients[0].slot;
  connection.held_locks.emplace_back().name = "WRITE";
  s.connections.push_back(connection);
  WalSnapshot wal;
  wal.size_bytes = wal.max_capacity_bytes = 1 << 20;
  wal.frames = 2;
  wal.oldest_reader.emplace().duration_ns = 2 * kLongReaderNs;
  s.wals.push_back(wal);
  s.files.resize(shm::kMaxFiles);
  s.files[0].logical_size_bytes = s.files[0].max_capacity_bytes = 1 << 20;
  s.databases.emplace_back().connections = shm::kMaxConnections;
  s.region.segment_count = s.region.committed_segments = 100;
  s.region.full = 1;
  s.recoveries.emplace_back().locks = 1;
  return s;
}

TEST(FindingRules, DescribeEachFindingOnce) {
  std::set<std::string> names;
  for (const FindingRule* rule : FindingRules()) {
    EXPECT_TRUE(names.insert(rule->name).second) << rule->name;
    const std::string advice = rule->advice;
    EXPECT_FALSE(advice.empty()) << rule->name;
    EXPECT_EQ(advice.back(), '.') << rule->name;
    EXPECT_EQ(rule->option.has_value(), advice.find("{}") != std::string::npos) << rule->name;
  }
}

TEST(FindingRules, EachFindsWhatItIsFor) {
  const Snapshot trouble = Trouble();
  std::set<std::string> found;
  for (const Finding& finding : Findings(trouble, 1)) {
    found.insert(finding.rule);
    EXPECT_EQ(finding.advice.find("{}"), std::string::npos) << finding.advice;
    EXPECT_FALSE(finding.sentence.empty()) << finding.rule;
  }
  for (const FindingRule* rule : FindingRules()) {
    EXPECT_EQ(found.count(rule->name), 1u) << rule->name;
    std::vector<Finding> nothing;
    Report report(*rule, Snapshot(), &nothing);
    rule->check({Snapshot(), 0}, &report);
    EXPECT_TRUE(nothing.empty()) << rule->name << " finds fault with an empty region";
  }
}

TEST(FindingRules, AdviceNamesOptionsAsTheReaderKnowsThem) {
  Snapshot trouble = Trouble();
  const auto advice = [&trouble] {
    for (const Finding& finding : Findings(trouble, 1)) {
      if (finding.rule == "region nearly full") return finding.advice;
    }
    return std::string();
  };
  EXPECT_NE(advice().find(NameOf(Option::kRegionCapacity, OptionLanguage::kJavaScript)),
            std::string::npos);
  for (ClientSnapshot& client : trouble.clients) client.kind = ClientKind::kProcess;
  EXPECT_NE(advice().find(NameOf(Option::kRegionCapacity, OptionLanguage::kCpp)),
            std::string::npos);
}

TEST(FindingRules, AreWorseWhereSomebodySuffers) {
  Snapshot trouble = Trouble();
  const auto severity = [&trouble] {
    for (const Finding& finding : Findings(trouble, 0)) {
      if (finding.rule == "long-held lock") return finding.severity;
    }
    return Finding::Severity::kNote;
  };
  EXPECT_EQ(severity(), Finding::Severity::kWarning);
  trouble.locks[0].waiters.emplace_back();
  EXPECT_EQ(severity(), Finding::Severity::kProblem);
}

}  // namespace
}  // namespace glasswal::inspector
