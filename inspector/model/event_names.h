// Who and what the numbers of an event mean: clients, files, statements, connections.
//
// An event has slots and numbers only. A slot may have been another client's when the event was
// written, and that client may have left since: its generation tells, and a book of all names that
// were ever seen.
//
// Thread-safety: as values.
#ifndef GLASSWAL_INSPECTOR_MODEL_EVENT_NAMES_H_
#define GLASSWAL_INSPECTOR_MODEL_EVENT_NAMES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "glasswal/event.h"
#include "glasswal/log_record.h"
#include "glasswal/snapshot.h"

namespace glasswal::inspector {

inline constexpr size_t kMostKnownNames = 4096;

/// The names of clients that were seen, also of those that have left.
class NameBook {
 public:
  /// Adds the clients of `snapshot`, living, recovered from and gone. Of too many names the oldest
  /// generations go.
  void Learn(const Snapshot& snapshot);
  /// Null if nobody of that name was seen.
  const std::string* Find(uint32_t slot, uint32_t generation) const;

 private:
  void Learn(uint32_t slot, uint32_t generation, const std::string& name);

  std::map<std::pair<uint32_t, uint32_t>, std::string> names_;  // By generation and slot.
};

/// Names as they were at the moment of one snapshot.
class EventNames {
 public:
  /// `book` may be null; it may learn more as long as nobody uses the names at the same time.
  explicit EventNames(const Snapshot& snapshot, std::shared_ptr<const NameBook> book = nullptr);

  std::string Client(const Event& event) const;
  std::string ClientInSlot(uint64_t slot) const;
  /// Of whom a recovery was that this event tells of: the events name a slot, which others may have
  /// had before and since, and the recoveries know when it was.
  std::string DeadClient(const Event& event, uint64_t slot) const;
  std::string File(const Event& event) const;
  /// The text of the statement that an event numbers, cut; the number where its row is another's by
  /// now or keeps no text, "-" where there is none.
  std::string Statement(uint64_t handle) const;
  /// Whose the connection in that slot of the event's database is now.
  std::string ConnectionInSlot(const Event& event, uint64_t slot) const;
  /// The same of several, a bit for each.
  std::string ConnectionsInSlots(const Event& event, uint64_t slots) const;
  /// What of all that is known, for the record of a log: empty where a number says more.
  LogNames ForRecord(const Event& event) const;

 private:
  /// Empty if it is not known.
  std::string KnownClient(const Event& event) const;
  std::string KnownClientInSlot(uint64_t slot) const;
  std::string KnownDead(const Event& event, uint64_t slot) const;
  std::string KnownFile(const Event& event) const;
  std::string KnownStatement(uint64_t handle) const;

  struct Dead {
    uint32_t slot = 0;
    uint64_t buried_ns = 0;  // When the recovery was done.
    std::string name;
  };
  struct Known {
    uint32_t slot = 0;
    uint32_t generation = 0;
    std::string name;
  };
  std::shared_ptr<const NameBook> book_;
  std::vector<Known> clients_;
  std::vector<Dead> dead_;
  std::vector<std::pair<uint32_t, std::string>> files_;
  std::vector<std::pair<uint64_t, std::string>> statements_;  // In the order of their handles.
  struct Owned {
    uint32_t file = 0;
    uint32_t slot = 0;
    std::string client;
  };
  std::vector<Owned> connections_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_EVENT_NAMES_H_
