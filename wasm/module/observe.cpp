// Diagnostics for JavaScript: snapshots, events and refusals as JSON, taken without a lock.
//
// Thread-safety: an instance has one thread.
#include "glasswal/observe.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>

#include "glasswal/sqlite.h"
#include "module/bootstrap.h"
#include "module/exports.h"
#include "module/host.h"
#include "module/inside.h"
#include "module/instance.h"
#include "module/observe_room.h"
#include "module/region_memory.h"

namespace glasswal::wasm {
namespace {

// Of a region that may yet grow, only what there is memory for can be read.
std::unique_ptr<RegionBytes> BytesAtHand() {
  const port::Memory& memory = ClientContext()->region->memory();
  return NewMappedBytes(memory.base(), memory.BytesAtHand());
}

SilenceTracker& Silence() {
  static SilenceTracker* const tracker = new SilenceTracker;
  return *tracker;
}

/// Appends to an array of JSON that is not closed yet.
void AppendRecord(const LogRecord& record, std::string* array) {
  if (array->back() != '[') *array += ',';
  *array += ToJson(record);
}

/// Up to `limit` events from `from_sequence` on, which 0 takes as that of the oldest.
Result<EventBatch> EventsFrom(double from_sequence, uint32_t limit) {
  return ObserveEvents(*BytesAtHand(), static_cast<uint64_t>(from_sequence), limit);
}

}  // namespace

extern "C" int32_t glasswal_observe() {
  if (JoinedRuntime() == nullptr) return GiveNotJoined();
  const Status room = RoomForSnapshot();
  if (!room.ok()) return GiveStatus(room);
  const std::unique_ptr<RegionBytes> bytes = BytesAtHand();
  Result<Snapshot> snapshot = Observe(*bytes);
  if (!snapshot.ok()) return GiveStatus(snapshot.status());
  Silence().Apply(bytes->NowNs(), &*snapshot);
  GiveText(ToJson(*snapshot));
  return 0;
}

extern "C" int32_t glasswal_observe_events(double from_sequence, uint32_t limit) {
  if (JoinedRuntime() == nullptr) return GiveNotJoined();
  Result<EventBatch> batch = EventsFrom(from_sequence, RoomForEvents(limit, false));
  if (!batch.ok()) return GiveStatus(batch.status());
  std::string text = "{\"events\":[";
  for (const Event& event : batch->events) {
    if (text.back() != '[') text += ',';
    text += ToJson(event);
  }
  text += "],\"nextSequence\":" + std::to_string(batch->next_sequence) +
          ",\"lost\":" + std::to_string(batch->lost) + "}";
  GiveText(std::move(text));
  return 0;
}

extern "C" int32_t glasswal_observe_log(double from_sequence, uint32_t limit, double lost_before,
                                        uint32_t level) {
  if (JoinedRuntime() == nullptr) return GiveNotJoined();
  const store::ClientContext& self = *ClientContext();
  Result<EventBatch> batch = EventsFrom(from_sequence, RoomForEvents(limit, true));
  if (!batch.ok()) return GiveStatus(batch.status());
  std::string text = "{\"records\":[";
  auto next = static_cast<uint64_t>(from_sequence);
  auto total_lost = static_cast<uint64_t>(lost_before);
  for (const Event& event : batch->events) {
    if (event.sequence > next) {
      const uint64_t lost = event.sequence - next;
      total_lost += lost;
      AppendRecord(RecordOfLoss(next, lost, total_lost, self.slot, port::NowNs()), &text);
    }
    next = event.sequence + 1;
    if (static_cast<uint32_t>(event.level) > level) continue;
    AppendRecord(RecordOf(event, diag::NamesOf(*self.region, event)), &text);
  }
  text += "],\"nextSequence\":" + std::to_string(next) + "}";
  GiveText(std::move(text));
  return 0;
}

extern "C" void glasswal_set_event_level(uint32_t level) {
  if (JoinedRuntime() != nullptr)
    JoinedRuntime()->SetEventLevel(static_cast<EventLevel>(std::min(level, 5u)));
}

extern "C" uint32_t glasswal_last_refusal(sqlite3* db, const char* schema) {
  const Refusal refusal = LastRefusal(db, schema != nullptr ? schema : "main");
  if (!refusal.present) return 0;
  std::string text;
  diag::JsonWriter writer(&text);
  writer.BeginObject();
  writer.Key("holder"), writer.String(refusal.holder);
  writer.Key("client"), writer.Number(refusal.client);
  writer.Key("generation"), writer.Number(refusal.client_generation);
  writer.Key("lock"), writer.String(refusal.lock);
  writer.Key("heldMs"), writer.Number(refusal.held_ms);
  writer.Key("silentMs"), writer.Number(refusal.silent_ms);
  writer.Key("waitedMs"), writer.Number(refusal.waited_ms);
  writer.Key("statement"), writer.String(refusal.statement);
  writer.Key("running"), writer.Bool(refusal.running);
  writer.Key("statementMs"), writer.Number(refusal.statement_ms);
  writer.Key("message"), writer.String(refusal.ToString());
  writer.EndObject();
  GiveText(std::move(text));
  return 1;
}

extern "C" void glasswal_quiet_refusals(sqlite3* db, uint32_t quiet) {
  int argument = static_cast<int>(quiet);
  (void)sqlite3_file_control(db, "main", kFcntlQuietRefusals, &argument);
}

extern "C" uint32_t glasswal_last_error(int code) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  std::string message = vfs != nullptr ? sqlite::Vfs::Of(vfs)->TakeError(code) : std::string();
  if (message.empty()) return 0;
  GiveText(std::move(message));
  return 1;
}

}  // namespace glasswal::wasm
