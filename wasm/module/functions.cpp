// User functions, aggregates and window functions: SQLite calls one of these, which asks
// JavaScript.
//
// Thread-safety: an instance has one thread.
#include <cstdint>

#include "module/encoding.h"
#include "module/exports.h"
#include "module/host.h"
#include "module/host_call.h"
#include "module/parameters.h"
#include "sqlite3.h"

namespace glasswal::wasm {
namespace {

constexpr uintptr_t kSafeIntegersBit = 1;

/// The function's number in JavaScript; its lowest bit of user data says how it wants integers.
uintptr_t UserData(sqlite3_context* context) {
  return reinterpret_cast<uintptr_t>(sqlite3_user_data(context));
}

void Call(int32_t kind, sqlite3_context* context, void* state, int argc, sqlite3_value** argv) {
  const uintptr_t user = UserData(context);
  Parameter result;
  const int code = CallHost(kind, static_cast<int32_t>(user >> 1), (user & kSafeIntegersBit) != 0,
                            state, argc, argv, &result);
  if (code == SQLITE_NOMEM) return sqlite3_result_error_nomem(context);
  if (code == SQLITE_TOOBIG) return sqlite3_result_error_toobig(context);
  SetResult(context, result);
}

/// The word in which JavaScript keeps the number of a running aggregate; SQLite zeroes it at the
/// first call.
void* State(sqlite3_context* context) {
  return sqlite3_aggregate_context(context, sizeof(uint32_t));
}

void Scalar(sqlite3_context* context, int argc, sqlite3_value** argv) {
  Call(kHostScalar, context, nullptr, argc, argv);
}

void AggregateCall(int32_t kind, sqlite3_context* context, int argc, sqlite3_value** argv) {
  void* state = State(context);
  if (state == nullptr) return sqlite3_result_error_nomem(context);
  Call(kind, context, state, argc, argv);
}

void StepRow(sqlite3_context* context, int argc, sqlite3_value** argv) {
  AggregateCall(kHostStep, context, argc, argv);
}
void InverseRow(sqlite3_context* context, int argc, sqlite3_value** argv) {
  AggregateCall(kHostInverse, context, argc, argv);
}
void Value(sqlite3_context* context) { AggregateCall(kHostValue, context, 0, nullptr); }
void Final(sqlite3_context* context) { AggregateCall(kHostFinal, context, 0, nullptr); }

void Forget(void* user) {
  glasswal_host_call(kHostForget, static_cast<int32_t>(reinterpret_cast<uintptr_t>(user) >> 1), 0,
                     0, 0);
}

void* UserDataFor(int32_t id, int32_t safe_integers) {
  return reinterpret_cast<void*>((static_cast<uintptr_t>(id) << 1) |
                                 (safe_integers != 0 ? kSafeIntegersBit : 0));
}

}  // namespace

extern "C" int32_t glasswal_create_function(sqlite3* database, const char* name, int32_t argc,
                                            int32_t flags, int32_t id, int32_t safe_integers) {
  return sqlite3_create_function_v2(database, name, argc, flags, UserDataFor(id, safe_integers),
                                    Scalar, nullptr, nullptr, Forget);
}

extern "C" int32_t glasswal_create_aggregate(sqlite3* database, const char* name, int32_t argc,
                                             int32_t flags, int32_t id, int32_t safe_integers,
                                             int32_t window) {
  void* const user = UserDataFor(id, safe_integers);
  return window != 0 ? sqlite3_create_window_function(database, name, argc, flags, user, StepRow,
                                                      Final, Value, InverseRow, Forget)
                     : sqlite3_create_function_v2(database, name, argc, flags, user, nullptr,
                                                  StepRow, Final, Forget);
}

}  // namespace glasswal::wasm
