// Binds parameters, and answers user functions, from their encoding (module/encoding.h).
//
// Thread-safety: used by one thread.
#ifndef GLASSWAL_WASM_MODULE_PARAMETERS_H_
#define GLASSWAL_WASM_MODULE_PARAMETERS_H_

#include "module/encoding.h"
#include "sqlite3.h"

namespace glasswal::wasm {

/// Binds all of them, whatever fails, since SQLite takes the owned ones even then. The first
/// failure, or SQLITE_OK. Without `copy` the bytes must stay until the statement is done and its
/// bindings are cleared.
int BindParameters(sqlite3_stmt* statement, const Parameter* parameters, int count, bool copy);

/// Makes `result` what the user function returns.
void SetResult(sqlite3_context* context, const Parameter& result);

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_PARAMETERS_H_
