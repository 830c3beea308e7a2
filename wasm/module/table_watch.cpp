// Who changed what, for JavaScript: glasswal/table_watch.h with handles.
//
// Thread-safety: an instance has one thread.
#include "glasswal/table_watch.h"

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "module/exports.h"
#include "module/host.h"
#include "module/inside.h"
#include "module/instance.h"

namespace glasswal::wasm {

extern "C" int32_t glasswal_tables_of(sqlite3* database, const char* sql) {
  const Result<std::vector<std::string>> tables = TablesOf(database, sql);
  if (!tables.ok()) return GiveStatus(tables.status());
  std::string text;
  diag::JsonWriter writer(&text);
  writer.BeginArray();
  for (const std::string& table : *tables) writer.String(table);
  writer.EndArray();
  GiveText(std::move(text));
  return 0;
}

extern "C" int32_t glasswal_watch_tables(sqlite3* database, const char* names, uint32_t size_bytes,
                                         void** out_watch) {
  std::vector<std::string> tables;
  for (const char *at = names, *end = names + size_bytes; at < end;
       at += tables.back().size() + 1) {
    tables.emplace_back(at);
  }
  Result<std::unique_ptr<TableWatch>> watch = TableWatch::Create(database, tables);
  if (!watch.ok()) return GiveStatus(watch.status());
  *out_watch = watch->release();
  return 0;
}

extern "C" int32_t glasswal_look_at_tables(void* watch) {
  const Result<bool> looked = static_cast<TableWatch*>(watch)->Look();
  return looked.ok() ? static_cast<int32_t>(*looked) : GiveStatus(looked.status());
}

extern "C" void glasswal_end_watch(void* watch) { delete static_cast<TableWatch*>(watch); }

}  // namespace glasswal::wasm
