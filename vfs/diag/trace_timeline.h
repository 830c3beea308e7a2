// Events and snapshots as what a trace shows: tracks, and marks on them.
//
// Events tell of most things when they end, with how long they took; so marks come in the order of
// their ends. Whatever an event says is input: a duration that is longer than the past begins at
// zero, and a number that names nothing has no name.
//
// A transaction begins and ends in the middle of statements: in that of the first lock, and in
// COMMIT. Here it has these statements whole, so that one lies within the other. One that lies
// within a single statement stays so.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_VFS_DIAG_TRACE_TIMELINE_H_
#define GLASSWAL_VFS_DIAG_TRACE_TIMELINE_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "glasswal/observe.h"

namespace glasswal::diag {

/// What a mark is. Of those that begin and end together the first contains the others.
enum class MarkKind : uint8_t {
  kTransaction,
  kStatement,
  kCheckpoint,
  kWait,
  kHold,
  kCounter,
  kInstant,
  kFlowBegin,
  kFlowEnd
};
constexpr bool IsSlice(MarkKind kind) { return kind <= MarkKind::kHold; }

struct Mark {
  MarkKind kind = MarkKind::kInstant;
  uint32_t track = 0;
  uint64_t begin_ns = 0;
  uint64_t end_ns = 0;  // As begin_ns, but for slices.
  std::string name;
  const Event* event = nullptr;                  // What told of it; null: it lasts, or is no event.
  std::array<const char*, 2> series = {"", ""};  // Of counters.
  std::array<uint64_t, 2> values = {};           // Of these; of a flow, its number.
};

/// One line of the trace: a process, or a thread of one.
struct Track {
  enum Kind : uint32_t { kRegion, kClient, kConnection, kLocks };  // kLocks + n: lock n.
  // kind, file + 1, connection + 1, client, generation.
  using Key = std::array<uint32_t, 5>;

  Key key = {};
  uint32_t process = 0;  // The track of the client that it belongs to, or itself.
  // What a connection's or a lock's own events need to know of those before.
  const Event* begun = nullptr;  // lock.wait, or lock.acquired.
  uint64_t waited_until_ns = 0;
  std::vector<uint32_t> marks;         // Statements, or holds, by their ends.
  std::vector<uint32_t> transactions;  // Likewise.
};

/// A wait, with what is known of whom for.
struct TraceWait {
  uint32_t mark = 0;
  uint32_t lock = 0;
  uint64_t holders = 0;  // A bit for each connection.
  bool has_client = false;
  uint32_t client = 0;  // Otherwise it was one of this client's.
};

class Timeline {
 public:
  Timeline();

  /// Names and counters of one moment.
  void AddLook(const Snapshot& snapshot);
  /// What happened until then. The events outlive it, and are given once, before End().
  void AddEvents(const std::vector<Event>& events);
  /// What has not ended when the snapshot was taken: that after the last event.
  void End(const Snapshot& snapshot);

  std::vector<Mark>& marks() { return marks_; }
  const std::vector<Track>& tracks() const { return tracks_; }
  const std::vector<TraceWait>& waits() const { return waits_; }
  /// The tracks whose keys begin with these three.
  std::vector<uint32_t> Find(uint32_t kind, uint32_t file_plus_1, uint32_t connection_plus_1) const;
  /// All connections' tracks of one lock of a file.
  std::vector<uint32_t> FindLock(uint32_t lock, uint32_t file_plus_1) const;
  /// The first of these that lasts beyond `from_ns`, if it begins before `to_ns`; null: none.
  const Mark* Within(const std::vector<uint32_t>& marks, uint64_t from_ns, uint64_t to_ns) const;

  std::string ClientName(const Track& track) const;
  std::string Path(uint32_t file_plus_1) const;

 private:
  struct Client {
    uint32_t slot;
    uint32_t generation;
    std::string name;
  };

  uint32_t TrackOf(const Track::Key& key);
  uint32_t TrackOfEvent(const Event& event);
  uint32_t LockTrack(uint32_t connection_track, uint64_t lock);
  uint32_t Add(MarkKind kind, uint32_t track, uint64_t begin_ns, uint64_t end_ns, std::string name,
               const Event* event);
  void AddClient(uint32_t slot, uint32_t generation, const std::string& name);
  std::string StatementText(uint64_t handle) const;

  void AddEvent(const Event& event);
  void AddTransaction(uint32_t track, uint64_t begin_ns, uint64_t end_ns, uint32_t number,
                      const Event* event);
  void AddStatementEvent(uint32_t track, const Event& event);
  void AddStatement(uint32_t track, uint64_t begin_ns, uint64_t end_ns, std::string text,
                    const Event* event);
  void AddWait(uint32_t track, const Event& event);
  void AddRelease(uint32_t track, const Event& event);
  void AddCommit(uint32_t track, const Event& event);
  void AddHold(uint32_t track, uint64_t begin_ns, uint64_t end_ns, const Event* event);
  void AddCounter(uint64_t time_ns, std::string name, std::array<const char*, 2> series,
                  std::array<uint64_t, 2> values);
  void AddLogFrames(const Event& event, uint64_t frames, uint64_t backfilled);
  void AddOpenConnection(const ConnectionSnapshot& connection, const Snapshot& snapshot);
  void AddDead(const RecoverySnapshot& recovery);

  std::vector<Mark> marks_;
  std::vector<Track> tracks_;
  std::map<Track::Key, uint32_t> track_of_;
  std::vector<TraceWait> waits_;
  std::vector<Client> clients_;
  std::vector<std::pair<uint32_t, std::string>> paths_;       // By file + 1.
  std::vector<std::pair<uint64_t, std::string>> statements_;  // By StatementHandle.
  std::vector<uint32_t> commits_;                             // The marks that count them.
  std::vector<const Event*> recoveries_;                      // That began.
};

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_TRACE_TIMELINE_H_
