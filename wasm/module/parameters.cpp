#include "module/parameters.h"

namespace glasswal::wasm {
namespace {

using Free = void (*)(void*);

const char* Text(const Parameter& p) {
  return reinterpret_cast<const char*>(static_cast<uintptr_t>(p.address));
}

int Bind(sqlite3_stmt* statement, int at, const Parameter& p, Free borrowed) {
  switch (static_cast<Tag>(p.tag)) {
    case Tag::kInt32:
      return sqlite3_bind_int(statement, at, p.int32);
    case Tag::kNumber:
      return sqlite3_bind_double(statement, at, p.number);
    case Tag::kInteger:
      return sqlite3_bind_int64(statement, at, static_cast<int64_t>(p.number));
    case Tag::kInt64:
      return sqlite3_bind_int64(statement, at, p.int64);
    case Tag::kText:
      return sqlite3_bind_text64(statement, at, Text(p), p.size_bytes, borrowed, SQLITE_UTF8);
    case Tag::kOwnedText:
      return sqlite3_bind_text64(statement, at, Text(p), p.size_bytes, sqlite3_free, SQLITE_UTF8);
    case Tag::kBlob:
      // Without an address SQLite would bind NULL.
      if (p.size_bytes == 0) return sqlite3_bind_zeroblob(statement, at, 0);
      return sqlite3_bind_blob64(statement, at, Text(p), p.size_bytes, borrowed);
    case Tag::kOwnedBlob:
      return sqlite3_bind_blob64(statement, at, Text(p), p.size_bytes, sqlite3_free);
    default:
      return sqlite3_bind_null(statement, at);
  }
}

}  // namespace

int BindParameters(sqlite3_stmt* statement, const Parameter* parameters, int count, bool copy) {
  const Free borrowed = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;
  int failure = SQLITE_OK;
  for (int i = 0; i < count; ++i) {
    const int code = Bind(statement, i + 1, parameters[i], borrowed);
    if (code != SQLITE_OK && failure == SQLITE_OK) failure = code;
  }
  return failure;
}

void SetResult(sqlite3_context* context, const Parameter& result) {
  switch (static_cast<Tag>(result.tag)) {
    case Tag::kInt32:
      return sqlite3_result_int(context, result.int32);
    case Tag::kNumber:
      return sqlite3_result_double(context, result.number);
    case Tag::kInteger:
      return sqlite3_result_int64(context, static_cast<int64_t>(result.number));
    case Tag::kInt64:
      return sqlite3_result_int64(context, result.int64);
    case Tag::kText:
      return sqlite3_result_text64(context, Text(result), result.size_bytes, SQLITE_TRANSIENT,
                                   SQLITE_UTF8);
    case Tag::kOwnedText:
      return sqlite3_result_text64(context, Text(result), result.size_bytes, sqlite3_free,
                                   SQLITE_UTF8);
    case Tag::kBlob:
      if (result.size_bytes == 0) return sqlite3_result_zeroblob(context, 0);
      return sqlite3_result_blob64(context, Text(result), result.size_bytes, SQLITE_TRANSIENT);
    case Tag::kOwnedBlob:
      return sqlite3_result_blob64(context, Text(result), result.size_bytes, sqlite3_free);
    case Tag::kError:
      return sqlite3_result_error_code(context, kHostThrew);
    default:
      return sqlite3_result_null(context);
  }
}

}  // namespace glasswal::wasm
