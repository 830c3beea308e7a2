#include "model/clean.h"

#include "model/format.h"

namespace glasswal::inspector {
namespace {

void Clean(std::string* text) { *text = CleanText(*text); }
void Clean(LockHolder* holder) { Clean(&holder->client_name); }
void Clean(std::vector<LockHolder>* holders) {
  for (LockHolder& holder : *holders) Clean(&holder);
}
void Clean(std::optional<LockHolder>* holder) {
  if (*holder) Clean(&**holder);
}
void Clean(std::optional<CheckpointHolder>* by) {
  if (*by) Clean(&(*by)->holder);
}

void Clean(LockSnapshot* lock) {
  Clean(&lock->database);
  Clean(&lock->holders);
  Clean(&lock->waiters);
  Clean(&lock->turn);
}

void Clean(WalSnapshot* wal) {
  Clean(&wal->database);
  Clean(&wal->wal_path);
  for (ReadMark& mark : wal->read_marks) Clean(&mark.holders);
  Clean(&wal->writer);
  Clean(&wal->checkpointer);
  Clean(&wal->held_back_by);
  Clean(&wal->oldest_reader);
}

}  // namespace

void CleanSnapshot(Snapshot* snapshot) {
  for (ClientSnapshot& client : snapshot->clients) Clean(&client.name);
  for (FormerClient& client : snapshot->former_clients) Clean(&client.name);
  for (FileSnapshot& file : snapshot->files) {
    Clean(&file.path);
    Clean(&file.lock_owner);
  }
  for (DatabaseSnapshot& database : snapshot->databases) Clean(&database.path);
  for (ConnectionSnapshot& connection : snapshot->connections) {
    Clean(&connection.database);
    Clean(&connection.client_name);
    if (connection.statement) Clean(&connection.statement->text);
  }
  for (StatementTotals& statement : snapshot->statements) {
    Clean(&statement.text);
    Clean(&statement.database);
    Clean(&statement.client_name);
  }
  for (LockSnapshot& lock : snapshot->locks) Clean(&lock);
  for (WalSnapshot& wal : snapshot->wals) Clean(&wal);
  for (RecoverySnapshot& recovery : snapshot->recoveries) {
    Clean(&recovery.client_name);
    Clean(&recovery.statement);
    for (BlackBoxLock& lock : recovery.held_locks) Clean(&lock.path);
  }
}

}  // namespace glasswal::inspector
