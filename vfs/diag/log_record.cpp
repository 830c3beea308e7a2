#include "diag/log_record.h"

#include <algorithm>
#include <utility>

#include "diag/region_image.h"
#include "glasswal/snapshot.h"
#include "port/printable.h"
#include "shm/lock_names.h"
#include "store/words.h"

namespace glasswal::diag {
namespace {

bool NeedsQuotes(char character) {
  return character == ' ' || character == '"' || character == '\\' || character == '=';
}

/// True if the argument `name` is the number of a client: its name stands beside it, not in its
/// place.
bool IsClient(std::string_view name) {
  constexpr std::string_view kSuffix = "_client";
  return name.size() > kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

/// Who is in a slot, if it is of that generation.
std::string ClientName(const shm::RegionView& region, uint64_t slot, uint32_t generation) {
  if (slot >= shm::kMaxClients) return {};
  const shm::ShmClient& client = *region.client(static_cast<uint32_t>(slot));
  const bool same = store::GenerationOf(client.state.load(std::memory_order_acquire)) == generation;
  return same ? TextOf(client.name, shm::kNameBytes) : std::string();
}

/// Who is in a slot now.
std::string ClientInSlot(const shm::RegionView& region, uint64_t slot) {
  if (slot >= shm::kMaxClients) return {};
  const shm::ShmClient& client = *region.client(static_cast<uint32_t>(slot));
  const uint64_t word = client.state.load(std::memory_order_acquire);
  return store::ClientStateOf(word) == shm::kClientFree ? std::string()
                                                        : TextOf(client.name, shm::kNameBytes);
}

/// The path of the file that has the event's number now: good enough for people, and almost always
/// the one that was meant.
std::string Path(const shm::RegionView& region, const Event& event) {
  if (event.file == 0 || event.file > shm::kMaxFiles) return {};
  const shm::ShmFile& file = *region.file(event.file - 1);
  const uint64_t word = file.state.load(std::memory_order_acquire);
  if (store::FileStateOf(word) == shm::kFileFree) return {};
  return TextOf(file.path, shm::kPathBytes);
}

std::string ArgumentName(const shm::RegionView& region, std::string_view name, uint64_t value) {
  if (name == "lock" && value <= shm::kDirectoryLock) {
    return shm::LockName(static_cast<uint32_t>(value));
  }
  if (name == "mode" && value < static_cast<uint64_t>(LockMode::kUnknown)) {
    return Name(static_cast<LockMode>(value));
  }
  if (name == "kind" && value < static_cast<uint64_t>(FileKind::kUnknown)) {
    return Name(static_cast<FileKind>(value));
  }
  // Whoever is dead may have a follower in its slot.
  return IsClient(name) && name != "dead_client" ? ClientInSlot(region, value) : std::string();
}

/// Adds to the line of a record.
void Say(std::string_view name, uint64_t number, LogRecord* record) {
  record->message.append(" ").append(name).append("=").append(std::to_string(number));
}

/// Adds to the details of a record and to its line.
void AddNumber(std::string name, uint64_t number, LogRecord* record) {
  Say(name, number, record);
  record->details.push_back({std::move(name), false, {}, number});
}
void AddText(std::string name, const std::string& text, LogRecord* record) {
  if (text.empty()) return;
  record->message.append(" ").append(name).append("=");
  AppendValue(text, &record->message);
  record->details.push_back({std::move(name), true, text, 0});
}

}  // namespace

EventNames NamesOf(const shm::RegionView& region, const Event& event) {
  EventNames names;
  names.client = ClientName(region, event.client, event.client_generation);
  names.path = Path(region, event);
  const EventDescription description = Describe(event.kind);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    names.arguments[i] = ArgumentName(region, description.arguments[i], event.arguments[i]);
  }
  return names;
}

void AppendValue(std::string_view value, std::string* text) {
  const std::string printable = port::Printable(value);
  if (!value.empty() && printable == value &&
      std::none_of(value.begin(), value.end(), NeedsQuotes)) {
    text->append(value);
    return;
  }
  // What was a backslash is doubled; what became one by being made printable is not.
  text->push_back('"');
  while (!value.empty()) {
    const uint32_t size_bytes = std::max(port::FirstCharacter(value).size_bytes, 1u);
    if (value[0] == '"' || value[0] == '\\') text->push_back('\\');
    text->append(port::Printable(value.substr(0, size_bytes)));
    value.remove_prefix(size_bytes);
  }
  text->push_back('"');
}

LogRecord RecordOf(const Event& event, const EventNames& names) {
  const EventDescription description = Describe(event.kind);
  LogRecord record;
  record.level = event.level;
  record.event = description.name;
  record.sequence = event.sequence;
  record.time_ns = event.time_ns;
  record.client = event.client;
  record.message = "event=" + record.event;
  Say("sequence", event.sequence, &record);
  Say("client", event.client, &record);
  AddText("client_name", names.client, &record);
  if (event.connection != 0) Say("connection", event.connection - 1, &record);
  if (event.file != 0) Say("file", event.file - 1, &record);
  AddText("path", names.path, &record);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string argument = description.arguments[i];
    const std::string& name = names.arguments[i];
    if (argument.empty()) continue;
    if (name.empty() || IsClient(argument)) AddNumber(argument, event.arguments[i], &record);
    AddText(IsClient(argument) ? argument + "_name" : argument, name, &record);
  }
  return record;
}

LogRecord RecordOfLoss(uint64_t first_sequence, uint64_t lost, uint64_t total_lost, uint32_t client,
                       uint64_t time_ns) {
  LogRecord record;
  record.level = EventLevel::kWarn;
  record.event = "events.lost";
  record.sequence = first_sequence;
  record.time_ns = time_ns;
  record.client = client;
  record.message = "event=" + record.event;
  AddNumber("lost", lost, &record);
  AddNumber("total_lost", total_lost, &record);
  return record;
}

}  // namespace glasswal::diag
