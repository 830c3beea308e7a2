#include "model/event_log.h"

#include <algorithm>
#include <string_view>

#include "model/format.h"
#include "shm/lock_names.h"

namespace glasswal::inspector {
namespace {

constexpr auto kUnknownKind = static_cast<uint64_t>(FileKind::kUnknown);

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// The name of an argument without its unit, with spaces.
std::string Label(std::string_view name) {
  for (const std::string_view unit : {"_ns", "_bytes"}) {
    if (EndsWith(name, unit)) name.remove_suffix(unit.size());
  }
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

std::string Value(std::string_view name, uint64_t value, const Event& event,
                  const EventNames& names) {
  if (EndsWith(name, "_ns")) return FormatDuration(value);
  if (EndsWith(name, "_bytes")) return FormatBytes(value);
  if (EndsWith(name, "_id")) return std::to_string(value);
  if (name == "lock") return shm::LockName(static_cast<uint32_t>(value));
  if (name == "mode") return value == 0 ? "shared" : "exclusive";
  if (name == "kind") return Name(static_cast<FileKind>(std::min<uint64_t>(value, kUnknownKind)));
  if (name == "statement") return names.Statement(value);
  // These number from 1 on, and 0 is nobody.
  if (name == "held_back_by") {
    return value == 0 ? "nobody" : names.ConnectionInSlot(event, value - 1);
  }
  if (name == "cancelled_by") return value == 0 ? "nobody" : names.ClientInSlot(value - 1);
  // A lock of no database is held by clients.
  if (name == "holders" && event.file != 0) return names.ConnectionsInSlots(event, value);
  if (name == "what") return value == 0 ? "the region" : "the file";
  if (name == "dead_client") return names.DeadClient(event, value);
  if (EndsWith(name, "client")) return names.ClientInSlot(value);
  return FormatCount(value);
}

std::string EscapeMarkdown(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

void EventLog::Append(const EventBatch& batch) {
  lost_ += batch.lost;
  next_sequence_ = batch.next_sequence;
  for (const Event& event : batch.events) events_.push_back(event);
  while (events_.size() > kMostEvents) events_.pop_front();
}

void EventLog::Clear() { *this = EventLog(); }

size_t EventLog::LowerBound(uint64_t sequence) const {
  const auto at =
      std::lower_bound(events_.begin(), events_.end(), sequence,
                       [](const Event& event, uint64_t value) { return event.sequence < value; });
  return static_cast<size_t>(at - events_.begin());
}

std::string EventDetails(const Event& event, const EventNames& names) {
  const EventDescription description = Describe(event.kind);
  std::string text;
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string_view name = description.arguments[i];
    if (name.empty()) continue;
    if (!text.empty()) text += ", ";
    text += Label(name) + " " + Value(name, event.arguments[i], event, names);
  }
  return text;
}

bool Matches(const EventFilter& filter, const Event& event, const EventNames& names) {
  if (event.level > filter.level) return false;
  if (filter.kind && event.kind != *filter.kind) return false;
  if (filter.client && event.client != *filter.client) return false;
  if (filter.text.empty()) return true;
  return ContainsIgnoringCase(Describe(event.kind).name, filter.text) ||
         ContainsIgnoringCase(names.Client(event), filter.text) ||
         ContainsIgnoringCase(names.File(event), filter.text) ||
         ContainsIgnoringCase(EventDetails(event, names), filter.text);
}

std::string EventsToMarkdown(const std::vector<Event>& events, const EventNames& names) {
  std::string text = "| # | time | level | event | client | file | details |\n";
  text += "|--:|--:|---|---|---|---|---|\n";
  for (const Event& event : events) {
    text += "| " + std::to_string(event.sequence) + " | " + std::to_string(event.time_ns) +
            " ns | " + Name(event.level) + " | " + Describe(event.kind).name + " | " +
            EscapeMarkdown(names.Client(event)) + " | " + EscapeMarkdown(names.File(event)) +
            " | " + EscapeMarkdown(EventDetails(event, names)) + " |\n";
  }
  return text;
}

std::string EventsToJson(const std::vector<Event>& events) {
  std::string text = "[";
  for (size_t i = 0; i < events.size(); ++i) text += (i > 0 ? ",\n " : "") + ToJson(events[i]);
  return text + "]";
}

}  // namespace glasswal::inspector
