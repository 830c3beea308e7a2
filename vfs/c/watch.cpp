// Looking at a region and looking after it, in C.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "c/last_error.h"
#include "c/runtimes.h"
#include "glasswal/event.h"
#include "glasswal/glasswal.h"
#include "glasswal/observe.h"
#include "glasswal/runtime.h"
#include "glasswal/snapshot.h"

namespace glasswal::c {
namespace {

static_assert(GLASSWAL_EVENTS_OFF == static_cast<int>(EventLevel::kOff));
static_assert(GLASSWAL_EVENTS_ERROR == static_cast<int>(EventLevel::kError));
static_assert(GLASSWAL_EVENTS_WARN == static_cast<int>(EventLevel::kWarn));
static_assert(GLASSWAL_EVENTS_INFO == static_cast<int>(EventLevel::kInfo));
static_assert(GLASSWAL_EVENTS_DEBUG == static_cast<int>(EventLevel::kDebug));
static_assert(GLASSWAL_EVENTS_TRACE == static_cast<int>(EventLevel::kTrace));

/// Whether there is a place for the text, which is NULL until it comes.
bool HasPlace(char** json) {
  if (json != nullptr) {
    *json = nullptr;
    return true;
  }
  (void)Refuse("there is no place for the JSON: the pointer to it is NULL");
  return false;
}

glasswal_status Hand(const std::string& text, char** json) {
  *json = static_cast<char*>(std::malloc(text.size() + 1));
  if (*json == nullptr) return Give(Status(StatusCode::kFull, "there is no memory for the JSON"));
  std::memcpy(*json, text.c_str(), text.size() + 1);
  return GLASSWAL_OK;
}

std::string TextOf(const EventBatch& batch) {
  std::string text = "{\"events\":[";
  for (const Event& event : batch.events) {
    if (&event != batch.events.data()) text += ',';
    text += ToJson(event);
  }
  return text + "],\"next\":" + std::to_string(batch.next_sequence) +
         ",\"lost\":" + std::to_string(batch.lost) + "}";
}

}  // namespace
}  // namespace glasswal::c

using glasswal::Runtime;

extern "C" {

void glasswal_free(char* text) { std::free(text); }

glasswal_status glasswal_client(const glasswal_runtime* runtime, uint32_t* slot,
                                uint32_t* generation) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  if (slot != nullptr) *slot = found->client_slot();
  if (generation != nullptr) *generation = found->client_generation();
  return GLASSWAL_OK;
}

glasswal_status glasswal_observe(const glasswal_runtime* runtime, char** json) {
  if (!glasswal::c::HasPlace(json)) return GLASSWAL_INVALID_ARGUMENT;
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  const glasswal::Result<glasswal::Snapshot> snapshot = glasswal::Observe(*found);
  if (!snapshot.ok()) return glasswal::c::Give(snapshot.status());
  return glasswal::c::Hand(glasswal::ToJson(*snapshot), json);
}

glasswal_status glasswal_drain_events(const glasswal_runtime* runtime, uint64_t* cursor,
                                      uint32_t limit, char** json) {
  if (!glasswal::c::HasPlace(json)) return GLASSWAL_INVALID_ARGUMENT;
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  if (cursor == nullptr)
    return glasswal::c::Refuse("the cursor is NULL: give one that is 0 at first");
  if (limit == 0) return glasswal::c::Refuse("limit is 0: ask for at least one event");
  const auto bytes = glasswal::NewMappedBytes(found->bytes().data(), found->bytes().size());
  const glasswal::Result<glasswal::EventBatch> batch =
      glasswal::ObserveEvents(*bytes, *cursor, limit);
  if (!batch.ok()) return glasswal::c::Give(batch.status());
  const glasswal_status status = glasswal::c::Hand(glasswal::c::TextOf(*batch), json);
  if (status == GLASSWAL_OK) *cursor = batch->next_sequence;
  return status;
}

glasswal_status glasswal_set_event_level(glasswal_runtime* runtime, glasswal_event_level level) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  const auto number = static_cast<uint32_t>(level);
  if (number > GLASSWAL_EVENTS_TRACE) {
    return glasswal::c::Refuse("there is no event level " + std::to_string(number) +
                               ": give one of 0 (off) to " + std::to_string(GLASSWAL_EVENTS_TRACE) +
                               " (trace)");
  }
  found->SetEventLevel(static_cast<glasswal::EventLevel>(number));
  return GLASSWAL_OK;
}

glasswal_status glasswal_set_statements(glasswal_runtime* runtime, glasswal_statements statements) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  const auto number = static_cast<uint32_t>(statements);
  if (number > GLASSWAL_STATEMENTS_TIMED) {
    return glasswal::c::Refuse("statements is " + std::to_string(number) +
                               ": give one of 0 (on), 1 (off) and 2 (timed)");
  }
  found->SetStatementTracking(static_cast<glasswal::StatementTracking>(number));
  return GLASSWAL_OK;
}

glasswal_status glasswal_cancel(glasswal_runtime* runtime, uint32_t client_slot,
                                uint32_t client_generation) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  return glasswal::c::Give(found->Cancel(client_slot, client_generation));
}

glasswal_status glasswal_list_files(const glasswal_runtime* runtime, char** json) {
  if (!glasswal::c::HasPlace(json)) return GLASSWAL_INVALID_ARGUMENT;
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  return glasswal::c::Hand(glasswal::ToJson(found->ListFiles()), json);
}

glasswal_status glasswal_remove_file(glasswal_runtime* runtime, const char* path) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr || !glasswal::c::IsText(path, "path")) return GLASSWAL_INVALID_ARGUMENT;
  return glasswal::c::Give(found->RemoveFile(path));
}

glasswal_status glasswal_recover_dead(glasswal_runtime* runtime, uint32_t* recovered) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  const uint32_t count = found->RecoverDead();
  if (recovered != nullptr) *recovered = count;
  return GLASSWAL_OK;
}

glasswal_status glasswal_evict(glasswal_runtime* runtime, uint32_t client_slot,
                               uint32_t client_generation, uint32_t timeout_ms) {
  const std::shared_ptr<Runtime> found = glasswal::c::Find(runtime);
  if (found == nullptr) return GLASSWAL_INVALID_ARGUMENT;
  return glasswal::c::Give(found->Evict(client_slot, client_generation, timeout_ms));
}

}  // extern "C"
