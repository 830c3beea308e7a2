// glasswal events: what the ring of a region has, and with --follow what comes into it.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>

#include "cli/command.h"
#include "cli/commands/describe.h"
#include "cli/target.h"
#include "model/event_log.h"
#include "model/format.h"

namespace glasswal::inspector::cli {
namespace {

// A region does not say when it changed to those who are not in it.
constexpr std::chrono::milliseconds kLook(100);
constexpr uint64_t kSecondNs = 1'000'000'000;

/// What the user wants to see of them.
class Wanted {
 public:
  explicit Wanted(const Arguments& arguments) : arguments_(arguments) {
    uint32_t level = 0;
    while (level < static_cast<uint32_t>(EventLevel::kTrace) &&
           arguments.level != Name(static_cast<EventLevel>(level))) {
      ++level;
    }
    level_ = static_cast<EventLevel>(level);
  }

  bool Has(const Event& event, const EventNames& names) const {
    if (event.level > level_) return false;
    const std::vector<std::string>& kinds = arguments_.kinds;
    if (!kinds.empty() &&
        std::find(kinds.begin(), kinds.end(), Describe(event.kind).name) == kinds.end()) {
      return false;
    }
    const std::string& client = arguments_.client;
    if (client.empty() || names.Client(event) == client) return true;
    const std::string slot = std::to_string(event.client);
    return client == slot || client == "#" + slot;
  }

 private:
  const Arguments& arguments_;
  EventLevel level_ = EventLevel::kTrace;
};

Style StyleOf(EventLevel level) {
  switch (level) {
    case EventLevel::kError:
      return Style::kBad;
    case EventLevel::kWarn:
      return Style::kWarning;
    case EventLevel::kInfo:
      return Style::kPlain;
    default:
      return Style::kDim;
  }
}

/// The time of day, or of a capture how long before it was taken.
std::string TimeOf(const Event& event, const Source& source) {
  const uint64_t now_ns = source.bytes().NowNs();
  const uint64_t age_ns = now_ns - std::min(now_ns, event.time_ns);
  char text[64];
  if (!source.live()) {
    std::snprintf(text, sizeof(text), "-%.6fs", static_cast<double>(age_ns) / 1e9);
    return text;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() -
                  static_cast<int64_t>(age_ns);
  const std::time_t second = at / static_cast<int64_t>(kSecondNs);
  std::tm local = {};
  localtime_r(&second, &local);
  const size_t length = std::strftime(text, sizeof(text), "%H:%M:%S", &local);
  std::snprintf(text + length, sizeof(text) - length, ".%06u",
                static_cast<uint32_t>(at % static_cast<int64_t>(kSecondNs) / 1000));
  return text;
}

void Print(const Event& event, const Source& source, const EventNames& names,
           const Arguments& arguments, Output* output) {
  if (arguments.json) {
    output->Json(ToJson(event));
    return;
  }
  std::string rest = EventDetails(event, names);
  const std::string file = names.File(event);
  if (!file.empty()) rest = file + (rest.empty() ? "" : ": ") + rest;
  output->Write(
      {{Padded(TimeOf(event, source), 15, true) + "  ", Style::kDim},
       {Padded(Name(event.level), 5, false) + "  ", StyleOf(event.level)},
       {Padded(Describe(event.kind).name, EventCells(), false) + "  ", StyleOf(event.level)},
       {Padded(names.Client(event), 16, false) + "  "},
       {rest}});
}

void SayLost(uint64_t lost, Output* output) {
  if (lost == 0) return;
  output->Flush();
  Complain(FormatCounted(lost, "event was", "events were") +
           " overwritten before they could be read: --level or a larger event_capacity helps.");
}

/// Prints those that come until the region is gone.
void Follow(const Source& source, const Wanted& wanted, const Arguments& arguments, Output* output,
            Model* model) {
  uint64_t next = model->events().next_sequence();
  while (output->IsRead()) {
    // Asked before the events are read, so that the last ones are.
    const Status present = source.Check();
    const Result<EventBatch> batch =
        ObserveEvents(source.bytes(), next, static_cast<uint32_t>(kMostEvents));
    if (batch.ok() && (!batch->events.empty() || batch->lost > 0)) {
      SayLost(batch->lost, output);
      next = batch->next_sequence;
      Result<Snapshot> snapshot = Observe(source.bytes());
      if (snapshot.ok()) model->Add(std::move(*snapshot), *batch);
      for (const Event& event : batch->events) {
        if (wanted.Has(event, model->names())) {
          Print(event, source, model->names(), arguments, output);
        }
      }
      output->Flush();
      continue;
    }
    if (!present.ok() || !batch.ok()) {
      output->Flush();
      Complain(present.ok() ? batch.status().message() : present.message());
      return;
    }
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

int RunEvents(const Arguments& arguments, Output* output) {
  Result<std::unique_ptr<Look>> look = LookAt(arguments.target);
  if (!look.ok()) return Complain(look.status());
  Model& model = (*look)->model;
  const Source& source = *(*look)->source;
  const Wanted wanted(arguments);
  std::vector<Event> events;
  for (const Event& event : model.events().events()) {
    if (wanted.Has(event, model.names())) events.push_back(event);
  }
  const size_t first =
      arguments.last > 0 && events.size() > arguments.last ? events.size() - arguments.last : 0;
  for (size_t i = first; i < events.size() && output->ok(); ++i) {
    Print(events[i], source, model.names(), arguments, output);
  }
  output->Flush();
  if (arguments.follow && source.live()) {
    Follow(source, wanted, arguments, output, &model);
    return kDone;
  }
  if (!events.empty()) return kDone;
  return arguments.json
             ? static_cast<int>(kRefused)
             : Complain("No such event is in the ring of " + model.title() + ", which records " +
                        Name(model.snapshot().events.level) + " and worse.");
}

}  // namespace glasswal::inspector::cli
