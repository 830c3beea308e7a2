#include "module/host_call.h"

#include "module/rows.h"

namespace glasswal::wasm {
namespace {

constexpr uint32_t kSmallFrameBytes = 512;

struct CallFrame {
  Parameter result;
  // The batch of the arguments follows.
};

uint64_t FrameBytes(int argc, sqlite3_value** argv) {
  uint64_t payload = 0;
  for (int i = 0; i < argc; ++i) {
    const int type = sqlite3_value_type(argv[i]);
    if (type == SQLITE_TEXT || type == SQLITE_BLOB)
      payload += static_cast<uint64_t>(sqlite3_value_bytes(argv[i]));
  }
  return sizeof(CallFrame) + BatchBytesFor(argc, payload);
}

/// Writes the arguments behind the frame; false if there is no room.
bool WriteArguments(CallFrame* frame, uint32_t size_bytes, bool safe_integers, int argc,
                    sqlite3_value** argv) {
  RowWriter writer(frame + 1, size_bytes - sizeof(CallFrame), safe_integers);
  bool fits = writer.Begin(argc);
  for (int i = 0; fits && i < argc; ++i) fits = writer.Add(argv[i]);
  if (!fits) return false;
  writer.Commit();
  writer.header().columns = argc;
  return true;
}

}  // namespace

int CallHost(int32_t kind, int32_t id, bool safe_integers, void* state, int argc,
             sqlite3_value** argv, Parameter* result) {
  *result = Parameter{};
  const uint64_t size = FrameBytes(argc, argv);
  alignas(8) uint8_t small[kSmallFrameBytes];
  const bool is_small = size <= kSmallFrameBytes;
  void* const memory = is_small ? small : size <= INT32_MAX ? sqlite3_malloc64(size) : nullptr;
  if (memory == nullptr) return SQLITE_NOMEM;
  auto* const frame = static_cast<CallFrame*>(memory);
  frame->result = Parameter{};
  const uint32_t room = is_small ? kSmallFrameBytes : static_cast<uint32_t>(size);
  int code = SQLITE_TOOBIG;
  if (WriteArguments(frame, room, safe_integers, argc, argv)) {
    const int32_t failed = glasswal_host_call(kind, id, Address(state), argc, Address(frame));
    code = failed != 0 ? kHostThrew : SQLITE_OK;
    *result = frame->result;
  }
  if (!is_small) sqlite3_free(memory);
  return code;
}

}  // namespace glasswal::wasm
