#include "inspector/facts.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "glasswal/limits.h"

namespace glasswal::test {
namespace {

using ::glasswal::testing::JsonValue;

/// Counters by their names in SQL, with those in JSON.
constexpr std::array<std::array<std::string_view, 2>, 8> kCounters = {{
    {"commits", "commits"},
    {"commit_frames", "commitFrames"},
    {"write_transactions", "writeTransactions"},
    {"busy", "busy"},
    {"lock_waits", "lockWaits"},
    {"slow_statements", "slowStatements"},
    {"interrupts", "interrupts"},
    {"cancels", "cancels"},
}};

/// Those that no look causes.
constexpr std::array<std::string_view, 5> kEvents = {
    "lock.refused", "lock.waited", "statement.slow", "statement.interrupted", "recovery.done",
};

bool IsLook(std::string_view text) { return text.find("glasswal_") != std::string_view::npos; }
bool IsCounted(std::string_view kind) {
  return std::find(kEvents.begin(), kEvents.end(), kind) != kEvents.end();
}

void AddStatement(const std::string& text, const std::array<uint64_t, 4>& counts, Facts* facts) {
  constexpr std::array<const char*, 4> kWhat = {"runs of ", "rows of ", "errors of ", "slow of "};
  if (IsLook(text)) return;
  for (size_t i = 0; i < kWhat.size(); ++i) {
    if (counts[i] != 0) (*facts)[kWhat[i] + text] += counts[i];
  }
}

uint64_t Number(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.Find(name);
  return value != nullptr && value->kind == JsonValue::Kind::kNumber ? value->number : UINT64_MAX;
}

}  // namespace

Facts FactsOf(const Snapshot& snapshot, const std::vector<Event>& events) {
  const CounterValues& totals = snapshot.totals;
  Facts facts = {{"commits", totals.commits},
                 {"commit_frames", totals.commit_frames},
                 {"write_transactions", totals.write_transactions},
                 {"busy", totals.busy},
                 {"lock_waits", totals.lock_waits},
                 {"slow_statements", totals.slow_statements},
                 {"interrupts", totals.interrupts},
                 {"cancels", totals.cancels},
                 {"recoveries", snapshot.recoveries.size()}};
  for (const RecoverySnapshot& recovery : snapshot.recoveries) {
    facts["recovered locks of " + recovery.client_name] += recovery.locks;
  }
  for (const StatementTotals& each : snapshot.statements) {
    AddStatement(each.text, {each.runs, each.rows, each.errors, each.slow}, &facts);
  }
  for (const Event& event : events) {
    const std::string name = Describe(event.kind).name;
    if (IsCounted(name)) ++facts[name];
  }
  return facts;
}

Facts FactsOf(const JsonValue& snapshot, const std::vector<JsonValue>& events) {
  Facts facts;
  const JsonValue* totals = snapshot.Find("totals");
  for (const auto& [name, json] : kCounters) {
    facts[std::string(name)] = totals != nullptr ? Number(*totals, json) : UINT64_MAX;
  }
  if (const JsonValue* recoveries = snapshot.Find("recoveries")) {
    facts["recoveries"] = recoveries->items.size();
    for (const JsonValue& each : recoveries->items) {
      facts["recovered locks of " + each.Find("clientName")->text] += Number(each, "locks");
    }
  }
  if (const JsonValue* statements = snapshot.Find("statements")) {
    for (const JsonValue& each : statements->items) {
      AddStatement(each.Find("text")->text,
                   {Number(each, "runs"), Number(each, "rows"), Number(each, "errors"),
                    Number(each, "slow")},
                   &facts);
    }
  }
  for (const JsonValue& event : events) {
    const JsonValue* kind = event.Find("kind");
    if (kind != nullptr && IsCounted(kind->text)) ++facts[kind->text];
  }
  return facts;
}

Facts FactsOf(const Ask& ask) {
  Facts facts;
  std::string columns;
  for (const auto& [name, json] : kCounters) columns += std::string(name) + ", ";
  const auto counters = ask("SELECT " + columns +
                            "(SELECT count(*) FROM glasswal_recoveries) FROM glasswal_counters "
                            "WHERE scope = 'region'");
  for (size_t i = 0; !counters.empty() && i <= kCounters.size(); ++i) {
    const std::string name = i < kCounters.size() ? std::string(kCounters[i][0]) : "recoveries";
    facts[name] = std::stoull(counters[0][i]);
  }
  for (const auto& row : ask("SELECT client_name, locks FROM glasswal_recoveries")) {
    facts["recovered locks of " + row[0]] += std::stoull(row[1]);
  }
  for (const auto& row : ask("SELECT text, runs, rows, errors, slow FROM glasswal_statements")) {
    AddStatement(
        row[0],
        {std::stoull(row[1]), std::stoull(row[2]), std::stoull(row[3]), std::stoull(row[4])},
        &facts);
  }
  for (const auto& row : ask("SELECT kind, count(*) FROM glasswal_events GROUP BY kind")) {
    if (IsCounted(row[0])) facts[row[0]] = std::stoull(row[1]);
  }
  return facts;
}

}  // namespace glasswal::test
