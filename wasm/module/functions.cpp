// User functions, aggregates and window functions: SQLite calls one of these, which asks
// JavaScript.
//
// The arguments cross as a batch of one row and the answer as one Parameter, so that a call of a
// function is one call across the boundary.
//
// Thread-safety: an instance has one thread.
#include <cstdint>

#include "module/encoding.h"
#include "module/host.h"
#include "module/parameters.h"
#include "module/rows.h"
#include "sqlite3.h"

/// Calls the JavaScript function `id` as `kind` (kHost*). `context` is the address of an
/// aggregate's own word (0 if there is none), `argv` that of a CallFrame.
extern "C" int32_t glasswal_host_call(int32_t kind, int32_t id, uint32_t context, int32_t argc,
                                      uint32_t argv) GLASSWAL_IMPORT(glasswal_host_call);

namespace glasswal::wasm {
namespace {

constexpr uint32_t kSmallFrameBytes = 512;
constexpr uintptr_t kSafeIntegersBit = 1;

struct CallFrame {
  Parameter result;
  // The batch of the arguments follows.
};

uint32_t Address(const void* pointer) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer));
}

/// The function's number in JavaScript; its lowest bit of user data says how it wants integers.
uintptr_t UserData(sqlite3_context* context) {
  return reinterpret_cast<uintptr_t>(sqlite3_user_data(context));
}

uint64_t FrameBytes(int argc, sqlite3_value** argv) {
  uint64_t payload = 0;
  for (int i = 0; i < argc; ++i) {
    const int type = sqlite3_value_type(argv[i]);
    if (type == SQLITE_TEXT || type == SQLITE_BLOB)
      payload += static_cast<uint64_t>(sqlite3_value_bytes(argv[i]));
  }
  return sizeof(CallFrame) + BatchBytesFor(argc, payload);
}

void CallIn(void* memory, uint32_t size_bytes, int32_t kind, sqlite3_context* context, void* state,
            int argc, sqlite3_value** argv) {
  auto* frame = static_cast<CallFrame*>(memory);
  frame->result = Parameter{};
  const uintptr_t user = UserData(context);
  RowWriter writer(frame + 1, size_bytes - sizeof(CallFrame), (user & kSafeIntegersBit) != 0);
  bool fits = writer.Begin(argc);
  for (int i = 0; fits && i < argc; ++i) fits = writer.Add(argv[i]);
  if (!fits) return sqlite3_result_error_toobig(context);
  writer.Commit();
  writer.header().columns = argc;
  glasswal_host_call(kind, static_cast<int32_t>(user >> 1), Address(state), argc, Address(frame));
  SetResult(context, frame->result);
}

void Call(int32_t kind, sqlite3_context* context, void* state, int argc, sqlite3_value** argv) {
  const uint64_t size = FrameBytes(argc, argv);
  if (size <= kSmallFrameBytes) {
    alignas(8) uint8_t frame[kSmallFrameBytes];
    return CallIn(frame, sizeof(frame), kind, context, state, argc, argv);
  }
  void* frame = size <= INT32_MAX ? sqlite3_malloc64(size) : nullptr;
  if (frame == nullptr) return sqlite3_result_error_nomem(context);
  CallIn(frame, static_cast<uint32_t>(size), kind, context, state, argc, argv);
  sqlite3_free(frame);
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

/// Makes the JavaScript function `id` an SQL function. `flags`: SQLITE_UTF8 with
/// SQLITE_DETERMINISTIC and the like.
GLASSWAL_EXPORT(glasswal_create_function)
int32_t CreateFunction(sqlite3* database, const char* name, int32_t argc, int32_t flags, int32_t id,
                       int32_t safe_integers) {
  return sqlite3_create_function_v2(database, name, argc, flags, UserDataFor(id, safe_integers),
                                    Scalar, nullptr, nullptr, Forget);
}

/// Likewise an aggregate, which with `window` can also take rows back.
GLASSWAL_EXPORT(glasswal_create_aggregate)
int32_t CreateAggregate(sqlite3* database, const char* name, int32_t argc, int32_t flags,
                        int32_t id, int32_t safe_integers, int32_t window) {
  void* const user = UserDataFor(id, safe_integers);
  return window != 0 ? sqlite3_create_window_function(database, name, argc, flags, user, StepRow,
                                                      Final, Value, InverseRow, Forget)
                     : sqlite3_create_function_v2(database, name, argc, flags, user, nullptr,
                                                  StepRow, Final, Forget);
}

}  // namespace glasswal::wasm
