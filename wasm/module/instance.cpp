#include "module/instance.h"

#include <utility>

#include "module/exports.h"
#include "module/host.h"
#include "module/inside.h"

namespace glasswal::wasm {

Thread this_thread;

namespace {

// On the heap and never destroyed: an instance ends with its memory, not by running destructors.
struct State {
  std::shared_ptr<Runtime> runtime;
  std::string text;
};

State& TheState() {
  static State* const state = new State;
  return *state;
}

}  // namespace

Runtime* JoinedRuntime() { return TheState().runtime.get(); }
void SetJoinedRuntime(std::shared_ptr<Runtime> runtime) { TheState().runtime = std::move(runtime); }

store::ClientContext* ClientContext() {
  Runtime* runtime = JoinedRuntime();
  return runtime != nullptr ? &ClientOf(*runtime).context() : nullptr;
}

void GiveText(std::string text) { TheState().text = std::move(text); }

int32_t GiveStatus(const Status& status) {
  GiveText(status.ok() ? std::string() : status.message());
  return -static_cast<int32_t>(status.code());
}

int32_t GiveNotJoined() {
  return GiveStatus(
      Status(StatusCode::kInvalidArgument, "The client has left the runtime: join it again."));
}

extern "C" const char* glasswal_text() { return TheState().text.data(); }

extern "C" uint32_t glasswal_text_bytes() { return static_cast<uint32_t>(TheState().text.size()); }

}  // namespace glasswal::wasm
