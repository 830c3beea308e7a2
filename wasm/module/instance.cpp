#include "module/instance.h"

#include <utility>

#include "module/host.h"
#include "recovery/client.h"

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
  return runtime != nullptr ? &runtime->client().context() : nullptr;
}

void GiveText(std::string text) { TheState().text = std::move(text); }

int32_t GiveStatus(const Status& status) {
  GiveText(status.ok() ? std::string() : status.message());
  return static_cast<int32_t>(status.code());
}

/// The text of the last failure or result, UTF-8; valid until the next call.
GLASSWAL_EXPORT(glasswal_text) const char* Text() { return TheState().text.data(); }

GLASSWAL_EXPORT(glasswal_text_bytes) uint32_t TextBytes() {
  return static_cast<uint32_t>(TheState().text.size());
}

}  // namespace glasswal::wasm
