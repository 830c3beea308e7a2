#include "diag/event_code.h"

#include <array>

namespace glasswal::diag {
namespace {

using Fields = std::array<uint64_t, kMostEventFields>;

Fields FieldsOf(const Event& event) {
  return {event.sequence,
          event.time_ns,
          static_cast<uint64_t>(event.kind),
          static_cast<uint64_t>(event.level),
          event.client,
          event.client_generation,
          event.connection,
          event.file,
          event.arguments[0],
          event.arguments[1],
          event.arguments[2],
          event.arguments[3],
          event.transaction};
}

/// False if a number is larger than its field.
bool SetFields(const Fields& fields, Event* event) {
  if (fields[2] > UINT16_MAX || fields[3] > static_cast<uint64_t>(EventLevel::kTrace)) return false;
  for (const size_t i : {4, 5, 6, 7, 12}) {
    if (fields[i] > UINT32_MAX) return false;
  }
  event->sequence = fields[0];
  event->time_ns = fields[1];
  event->kind = static_cast<EventKind>(fields[2]);
  event->level = static_cast<EventLevel>(fields[3]);
  event->client = static_cast<uint32_t>(fields[4]);
  event->client_generation = static_cast<uint32_t>(fields[5]);
  event->connection = static_cast<uint32_t>(fields[6]);
  event->file = static_cast<uint32_t>(fields[7]);
  for (size_t i = 0; i < kEventArguments; ++i) event->arguments[i] = fields[8 + i];
  event->transaction = static_cast<uint32_t>(fields[12]);
  return true;
}

}  // namespace

void PutEvents(const Event* events, size_t count, std::vector<uint8_t>* to) {
  PutVarint(count, to);
  Event before;
  for (size_t i = 0; i < count; ++i) {
    const Fields fields = FieldsOf(events[i]);
    PutDifference(before.sequence, fields[0], to);
    PutDifference(before.time_ns, fields[1], to);
    for (size_t field = 2; field < kEventFields; ++field) PutVarint(fields[field], to);
    before = events[i];
  }
}

bool TakeEvents(VarintReader* code, uint32_t fields, size_t most, std::vector<Event>* events) {
  const uint64_t count = code->Take();
  if (count > most) return false;
  Event before;
  for (uint64_t i = 0; i < count; ++i) {
    Fields taken{};
    taken[0] = code->TakeDifference(before.sequence);
    taken[1] = code->TakeDifference(before.time_ns);
    for (uint32_t field = 2; field < fields; ++field) taken[field] = code->Take();
    Event event;
    if (code->failed() || !SetFields(taken, &event)) return false;
    if (!events->empty() && event.sequence <= events->back().sequence) return false;
    events->push_back(event);
    before = event;
  }
  return true;
}

}  // namespace glasswal::diag
