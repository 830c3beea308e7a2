#include "sqlite/open_databases.h"

#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {

void OpenDatabases::Add(const char* name, DatabaseFile* database) {
  const std::lock_guard<std::mutex> guard(mutex_);
  for (const char* log_name : {sqlite3_filename_journal(name), sqlite3_filename_wal(name)}) {
    if (log_name != nullptr && *log_name != '\0') by_log_name_[log_name] = database;
  }
}

void OpenDatabases::Remove(const DatabaseFile* database) {
  const std::lock_guard<std::mutex> guard(mutex_);
  std::erase_if(by_log_name_, [database](const auto& entry) { return entry.second == database; });
}

bool OpenDatabases::AreAny() {
  const std::lock_guard<std::mutex> guard(mutex_);
  return !by_log_name_.empty();
}

DatabaseFile* OpenDatabases::Find(const char* log_name) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = by_log_name_.find(log_name);
  return found != by_log_name_.end() ? found->second : nullptr;
}

}  // namespace glasswal::sqlite
