#include "sqlite/refusal.h"

#include <bit>

#include "port/clock.h"
#include "port/printable.h"
#include "shm/lock_names.h"
#include "store/statements.h"
#include "store/text.h"
#include "store/words.h"

namespace glasswal {
namespace {

using port::kNsPerMs;

constexpr size_t kMostStatementBytes = 160;  // Of a statement in a sentence.

/// ", running UPDATE stock SET ... for 790 ms"
std::string SayStatement(const Refusal& refusal) {
  if (refusal.statement.empty()) return {};
  std::string sql(port::CutText(refusal.statement, kMostStatementBytes));
  sql = port::Printable(sql);
  if (refusal.statement.size() > kMostStatementBytes) sql += "\xe2\x80\xa6";
  const std::string time = std::to_string(refusal.statement_ms) + " ms";
  return refusal.running ? ", running " + sql + " for " + time
                         : ", idle for " + time + " since " + sql;
}

}  // namespace

std::string Refusal::ToString() const {
  if (!present) return "no lock was refused";
  std::string text =
      "`" + (holder.empty() ? "somebody who has left" : port::Printable(holder)) + "`";
  if (!dead.empty()) text += ", who recovers from the death of `" + port::Printable(dead) + "`,";
  text += holder.empty() ? " held " : " has held ";
  text += lock + " for " + std::to_string(held_ms) + " ms";
  if (silent_ms > 0) text += " (silent for " + std::to_string(silent_ms) + " ms)";
  return text + SayStatement(*this) + "; you waited " + std::to_string(waited_ms) + " ms";
}

Refusal LastRefusal(sqlite3* db, const char* schema) {
  Refusal refusal;
  // Another VFS answers SQLITE_NOTFOUND and leaves the refusal as it is: not present.
  (void)sqlite3_file_control(db, schema, kFcntlRefusal, &refusal);
  return refusal;
}

std::string Cancellation::ToString() const {
  if (!present) return "nobody cancelled the statement";
  const std::string time = " the statement after " + std::to_string(after_ms) + " ms";
  if (client == UINT32_MAX) return "whoever asked for it has ended" + time;
  return (canceller.empty() ? "somebody who has left" : "`" + port::Printable(canceller) + "`") +
         " cancelled" + time;
}

Cancellation LastCancellation(sqlite3* db, const char* schema) {
  Cancellation cancellation;
  (void)sqlite3_file_control(db, schema, kFcntlCancellation, &cancellation);
  return cancellation;
}

namespace sqlite {

Refusal DescribeRefusal(const DatabaseFile& file, shm::LockId id, lock::LockMode mode,
                        const lock::LockOutcome& outcome) {
  Refusal refusal;
  refusal.present = true;
  refusal.lock = shm::LockName(id);
  refusal.exclusive = mode == lock::LockMode::kExclusive;
  refusal.waited_ms = outcome.waited_ns / kNsPerMs;
  if (lock::Holders(outcome.blockers) == 0) return refusal;

  refusal.connection = static_cast<uint32_t>(std::countr_zero(outcome.blockers));
  const shm::ShmConnection& holder = file.database()->connections[refusal.connection];
  const uint64_t word = holder.state.load();
  uint32_t slot = store::ConnectionClientOf(word);
  if (word == 0 || slot >= shm::kMaxClients) return refusal;

  const uint64_t now = port::NowNs();
  const store::StatementSight sight =
      store::LookAtStatement(file.region(), file.connection.file, refusal.connection, holder, now);
  refusal.statement = sight.text;
  refusal.running = sight.running;
  refusal.statement_ms = sight.for_ns / kNsPerMs;

  const shm::ShmClient* client = file.region().client(slot);
  char name[shm::kNameBytes];
  refusal.holder = store::LoadText(client->name, name);
  refusal.client_generation = store::GenerationOf(word);
  // Whoever recovers from the dead is the one who can be waited for, or evicted.
  const uint64_t state = client->state.load();
  const uint32_t recoverer = store::ClientRecovererOf(state);
  if (store::ClientStateOf(state) == shm::kClientRecovering && recoverer != 0 &&
      recoverer <= shm::kMaxClients && recoverer != slot + 1) {
    refusal.dead = refusal.holder;
    slot = recoverer - 1;
    client = file.region().client(slot);
    refusal.holder = store::LoadText(client->name, name);
    refusal.client_generation = store::GenerationOf(client->state.load());
  }
  refusal.client = slot;
  refusal.process_id = client->process_id.load(std::memory_order_relaxed);
  const uint64_t taken = file.database()->locks[id].since_ns.load(std::memory_order_relaxed);
  // Shared locks have no time of their own. SHARED of the main file lasts as long as the
  // connection, the read marks as long as its transaction.
  const uint64_t shared_since =
      (id == shm::kLockMainShared ? holder.opened_ns : holder.transaction_ns).load();
  const uint64_t since = taken != 0 ? taken : shared_since;
  refusal.held_ms = since != 0 && now > since ? (now - since) / kNsPerMs : 0;
  if (slot != file.client().context().slot) {
    refusal.silent_ms = file.client().SilentNs(slot) / kNsPerMs;
  }
  return refusal;
}

}  // namespace sqlite
}  // namespace glasswal
