#include "model/event_names.h"

#include <algorithm>

#include "glasswal/limits.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

constexpr size_t kMostStatementBytes = 80;

/// The number that events have of a statement: generation 48 | row + 1 16.
uint64_t HandleOf(const StatementTotals& statement) {
  return uint64_t{statement.generation} << 16 | (uint64_t{statement.row} + 1);
}

}  // namespace

void NameBook::Learn(const Snapshot& snapshot) {
  for (const RecoverySnapshot& recovery : snapshot.recoveries) {
    Learn(recovery.client, recovery.client_generation, recovery.client_name);
  }
  for (const FormerClient& client : snapshot.former_clients) {
    Learn(client.slot, client.generation, client.name);
  }
  for (const ClientSnapshot& client : snapshot.clients) {
    Learn(client.slot, client.generation, client.name);
  }
}

void NameBook::Learn(uint32_t slot, uint32_t generation, const std::string& name) {
  if (name.empty()) return;
  std::string& known = names_[{generation, slot}];
  if (known != name) known = name;
  if (names_.size() > kMostKnownNames) names_.erase(names_.begin());
}

const std::string* NameBook::Find(uint32_t slot, uint32_t generation) const {
  const auto found = names_.find({generation, slot});
  return found != names_.end() ? &found->second : nullptr;
}

EventNames::EventNames(const Snapshot& snapshot, std::shared_ptr<const NameBook> book)
    : book_(std::move(book)) {
  // The dead first, so that the living are found last and win where a slot alone is known.
  for (const RecoverySnapshot& recovery : snapshot.recoveries) {
    const uint64_t began_ns =
        snapshot.observed_ns - std::min(snapshot.observed_ns, recovery.age_ns);
    dead_.push_back({recovery.client, began_ns + recovery.duration_ns, recovery.client_name});
    clients_.push_back({recovery.client, recovery.client_generation, recovery.client_name});
  }
  for (const ClientSnapshot& client : snapshot.clients) {
    clients_.push_back({client.slot, client.generation, client.name});
  }
  for (const FileSnapshot& file : snapshot.files) files_.emplace_back(file.number, file.path);
  for (const StatementTotals& statement : snapshot.statements) {
    if (!statement.text.empty()) statements_.emplace_back(HandleOf(statement), statement.text);
  }
  std::sort(statements_.begin(), statements_.end());
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    connections_.push_back({connection.file, connection.slot, connection.client_name});
  }
}

std::string EventNames::KnownClient(const Event& event) const {
  for (const Known& known : clients_) {
    if (known.slot == event.client && known.generation == event.client_generation) {
      return known.name;
    }
  }
  const std::string* left =
      book_ != nullptr ? book_->Find(event.client, event.client_generation) : nullptr;
  return left != nullptr ? *left : std::string();
}

std::string EventNames::Client(const Event& event) const {
  const std::string known = KnownClient(event);
  return known.empty() ? "client " + std::to_string(event.client) : known;
}

std::string EventNames::KnownClientInSlot(uint64_t slot) const {
  const auto known = std::find_if(clients_.rbegin(), clients_.rend(),
                                  [slot](const Known& client) { return client.slot == slot; });
  return known != clients_.rend() ? known->name : std::string();
}

std::string EventNames::ClientInSlot(uint64_t slot) const {
  const std::string known = KnownClientInSlot(slot);
  if (!known.empty()) return known;
  return slot < kMaxSlots ? "client " + std::to_string(slot) : "-";
}

std::string EventNames::KnownDead(const Event& event, uint64_t slot) const {
  const auto distance = [&](const Dead& dead) {
    return std::max(dead.buried_ns, event.time_ns) - std::min(dead.buried_ns, event.time_ns);
  };
  const Dead* nearest = nullptr;
  for (const Dead& dead : dead_) {
    if (dead.slot != slot) continue;
    if (nearest == nullptr || distance(dead) < distance(*nearest)) nearest = &dead;
  }
  return nearest != nullptr ? nearest->name : std::string();
}

std::string EventNames::DeadClient(const Event& event, uint64_t slot) const {
  const std::string known = KnownDead(event, slot);
  return known.empty() ? "#" + std::to_string(slot) : known;
}

std::string EventNames::KnownFile(const Event& event) const {
  for (const auto& [number, path] : files_) {
    if (number + 1 == event.file) return path;
  }
  return {};
}

std::string EventNames::File(const Event& event) const {
  const std::string known = KnownFile(event);
  return known.empty() && event.file != 0 ? "file " + std::to_string(event.file - 1) : known;
}

std::string EventNames::KnownStatement(uint64_t handle) const {
  const auto at = std::lower_bound(
      statements_.begin(), statements_.end(), handle,
      [](const auto& statement, uint64_t value) { return statement.first < value; });
  return at != statements_.end() && at->first == handle ? at->second : std::string();
}

std::string EventNames::Statement(uint64_t handle) const {
  const std::string known = KnownStatement(handle);
  if (known.empty()) return handle == 0 ? "-" : std::to_string(handle);
  return "`" + Shortened(known, kMostStatementBytes) + "`";
}

std::string EventNames::ConnectionInSlot(const Event& event, uint64_t slot) const {
  for (const Owned& connection : connections_) {
    if (connection.file + 1 == event.file && connection.slot == slot) return connection.client;
  }
  return "connection " + std::to_string(slot);
}

std::string EventNames::ConnectionsInSlots(const Event& event, uint64_t slots) const {
  std::string text;
  for (uint32_t slot = 0; slot < 64; ++slot) {
    if ((slots >> slot & 1) == 0) continue;
    if (!text.empty()) text += " and ";
    text += ConnectionInSlot(event, slot);
  }
  return text.empty() ? "-" : text;
}

LogNames EventNames::ForRecord(const Event& event) const {
  LogNames names{
      .client = KnownClient(event), .path = KnownFile(event), .statement = {}, .arguments = {}};
  const EventDescription description = Describe(event.kind);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string_view argument = description.arguments[i];
    if (argument == "statement") names.statement = KnownStatement(event.arguments[i]);
    if (!IsClientArgument(argument)) continue;
    const uint64_t slot = event.arguments[i];
    names.arguments[i] =
        argument == "dead_client" ? KnownDead(event, slot) : KnownClientInSlot(slot);
  }
  return names;
}

}  // namespace glasswal::inspector
