#include "cli/target.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cli/output.h"
#include "glasswal/capture.h"
#include "platform/open_target.h"
#include "source/named_source.h"

namespace glasswal::inspector::cli {
namespace {

constexpr uint64_t kLeastGapNs = 10'000'000;  // Of two moments, for rates to mean something.

/// Those of the ring; of a capture also those that were recorded before.
Result<EventBatch> EventsOf(const Source& source) {
  Result<EventBatch> ring = ObserveEvents(source.bytes(), 0, static_cast<uint32_t>(kMostEvents));
  if (!ring.ok() || source.capture() == nullptr) return ring;
  EventBatch all = source.capture()->events;
  const uint64_t newest = all.events.empty() ? 0 : all.events.back().sequence;
  for (const Event& event : ring->events) {
    if (event.sequence > newest) all.events.push_back(event);
  }
  all.next_sequence = ring->next_sequence;
  return all;
}

/// Of a capture with a history, the moment before its own: what rates are measured from.
void AddMomentBefore(const Source& source, Model* model) {
  const Capture* capture = source.capture();
  if (capture == nullptr || capture->looks == nullptr) return;
  std::optional<Snapshot> last;
  for (uint32_t left = capture->looks->count(); left > 0; --left) {
    const RegionBytes* look = capture->looks->Next();
    if (look == nullptr) break;
    // The last one may be as old as the capture itself.
    if (left > 2 || look->NowNs() + kLeastGapNs > source.bytes().NowNs()) continue;
    Result<Snapshot> snapshot = Observe(*look);
    if (snapshot.ok()) last = std::move(*snapshot);
  }
  if (last) model->Add(std::move(*last), EventBatch());
}

}  // namespace

Result<std::unique_ptr<Look>> LookAt(std::unique_ptr<Source> source) {
  auto look = std::make_unique<Look>();
  look->source = std::move(source);
  Result<Snapshot> snapshot = Observe(look->source->bytes());
  if (!snapshot.ok()) return snapshot.status();
  const Result<EventBatch> events = EventsOf(*look->source);
  if (!events.ok()) return events.status();
  look->untouched = *snapshot;
  look->model.Reset(look->source->title(), look->source->live());
  AddMomentBefore(*look->source, &look->model);
  look->model.Add(std::move(*snapshot), *events);
  return look;
}

Result<std::unique_ptr<Look>> LookAt(const std::string& target) {
  Result<std::unique_ptr<Source>> source = OpenWhole(target);
  if (!source.ok()) return source.status();
  return LookAt(std::move(*source));
}

Result<std::unique_ptr<Source>> OpenWhole(const std::string& target) {
  Result<std::unique_ptr<Source>> source = OpenTarget(target);
  if (source.ok() && (*source)->capture() != nullptr) {
    for (const std::string& problem : (*source)->capture()->problems) Complain(problem);
  }
  return source;
}

Result<std::unique_ptr<Look>> LookAtRegion(const std::string& name) {
  Result<std::unique_ptr<Source>> source = OpenNamedRegion(name);
  if (source.ok()) return LookAt(std::move(*source));
  const Result<std::unique_ptr<Source>> other = OpenTarget(name);
  if (!other.ok()) return source.status();
  return Status(StatusCode::kInvalidArgument,
                name +
                    " is a capture: it can be looked at, and not changed. Name a region that "
                    "`glasswal ls` shows.");
}

bool HasLivingClient(const Look& look) {
  return std::any_of(look.untouched.clients.begin(), look.untouched.clients.end(),
                     [&](const ClientSnapshot& client) {
                       return client.state == ClientState::kLive &&
                              !look.source->IsDead(client.slot);
                     });
}

Result<ClientSnapshot> FindClient(const Snapshot& snapshot, const std::string& what) {
  const size_t begin = !what.empty() && what[0] == '#' ? 1 : 0;
  uint32_t slot = 0;
  const auto number = std::from_chars(what.data() + begin, what.data() + what.size(), slot);
  const bool is_slot = number.ec == std::errc() && number.ptr == what.data() + what.size();
  std::string slots;
  size_t count = 0;
  const ClientSnapshot* found = nullptr;
  for (const ClientSnapshot& client : snapshot.clients) {
    if (is_slot ? client.slot != slot : client.name != what) continue;
    slots += (count++ > 0 ? ", " : "") + std::to_string(client.slot);
    found = &client;
  }
  if (count == 1) return *found;
  if (count > 1) {
    return Status(StatusCode::kBusy, "Several clients are called " + what +
                                         ": say which by its slot, one of " + slots + ".");
  }
  return Status(StatusCode::kNotFound, "There is no client " + what +
                                           " in the region: `glasswal top REGION` shows who is.");
}

}  // namespace glasswal::inspector::cli
