// Regions in C: making, joining and leaving them, and the VFS on them.
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

#include "c/last_error.h"
#include "c/runtimes.h"
#include "glasswal/glasswal.h"
#include "glasswal/options.h"
#include "glasswal/runtime.h"
#include "sqlite/extension.h"

namespace glasswal::c {
namespace {

/// The smallest that there ever was: what the first version had.
constexpr size_t kLeastOptionsBytes = offsetof(glasswal_options, event_capacity) + sizeof(uint32_t);

bool IsKnownSize(uint64_t struct_bytes) {
  if (struct_bytes >= kLeastOptionsBytes && struct_bytes <= sizeof(glasswal_options)) return true;
  (void)Refuse("options of " + std::to_string(struct_bytes) +
               " bytes are not known: this library " + "has options of " +
               std::to_string(sizeof(glasswal_options)) +
               "; fill them with glasswal_default_options(&options, sizeof options)");
  return false;
}

glasswal_options Defaults() {
  const Options from;
  glasswal_options to = {};
  to.initial_database_capacity_bytes = from.initial_database_capacity_bytes;
  to.max_database_capacity_bytes = from.max_database_capacity_bytes;
  to.initial_write_ahead_capacity_bytes = from.initial_write_ahead_capacity_bytes;
  to.max_write_ahead_capacity_bytes = from.max_write_ahead_capacity_bytes;
  to.region_capacity_bytes = from.region_capacity_bytes;
  to.fixed_capacity = from.fixed_capacity ? 1 : 0;
  to.stale_ms = from.stale_ms;
  to.evict_stale = from.on_stale == OnStale::kEvict ? 1 : 0;
  to.event_capacity = from.event_capacity;
  to.page_size = from.page_size;
  to.wal_autocheckpoint = from.wal_autocheckpoint;
  to.statements = static_cast<uint32_t>(from.statements);
  to.statement_text = static_cast<uint32_t>(from.statement_text);
  to.slow_ms = from.slow_ms;
  to.statement_capacity = from.statement_capacity;
  return to;
}

Options OptionsOf(const glasswal_options& from) {
  Options to;
  to.memory = from.name != nullptr ? MemoryKind::kNamed : MemoryKind::kAnonymous;
  if (from.name != nullptr) to.name = from.name;
  to.initial_database_capacity_bytes = from.initial_database_capacity_bytes;
  to.max_database_capacity_bytes = from.max_database_capacity_bytes;
  to.initial_write_ahead_capacity_bytes = from.initial_write_ahead_capacity_bytes;
  to.max_write_ahead_capacity_bytes = from.max_write_ahead_capacity_bytes;
  to.region_capacity_bytes = from.region_capacity_bytes;
  to.fixed_capacity = from.fixed_capacity == 1;
  to.stale_ms = from.stale_ms;
  to.on_stale = from.evict_stale == 1 ? OnStale::kEvict : OnStale::kReport;
  to.event_capacity = from.event_capacity;
  to.page_size = from.page_size;
  to.wal_autocheckpoint = from.wal_autocheckpoint;
  to.statements = static_cast<StatementTracking>(from.statements);
  to.statement_text = static_cast<StatementText>(from.statement_text);
  to.slow_ms = from.slow_ms;
  to.statement_capacity = from.statement_capacity;
  return to;
}

bool IsSwitch(uint32_t value, const char* name) {
  if (value <= 1) return true;
  (void)Refuse(std::string(name) + " is " + std::to_string(value) + ": give 0 or 1");
  return false;
}

using Maker = Result<std::shared_ptr<Runtime>> (*)(const Options&, const std::string&);

/// Whether there is a place for what is made, which is empty until then.
bool HasPlace(glasswal_runtime** runtime) {
  if (runtime != nullptr) return true;
  (void)Refuse("there is no place for the runtime: the pointer to it is NULL");
  return false;
}

glasswal_status Hand(Result<std::shared_ptr<Runtime>> made, glasswal_runtime** runtime) {
  if (made.ok()) *runtime = Add(std::move(*made));
  return Give(made.status());
}

glasswal_status Make(const glasswal_options* options, glasswal_runtime** runtime, Maker maker) {
  if (!HasPlace(runtime)) return GLASSWAL_INVALID_ARGUMENT;
  if (options == nullptr) {
    return Refuse("the options are NULL: fill some with glasswal_default_options()");
  }
  if (!IsKnownSize(options->struct_bytes)) return GLASSWAL_INVALID_ARGUMENT;
  glasswal_options whole = Defaults();
  std::memcpy(&whole, options, options->struct_bytes);
  if ((whole.name != nullptr && !IsText(whole.name, "options.name")) ||
      (whole.client_name != nullptr && !IsText(whole.client_name, "options.client_name")) ||
      !IsSwitch(whole.fixed_capacity, "options.fixed_capacity") ||
      !IsSwitch(whole.evict_stale, "options.evict_stale")) {
    return GLASSWAL_INVALID_ARGUMENT;
  }
  return Hand(maker(OptionsOf(whole), whole.client_name != nullptr ? whole.client_name : ""),
              runtime);
}

}  // namespace
}  // namespace glasswal::c

using glasswal::Runtime;
using glasswal::Status;
using glasswal::StatusCode;

extern "C" {

const char* glasswal_version(void) { return GLASSWAL_VERSION; }

glasswal_status glasswal_default_options(glasswal_options* options, size_t struct_bytes) {
  if (options == nullptr)
    return glasswal::c::Refuse("the options are NULL: there is no place for them");
  if (!glasswal::c::IsKnownSize(struct_bytes)) return GLASSWAL_INVALID_ARGUMENT;
  glasswal_options defaults = glasswal::c::Defaults();
  defaults.struct_bytes = struct_bytes;
  std::memcpy(options, &defaults, struct_bytes);
  return GLASSWAL_OK;
}

glasswal_status glasswal_create(const glasswal_options* options, glasswal_runtime** runtime) {
  return glasswal::c::Make(options, runtime, Runtime::Create);
}

glasswal_status glasswal_open_or_create(const glasswal_options* options,
                                        glasswal_runtime** runtime) {
  return glasswal::c::Make(options, runtime, Runtime::OpenOrCreate);
}

glasswal_status glasswal_open(const char* name, const char* client_name,
                              glasswal_runtime** runtime) {
  if (!glasswal::c::HasPlace(runtime) || !glasswal::c::IsText(name, "name") ||
      (client_name != nullptr && !glasswal::c::IsText(client_name, "client_name"))) {
    return GLASSWAL_INVALID_ARGUMENT;
  }
  return glasswal::c::Hand(Runtime::Open(name, client_name != nullptr ? client_name : ""), runtime);
}

glasswal_status glasswal_leave(glasswal_runtime* runtime) {
  return glasswal::c::Take(runtime) != nullptr ? GLASSWAL_OK : GLASSWAL_INVALID_ARGUMENT;
}

glasswal_status glasswal_remove(const char* name) {
  if (!glasswal::c::IsText(name, "name")) return GLASSWAL_INVALID_ARGUMENT;
  return glasswal::c::Give(Runtime::Remove(name));
}

glasswal_status glasswal_register_vfs(glasswal_runtime* runtime, const char* vfs_name,
                                      int make_default) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr || !glasswal::c::IsText(vfs_name, "vfs_name")) {
    return GLASSWAL_INVALID_ARGUMENT;
  }
  if (!glasswal::sqlite::HasEngine()) {
    return glasswal::c::Give(
        Status(StatusCode::kNotReady,
               "no SQLite has handed over its functions yet: have it load this library as an "
               "extension, or give glasswal_use_sqlite to sqlite3_auto_extension() and open a "
               "database"));
  }
  return glasswal::c::Give(found->RegisterVfs(vfs_name, make_default != 0));
}

glasswal_status glasswal_unregister_vfs(const char* vfs_name) {
  if (!glasswal::c::IsText(vfs_name, "vfs_name")) return GLASSWAL_INVALID_ARGUMENT;
  return glasswal::c::Give(Runtime::UnregisterVfs(vfs_name));
}

int glasswal_use_sqlite(sqlite3* db, char** error, const sqlite3_api_routines* api) {
  return glasswal::sqlite::Introduce(db, error, api);
}

}  // extern "C"
