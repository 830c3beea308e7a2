// Names for the slots and numbers of events.
#include "model/event_names.h"

#include <gtest/gtest.h>

#include "inspector/scene.h"
#include "model/model.h"
#include "port/unique_name.h"

namespace glasswal::inspector {
namespace {

Snapshot WithClient(uint32_t slot, uint32_t generation, const char* name) {
  Snapshot snapshot;
  ClientSnapshot& client = snapshot.clients.emplace_back();
  client.slot = slot;
  client.generation = generation;
  client.name = name;
  return snapshot;
}

TEST(EventNames, ARecoveryIsOfWhoWasInTheSlotThen) {
  Snapshot snapshot;
  snapshot.observed_ns = 10'000'000;
  RecoverySnapshot recovery;
  recovery.client = 5;
  recovery.client_name = "late";
  recovery.age_ns = 2'000'000;
  recovery.duration_ns = 1000;
  snapshot.recoveries.push_back(recovery);
  recovery.client_name = "early";
  recovery.age_ns = 8'000'000;
  snapshot.recoveries.push_back(recovery);
  ClientSnapshot living;
  living.slot = 5;
  living.name = "living";
  snapshot.clients.push_back(living);
  const EventNames names(snapshot);
  Event event;
  event.kind = EventKind::kRecoveryDone;
  event.arguments[0] = 5;
  event.time_ns = 2'001'000;
  EXPECT_NE(EventDetails(event, names).find("dead client early"), std::string::npos);
  event.time_ns = 8'001'000;
  EXPECT_NE(EventDetails(event, names).find("dead client late"), std::string::npos);
  event.arguments[0] = 6;
  EXPECT_NE(EventDetails(event, names).find("dead client #6"), std::string::npos);
}

TEST(EventNames, AStatementIsNamedWhileItsRowIsStillIts) {
  Snapshot snapshot;
  StatementTotals& statement = snapshot.statements.emplace_back();
  statement.row = 17;
  statement.generation = 3;
  statement.text = "UPDATE stock SET n = ?";
  Event event;
  event.kind = EventKind::kStatementSlow;
  event.arguments[0] = uint64_t{3} << 16 | 18;
  const auto starts = [&](const std::string& start) {
    const std::string details = EventDetails(event, EventNames(snapshot));
    EXPECT_EQ(details.compare(0, start.size(), start), 0) << details;
  };
  starts("statement `UPDATE stock SET n = ?`, ");
  EXPECT_EQ(EventNames(snapshot).ForRecord(event).statement, "UPDATE stock SET n = ?");
  statement.text = std::string(79, 'x') + "\xc2\xb5 and more";
  starts("statement `" + std::string(79, 'x') + "\xe2\x80\xa6`, ");
  // Another has the row by now, or its text is not kept: the number tells it from others at least.
  statement.generation = 4;
  starts("statement 196626, ");
  EXPECT_EQ(EventNames(snapshot).ForRecord(event).statement, "");
  statement.generation = 3;
  statement.text.clear();
  starts("statement 196626, ");
  event.arguments[0] = 0;
  starts("statement -, ");
}

TEST(EventNames, NumbersOfConnectionsClientsAndKindsAreNames) {
  Snapshot snapshot = WithClient(2, 1, "admin");
  snapshot.connections.resize(2);
  for (uint32_t i = 0; i < 2; ++i) {
    snapshot.connections[i].file = 4;
    snapshot.connections[i].slot = 6 + i;
    snapshot.connections[i].client_name = i == 0 ? "reader" : "report";
  }
  const auto has = [&](EventKind kind, uint32_t argument, uint64_t value, const char* said) {
    Event event;
    event.kind = kind;
    event.file = 5;
    event.arguments[argument] = value;
    const std::string details = EventDetails(event, EventNames(snapshot));
    EXPECT_NE(details.find(said), std::string::npos) << details;
  };
  has(EventKind::kCheckpointDone, 2, 0, "held back by nobody, ");
  has(EventKind::kCheckpointDone, 2, 7, "held back by reader, ");
  has(EventKind::kCheckpointDone, 2, 9, "held back by connection 8, ");
  has(EventKind::kLockWaitBegan, 2, 1 << 6 | 1 << 7, "holders reader and report, ");
  has(EventKind::kStatementInterrupted, 3, 0, "cancelled by nobody");
  has(EventKind::kStatementInterrupted, 3, 3, "cancelled by admin");
  has(EventKind::kFileCreated, 0, static_cast<uint64_t>(FileKind::kWal), "kind wal");
  has(EventKind::kFileCreated, 0, UINT64_MAX, "kind unknown");
}

TEST(EventNames, WhoHasLeftIsKnownByName) {
  Model model;
  model.Reset("scene", true);
  model.Add(WithClient(3, 7, "importer"), {});
  model.Add(WithClient(3, 8, "search"), {});
  Event event;
  event.client = 3;
  event.client_generation = 7;
  EXPECT_EQ(model.names().Client(event), "importer");
  event.client_generation = 8;
  EXPECT_EQ(model.names().Client(event), "search");
  event.client_generation = 9;
  EXPECT_EQ(model.names().Client(event), "client 3");
  EXPECT_EQ(model.names().ClientInSlot(3), "search");
}

TEST(EventNames, WhoLeftBeforeAnybodyLookedIsKnownByName) {
  const std::string name = test::UniqueName("former");
  Scene scene(name);
  Scene::Run(scene.Open(), "CREATE TABLE t(x)");
  uint32_t generation = 0;
  uint32_t slot = 0;
  const auto join = [&](const char* client_name) {
    auto guest = Runtime::Open(name, client_name);
    ASSERT_TRUE(guest.ok()) << guest.status().message();
    for (const ClientSnapshot& client : scene.Look().clients) {
      if (client.name == client_name) slot = client.slot, generation = client.generation;
    }
  };
  join("guest");
  Event event;
  event.client = slot;
  event.client_generation = generation;
  Model model;
  model.Reset("scene", true);
  model.Add(scene.Look(), {});
  EXPECT_EQ(model.names().Client(event), "guest");
  // The slot goes to another: who has seen the first keeps its name, for whoever comes now it is
  // nobody's.
  join("newcomer");
  EXPECT_EQ(slot, event.client);
  EXPECT_GT(generation, event.client_generation);
  model.Add(scene.Look(), {});
  EXPECT_EQ(model.names().Client(event), "guest");
  Model late;
  late.Reset("scene", true);
  late.Add(scene.Look(), {});
  EXPECT_EQ(late.names().Client(event), "client " + std::to_string(slot));
}

TEST(NameBook, ForgetsTheOldestFirst) {
  NameBook book;
  for (uint32_t generation = 1; generation <= kMostKnownNames + 1; ++generation) {
    book.Learn(WithClient(1, generation, "worker"));
  }
  EXPECT_EQ(book.Find(1, 1), nullptr);
  ASSERT_NE(book.Find(1, 2), nullptr);
  EXPECT_EQ(*book.Find(1, kMostKnownNames + 1), "worker");
}

}  // namespace
}  // namespace glasswal::inspector
