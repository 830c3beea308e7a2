#include "diag/event_text.h"

#include <algorithm>

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

void Append(std::string_view key, uint64_t value, std::string* text) {
  text->append(" ").append(key).append("=").append(std::to_string(value));
}

void AppendName(std::string_view key, std::string_view suffix, std::string_view name,
                std::string* text) {
  if (name.empty()) return;
  text->append(" ").append(key).append(suffix).append("=");
  AppendValue(name, text);
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

void AppendEvent(const Event& event, const EventNames& names, std::string* text) {
  const EventDescription description = Describe(event.kind);
  text->append("event=").append(description.name);
  Append("sequence", event.sequence, text);
  Append("client", event.client, text);
  AppendName("client", "_name", names.client, text);
  if (event.connection != 0) Append("connection", event.connection - 1, text);
  if (event.file != 0) Append("file", event.file - 1, text);
  AppendName("path", "", names.path, text);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    const std::string_view argument = description.arguments[i];
    const std::string& name = names.arguments[i];
    if (argument.empty()) continue;
    if (name.empty() || IsClient(argument)) Append(argument, event.arguments[i], text);
    AppendName(argument, IsClient(argument) ? "_name" : "", name, text);
  }
}

}  // namespace glasswal::diag
