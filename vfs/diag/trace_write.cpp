#include "diag/trace_write.h"

#include <algorithm>
#include <bit>

#include "diag/json_writer.h"
#include "shm/lock_names.h"

namespace glasswal::diag {
namespace {

using Order = std::vector<uint32_t>;

/// By their beginnings; whatever contains others comes before them, and flows come last.
void Sort(const std::vector<Mark>& marks, Order* order) {
  while (order->size() < marks.size()) order->push_back(static_cast<uint32_t>(order->size()));
  std::sort(order->begin(), order->end(), [&](uint32_t a, uint32_t b) {
    const Mark& one = marks[a];
    const Mark& other = marks[b];
    if (one.begin_ns != other.begin_ns) return one.begin_ns < other.begin_ns;
    if (one.end_ns != other.end_ns) return one.end_ns > other.end_ns;
    return one.kind != other.kind ? one.kind < other.kind : a < b;
  });
}

void Nest(const Order& order, size_t track_count, std::vector<Mark>* marks) {
  std::vector<std::vector<uint64_t>> open(track_count);  // The ends of what contains what follows.
  for (const uint32_t index : order) {
    Mark& mark = (*marks)[index];
    if (!IsSlice(mark.kind)) continue;
    std::vector<uint64_t>& ends = open[mark.track];
    while (!ends.empty() && ends.back() <= mark.begin_ns) ends.pop_back();
    if (!ends.empty()) mark.end_ns = std::min(mark.end_ns, ends.back());
    ends.push_back(mark.end_ns);
  }
}

/// The slice in which somebody has what is waited for: that of the hold, or where none was recorded
/// the transaction that it was held in.
const Mark* HolderOf(const Timeline& timeline, const TraceWait& wait, const Mark& mark,
                     uint64_t holders) {
  const Track& waiter = timeline.tracks()[mark.track];
  std::vector<uint32_t> tracks;
  if (wait.has_client) {
    tracks = timeline.FindLock(wait.lock, waiter.key[1]);
  } else {
    const auto connection = static_cast<uint32_t>(std::countr_zero(holders)) + 1;
    tracks = timeline.Find(Track::kLocks + wait.lock, waiter.key[1], connection);
    const std::vector<uint32_t> others =
        timeline.Find(Track::kConnection, waiter.key[1], connection);
    tracks.insert(tracks.end(), others.begin(), others.end());
  }
  for (const uint32_t index : tracks) {
    const Track& track = timeline.tracks()[index];
    if (index == mark.track || (wait.has_client && track.key[3] != wait.client)) continue;
    const bool is_lock = track.key[0] >= Track::kLocks;
    const Mark* held =
        timeline.Within(is_lock ? track.marks : track.transactions, mark.begin_ns, mark.end_ns);
    if (held != nullptr) return held;
  }
  return nullptr;
}

void AddFlows(Timeline* timeline) {
  std::vector<Mark> flows;
  for (const TraceWait& wait : timeline->waits()) {
    const Mark& mark = timeline->marks()[wait.mark];
    uint64_t holders = wait.holders;
    do {
      const Mark* held =
          holders != 0 || wait.has_client ? HolderOf(*timeline, wait, mark, holders) : nullptr;
      holders &= holders - 1;
      if (held == nullptr) continue;
      Mark flow;
      flow.kind = MarkKind::kFlowBegin;
      flow.track = held->track;
      flow.begin_ns = flow.end_ns = std::max(held->begin_ns, mark.begin_ns);
      flow.name = std::string("holds ") + shm::LockName(wait.lock);
      flow.values[0] = flows.size() / 2 + 1;
      flows.push_back(flow);
      flow.kind = MarkKind::kFlowEnd;
      flow.track = mark.track;
      flows.push_back(flow);
    } while (holders != 0 && !wait.has_client);
  }
  std::vector<Mark>& marks = timeline->marks();
  marks.insert(marks.end(), flows.begin(), flows.end());
}

class Writer {
 public:
  Writer(const Timeline& timeline, uint64_t begin_ns, std::string* text)
      : timeline_(timeline), begin_ns_(begin_ns), json_(text) {}

  JsonWriter& json() { return json_; }

  void Name(uint32_t index, const Snapshot& last) {
    const Track& track = timeline_.tracks()[index];
    const bool is_process = track.process == index;
    const uint32_t kind = track.key[0];
    std::string name;
    if (kind == Track::kRegion) {
      name = "region " + last.region.id;
    } else if (is_process) {
      name = timeline_.ClientName(track);
    } else {
      name = timeline_.Path(track.key[1]) + " connection " + std::to_string(track.key[2] - 1);
      if (kind >= Track::kLocks) {
        name.append(" ").append(shm::LockName(kind - Track::kLocks));
      }
    }
    if (is_process) Metadata("process_name", index, "name", name, 0);
    if (is_process) Metadata("process_sort_index", index, "sort_index", "", index);
    Metadata("thread_name", index, "name", is_process ? "itself" : name, 0);
    // Below a connection come its locks.
    const uint32_t place = is_process ? 0 : track.key[1] << 16 | track.key[2] << 6 | kind;
    Metadata("thread_sort_index", index, "sort_index", "", place);
  }

  void Write(const Mark& mark) {
    static constexpr const char* kPhases[] = {"X", "X", "X", "X", "X", "C", "i", "s", "f"};
    static constexpr const char* kCategories[] = {"transaction", "statement", "checkpoint",
                                                  "wait",        "lock",      "counter",
                                                  "event",       "wait",      "wait"};
    const auto kind = static_cast<size_t>(mark.kind);
    json_.BeginObject();
    json_.Key("ph"), json_.String(kPhases[kind]);
    json_.Key("name"), json_.String(mark.name);
    json_.Key("cat"), json_.String(kCategories[kind]);
    json_.Key("ts"), json_.Microseconds(mark.begin_ns - begin_ns_);
    if (IsSlice(mark.kind)) {
      json_.Key("dur"), json_.Microseconds(mark.end_ns - mark.begin_ns);
    }
    Place(mark.track);
    if (mark.kind == MarkKind::kInstant) json_.Key("s"), json_.String(ScopeOf(mark));
    if (mark.kind == MarkKind::kFlowEnd) json_.Key("bp"), json_.String("e");
    if (mark.kind >= MarkKind::kFlowBegin) {
      json_.Key("id"), json_.Number(mark.values[0]);
    } else {
      json_.Key("args"), Arguments(mark);
    }
    json_.EndObject();
  }

 private:
  void Place(uint32_t track) {
    json_.Key("pid"), json_.Number(timeline_.tracks()[track].process + 1);
    json_.Key("tid"), json_.Number(track + 1);
  }

  void Metadata(const char* name, uint32_t track, const char* key, std::string_view text,
                uint64_t number) {
    json_.BeginObject();
    json_.Key("ph"), json_.String("M");
    json_.Key("name"), json_.String(name);
    Place(track);
    json_.Key("args"), json_.BeginObject();
    json_.Key(key), text.empty() ? json_.Number(number) : json_.String(text);
    json_.EndObject();
    json_.EndObject();
  }

  /// Recoveries and the region's own concern everybody; g: global, p: process, t: thread.
  const char* ScopeOf(const Mark& mark) const {
    const EventKind kind = mark.event->kind;
    if (kind == EventKind::kRecoveryBegan || kind == EventKind::kRecoveryDone) return "g";
    return timeline_.tracks()[mark.track].process == mark.track ? "p" : "t";
  }

  void Arguments(const Mark& mark) {
    json_.BeginObject();
    for (size_t i = 0; i < mark.series.size(); ++i) {
      if (mark.series[i][0] != '\0') json_.Key(mark.series[i]), json_.Number(mark.values[i]);
    }
    if (mark.event != nullptr) {
      json_.Key("sequence"), json_.Number(mark.event->sequence);
      json_.Key("transaction"), json_.Number(mark.event->transaction);
      const EventDescription description = Describe(mark.event->kind);
      for (uint32_t i = 0; i < kEventArguments; ++i) {
        if (description.arguments[i][0] == '\0') continue;
        json_.Key(CamelCase(description.arguments[i])), json_.Number(mark.event->arguments[i]);
      }
    } else if (IsSlice(mark.kind)) {
      json_.Key("lasts"), json_.Bool(true);
    }
    json_.EndObject();
  }

  const Timeline& timeline_;
  const uint64_t begin_ns_;
  JsonWriter json_;
};

}  // namespace

std::string WriteTrace(Timeline* timeline, const Snapshot& last, uint64_t lost_events) {
  Order order;
  Sort(timeline->marks(), &order);
  Nest(order, timeline->tracks().size(), &timeline->marks());
  AddFlows(timeline);
  // What was made shorter stays where it is: its beginning is the same, and what contains it as long.
  Sort(timeline->marks(), &order);
  const std::vector<Mark>& marks = timeline->marks();
  const uint64_t begin_ns = marks[order.front()].begin_ns;
  std::string text;
  Writer writer(*timeline, begin_ns, &text);
  JsonWriter& json = writer.json();
  json.BeginObject();
  json.Key("displayTimeUnit"), json.String("ns");
  json.Key("otherData"), json.BeginObject();
  json.Key("region"), json.String(last.region.id);
  json.Key("eventLevel"), json.String(Name(last.events.level));
  json.Key("beginNs"), json.Number(begin_ns);
  json.Key("lostEvents"), json.Number(lost_events);
  json.EndObject();
  json.Key("traceEvents"), json.BeginArray();
  for (uint32_t track = 0; track < timeline->tracks().size(); ++track) writer.Name(track, last);
  for (const uint32_t mark : order) writer.Write(marks[mark]);
  json.EndArray();
  json.EndObject();
  return text;
}

}  // namespace glasswal::diag
