#include "model/compare.h"

#include "model/format.h"

namespace glasswal::inspector {
namespace {

/// Collects the differences of one group.
class Group {
 public:
  Group(std::string name, std::vector<Difference>* out) : name_(std::move(name)), out_(out) {}

  void Text(const char* what, const std::string& before, const std::string& after) {
    if (before != after) out_->push_back({name_, what, before, after});
  }
  void Count(const char* what, uint64_t before, uint64_t after) {
    Text(what, FormatCount(before), FormatCount(after));
  }
  void Bytes(const char* what, uint64_t before, uint64_t after) {
    // Compared exactly: two sizes may round to the same text.
    if (before == after) return;
    const bool alike = FormatBytes(before) == FormatBytes(after);
    out_->push_back({name_, what, alike ? FormatCount(before) + " B" : FormatBytes(before),
                     alike ? FormatCount(after) + " B" : FormatBytes(after)});
  }

 private:
  const std::string name_;
  std::vector<Difference>* const out_;
};

void CompareRegion(const Snapshot& a, const Snapshot& b, std::vector<Difference>* out) {
  Group region("region", out);
  region.Text("id", a.region.id, b.region.id);
  region.Bytes("capacity", a.region.capacity_bytes, b.region.capacity_bytes);
  region.Bytes("committed", a.region.committed_bytes, b.region.committed_bytes);
  region.Bytes("free", a.region.free_bytes, b.region.free_bytes);
  region.Count("clients", a.region.client_count, b.region.client_count);
  region.Count("connections", a.region.connection_count, b.region.connection_count);
  region.Count("handles", a.region.open_handle_count, b.region.open_handle_count);
  region.Count("recoveries", a.region.recoveries, b.region.recoveries);
  region.Count("times without room", a.region.full, b.region.full);
  region.Text("event level", Name(a.events.level), Name(b.events.level));
}

void CompareCounters(const CounterValues& a, const CounterValues& b, std::vector<Difference>* out) {
  Group counters("counters", out);
  counters.Count("commits", a.commits, b.commits);
  counters.Count("commit frames", a.commit_frames, b.commit_frames);
  counters.Count("reads", a.reads, b.reads);
  counters.Bytes("read", a.read_bytes, b.read_bytes);
  counters.Count("writes", a.writes, b.writes);
  counters.Bytes("written", a.write_bytes, b.write_bytes);
  counters.Count("read transactions", a.read_transactions, b.read_transactions);
  counters.Count("write transactions", a.write_transactions, b.write_transactions);
  counters.Count("busy", a.busy, b.busy);
  counters.Count("full", a.full, b.full);
  counters.Count("errors", a.errors, b.errors);
  counters.Count("checkpoints", a.checkpoints, b.checkpoints);
}

/// Calls both(group, before, after) for what is in both, and names what is in one alone.
template <typename T, typename Same, typename NameOf, typename Both>
void ComparePairs(const std::vector<T>& before, const std::vector<T>& after, const char* what,
                  Same same, NameOf name, Both both, std::vector<Difference>* out) {
  const auto find = [&](const std::vector<T>& in, const T& wanted) -> const T* {
    for (const T& item : in) {
      if (same(item, wanted)) return &item;
    }
    return nullptr;
  };
  for (const T& item : before) {
    if (const T* other = find(after, item)) {
      Group group(name(item), out);
      both(&group, item, *other);
    } else {
      out->push_back({name(item), what, "there", ""});
    }
  }
  for (const T& item : after) {
    if (find(before, item) == nullptr) out->push_back({name(item), what, "", "there"});
  }
}

void CompareClients(const Snapshot& a, const Snapshot& b, std::vector<Difference>* out) {
  ComparePairs(
      a.clients, b.clients, "client",
      [](const ClientSnapshot& x, const ClientSnapshot& y) {
        return x.slot == y.slot && x.generation == y.generation;
      },
      [](const ClientSnapshot& c) { return c.name; },
      [](Group* group, const ClientSnapshot& x, const ClientSnapshot& y) {
        group->Text("state", Name(x.state), Name(y.state));
        group->Count("connections", x.connections, y.connections);
        group->Count("handles", x.handles, y.handles);
        group->Count("held locks", x.held_locks, y.held_locks);
        group->Bytes("private memory", x.private_bytes, y.private_bytes);
      },
      out);
}

void CompareFiles(const Snapshot& a, const Snapshot& b, std::vector<Difference>* out) {
  ComparePairs(
      a.files, b.files, "file",
      [](const FileSnapshot& x, const FileSnapshot& y) {
        return x.number == y.number && x.generation == y.generation;
      },
      [](const FileSnapshot& f) { return f.path; },
      [](Group* group, const FileSnapshot& x, const FileSnapshot& y) {
        group->Text("state", Name(x.state), Name(y.state));
        group->Bytes("size", x.logical_size_bytes, y.logical_size_bytes);
        group->Bytes("allocated", x.allocated_bytes, y.allocated_bytes);
        group->Count("opened by", x.openers.size(), y.openers.size());
      },
      out);
}

std::string HoldersText(const LockSnapshot& lock) {
  std::string text;
  for (const LockHolder& holder : lock.holders) {
    text += (text.empty() ? "" : ", ") + holder.client_name;
  }
  return text.empty() ? "nobody" : text;
}

void CompareLocks(const Snapshot& a, const Snapshot& b, std::vector<Difference>* out) {
  ComparePairs(
      a.locks, b.locks, "lock",
      [](const LockSnapshot& x, const LockSnapshot& y) {
        return x.file == y.file && x.name == y.name;
      },
      [](const LockSnapshot& l) {
        return l.database.empty() ? l.name : l.name + " of " + l.database;
      },
      [](Group* group, const LockSnapshot& x, const LockSnapshot& y) {
        group->Text("held by", HoldersText(x), HoldersText(y));
        group->Count("waiters", x.waiters.size(), y.waiters.size());
        group->Count("acquired", x.acquired, y.acquired);
        group->Count("refused", x.refused, y.refused);
      },
      out);
}

void CompareWals(const Snapshot& a, const Snapshot& b, std::vector<Difference>* out) {
  ComparePairs(
      a.wals, b.wals, "log",
      [](const WalSnapshot& x, const WalSnapshot& y) { return x.file == y.file; },
      [](const WalSnapshot& w) { return "WAL of " + w.database; },
      [](Group* group, const WalSnapshot& x, const WalSnapshot& y) {
        group->Count("frames", x.frames, y.frames);
        group->Count("backfilled", x.backfilled, y.backfilled);
        group->Count("database pages", x.database_pages, y.database_pages);
      },
      out);
}

}  // namespace

std::vector<Difference> Compare(const Snapshot& before, const Snapshot& after) {
  std::vector<Difference> differences;
  CompareRegion(before, after, &differences);
  CompareCounters(before.totals, after.totals, &differences);
  CompareClients(before, after, &differences);
  CompareFiles(before, after, &differences);
  CompareLocks(before, after, &differences);
  CompareWals(before, after, &differences);
  return differences;
}

}  // namespace glasswal::inspector
