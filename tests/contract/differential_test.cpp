// The same random SQL against SQLite's own VFS and against glasswal: same result codes, same rows,
// same contents in the end. A difference is shrunk to the lines that are needed for it.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "contract/differential_script.h"
#include "contract/place.h"

namespace glasswal::test {
namespace {

constexpr int kLongLog = 5;  // Frames.

struct Setting {
  int page_size = 4096;
  int mmap_size = 0;
  int auto_vacuum = 0;
};

/// One of the two: a place, its connections, and what they answer.
class Side {
 public:
  Side(Provider provider, const Setting& setting)
      : place_(provider, SmallStart()), setting_(setting) {
    Create("main.sqlite");
    Create("aux.sqlite");
    connections_.resize(kScriptConnections);
    for (Connection& connection : connections_) Open(connection);
  }
  ~Side() {
    for (Connection& connection : connections_) connection.cursor.reset();
  }

  /// What the line says, as text that can be compared.
  std::string Do(const ScriptLine& line) {
    Connection& connection = connections_[line.connection];
    switch (line.action) {
      case Action::kRun:
        return Run(connection, line.sql);
      case Action::kReopen:
        connection.cursor.reset();
        EXPECT_EQ(connection.database.Close(), SQLITE_OK);
        Open(connection);
        return "reopened";
      case Action::kOpenCursor:
        return OpenCursor(connection, line.sql);
      case Action::kStepCursor:
        return StepCursor(connection);
      case Action::kCloseCursor: {
        if (connection.cursor == nullptr) return "no cursor";
        connection.cursor.reset();
        return "closed";
      }
    }
    return "";
  }

  /// Everything that is in both databases, once nobody is in a transaction.
  std::string Contents() {
    for (Connection& connection : connections_) {
      connection.cursor.reset();
      connection.database.Close();
    }
    Database db = OpenDatabase();
    std::string all = db.Rows(
        "PRAGMA integrity_check; PRAGMA page_count; PRAGMA freelist_count;"
        "PRAGMA aux.page_count; PRAGMA journal_mode; PRAGMA aux.journal_mode;"
        "SELECT sql FROM sqlite_schema; SELECT sql FROM aux.sqlite_schema");
    for (const char* table : {"t0", "t1", "t2", "aux.t0", "aux.t1", "aux.t2"}) {
      all += "\n" +
             db.Rows(std::string("SELECT count(*), sum(k), sum(k * length(a)), sum(k * length(b)),"
                                 " group_concat(hex(a)) FROM ") +
                     table);
    }
    return all;
  }
  std::string Audit() { return place_.Audit(true); }

 private:
  struct Connection {
    Database database;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> cursor{nullptr, sqlite3_finalize};
  };

  /// New databases differ by intent: glasswal's start in WAL mode. From here on they are alike.
  void Create(const std::string& name) {
    Database db = place_.OpenBare(name);
    db.Run("PRAGMA page_size = " + std::to_string(setting_.page_size) +
           "; PRAGMA auto_vacuum = " + std::to_string(setting_.auto_vacuum) +
           "; PRAGMA journal_mode = WAL; CREATE TABLE t0(k, a, b)");
  }
  Database OpenDatabase() {
    Database db = place_.OpenBare("main.sqlite");
    // The unix VFS does not map: it reads what another connection has cut off its file, and that is a
    // Bus error (sqlite.org/mmap.html names the danger), once in a few hundred scripts.
    const int mmap_size = place_.is_unix() ? 0 : setting_.mmap_size;
    db.Exec("PRAGMA mmap_size = " + std::to_string(mmap_size) + "; ATTACH '" +
            place_.Path("aux.sqlite") + "' AS aux");
    // Pages that are used in place need no room in the cache, so the two would spill at different
    // moments.
    if (setting_.mmap_size != 0) db.Exec("PRAGMA cache_spill = OFF");
    // The checkpoints that follow commits are those of SQLite: glasswal's own come at other moments
    // (sqlite/autocheckpoint.h), and what a checkpoint by hand tells would differ.
    sqlite3_wal_hook(
        db.get(),
        [](void*, sqlite3* of, const char* name, int frames) {
          if (frames >= kLongLog) sqlite3_wal_checkpoint(of, name);
          return SQLITE_OK;
        },
        nullptr);
    return db;
  }
  void Open(Connection& connection) { connection.database = OpenDatabase(); }
  std::string Run(Connection& connection, const std::string& sql) {
    Database& db = connection.database;
    const int64_t before = sqlite3_total_changes64(db.get());
    std::string answer = db.Rows(sql);
    if (answer.find("error ") == 0) answer += " (" + std::to_string(db.extended()) + ")";
    return answer + " | changes " + std::to_string(sqlite3_total_changes64(db.get()) - before) +
           ", autocommit " + std::to_string(sqlite3_get_autocommit(db.get()));
  }
  std::string OpenCursor(Connection& connection, const std::string& sql) {
    connection.cursor.reset();
    sqlite3_stmt* statement = nullptr;
    const int result =
        sqlite3_prepare_v2(connection.database.get(), sql.c_str(), -1, &statement, nullptr);
    connection.cursor.reset(statement);
    return "prepared " + std::to_string(result) + " " + StepCursor(connection);
  }
  std::string StepCursor(Connection& connection) {
    if (connection.cursor == nullptr) return "no cursor";
    std::string rows;
    for (int i = 0; i < 3; ++i) {
      const int result = sqlite3_step(connection.cursor.get());
      rows += std::to_string(result);
      if (result != SQLITE_ROW) {
        sqlite3_reset(connection.cursor.get());
        break;
      }
      for (int c = 0; c < sqlite3_column_count(connection.cursor.get()); ++c) {
        const auto* text = sqlite3_column_text(connection.cursor.get(), c);
        rows += text != nullptr ? "|" + std::string(reinterpret_cast<const char*>(text)) : "|NULL";
      }
      rows += ' ';
    }
    return rows;
  }

  Place place_;
  const Setting setting_;
  std::vector<Connection> connections_;
};

struct Difference {
  size_t line = 0;
  std::string theirs;
  std::string ours;
};

/// Runs the script on both sides; the first difference, if any. `transcript` gets what both said
/// before.
std::optional<Difference> Compare(const Script& script, const Setting& setting,
                                  std::string* transcript = nullptr) {
  Side theirs(Provider::kUnix, setting);
  Side ours(Provider::kTwoClients, setting);
  for (size_t i = 0; i < script.size(); ++i) {
    Difference difference{i, theirs.Do(script[i]), ours.Do(script[i])};
    if (transcript != nullptr) {
      *transcript += "\n  " + ToString(script[i]) + "\n      " + difference.theirs.substr(0, 150);
    }
    if (difference.theirs != difference.ours) return difference;
  }
  Difference difference{script.size(), theirs.Contents(), ours.Contents()};
  if (difference.theirs != difference.ours) return difference;
  const std::string audit = ours.Audit();
  if (!audit.empty()) return Difference{script.size(), "", audit};
  return std::nullopt;
}

/// The script with all lines taken out that are not needed for a difference.
Script Shrink(Script script, const Setting& setting) {
  for (size_t chunk = script.size() / 2; chunk > 0; chunk /= 2) {
    for (size_t at = 0; at + chunk <= script.size();) {
      Script shorter = script;
      const auto begin = shorter.begin() + static_cast<std::ptrdiff_t>(at);
      shorter.erase(begin, begin + static_cast<std::ptrdiff_t>(chunk));
      const std::optional<Difference> difference = Compare(shorter, setting);
      if (!difference) {
        at += chunk;
        continue;
      }
      if (difference->line < shorter.size()) shorter.resize(difference->line + 1);
      script = std::move(shorter);
    }
  }
  return script;
}

class Differential : public ::testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(Differential, TheSameSqlGivesTheSame) {
  constexpr size_t kLines = 1500;
  constexpr uint64_t kScripts = 3;
  const uint64_t seed = TestSeed();
  const auto [page_size, mmap_size] = GetParam();
  for (uint64_t i = 0; i < kScripts; ++i) {
    const Setting setting{page_size, mmap_size, static_cast<int>((seed + i) % 3)};
    Script script = MakeScript(seed + i, kLines);
    const std::optional<Difference> found = Compare(script, setting);
    if (!found) continue;
    if (found->line < script.size()) script.resize(found->line + 1);
    script = Shrink(script, setting);
    std::string lines;
    const std::optional<Difference> difference = Compare(script, setting, &lines);
    FAIL() << "seed " << seed << " + " << i << ", page_size " << page_size << ", mmap_size "
           << mmap_size << ", auto_vacuum " << setting.auto_vacuum << lines
           << "\nunix:     " << (difference ? difference->theirs : found->theirs)
           << "\nglasswal: " << (difference ? difference->ours : found->ours);
  }
}

INSTANTIATE_TEST_SUITE_P(In, Differential,
                         ::testing::Combine(::testing::Values(512, 1024, 4096, 65536),
                                            ::testing::Values(0, 50000000)),
                         [](const auto& chosen) {
                           return "page_" + std::to_string(std::get<0>(chosen.param)) +
                                  (std::get<1>(chosen.param) != 0 ? "_mapped" : "");
                         });

}  // namespace
}  // namespace glasswal::test
