// The black box: what a dead client held and did last, written down before it is taken away.
//
// Black boxes live in a ring of ShmRecovery records in the region, so that any observer sees the
// last ones, also after the recoverer itself is gone. A record whose state is odd belongs to a
// recovery that is running, was cut short, or waits for somebody to take it up again.
//
// Thread-safety: a record is written by the recoverer that drew its number.
#ifndef GLASSWAL_VFS_RECOVERY_BLACK_BOX_H_
#define GLASSWAL_VFS_RECOVERY_BLACK_BOX_H_

#include "recovery/recover.h"
#include "shm/region.h"

namespace glasswal::recovery {

class BlackBox {
 public:
  /// Draws a record and fills it with what `dead` holds now; or goes on with the one of a recovery
  /// from the same dead client that was interrupted, which knows what it held at first.
  BlackBox(shm::Region& region, const store::ClientContext& recoverer, const Casualty& dead);

  bool is_resumed() const { return is_resumed_; }

  /// Makes `report` what the recovery did in all its turns, and marks the record complete.
  void Close(RecoveryReport* report);

  /// The same for a recovery that cannot be finished now: whoever takes it up goes on here.
  void Pause(RecoveryReport* report);

 private:
  bool Resume(const Casualty& dead);
  void WriteReport(RecoveryReport* report);
  void RecordIdentity(const store::ClientContext& recoverer, const Casualty& dead);
  void RecordLocks(const Casualty& dead);
  void RecordConnection(uint32_t file, const shm::ShmDatabase& database, uint32_t slot);
  void RecordStatement(uint32_t file, const shm::ShmDatabase& database, uint32_t slot);
  void AddLock(uint32_t file, uint32_t lock, uint32_t slot, bool exclusive, bool waiting,
               uint64_t since_ns);
  void RecordEvents(const Casualty& dead);

  shm::Region& region_;
  shm::ShmRecovery* record_ = nullptr;
  uint64_t number_ = 0;
  uint64_t now_ns_;
  uint32_t box_locks_ = 0;
  uint32_t statement_weight_ = 0;  // Of the one that is recorded; 0: none is.
  bool is_resumed_ = false;
};

}  // namespace glasswal::recovery

#endif  // GLASSWAL_VFS_RECOVERY_BLACK_BOX_H_
