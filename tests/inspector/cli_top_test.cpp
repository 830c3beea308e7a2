// glasswal top in a real terminal: its screen is read, its keys are pressed, and what it does is seen in
// the region.
#include <csignal>
#include <regex>
#include <sstream>

#include "inspector/cli_run.h"
#include "multiprocess/stage.h"

namespace glasswal::test {
namespace {

class CommandLineTop : public Stage {
 protected:
  /// A client that commits all the time until it is killed.
  std::unique_ptr<ChildProcess> Busy(const std::string& client) {
    auto child = std::make_unique<ChildProcess>([&](const auto& signal) {
      const Seat own = Seat::Join(name(), client);
      const auto connection = own.Open();
      signal();
      while (connection->Run("INSERT OR REPLACE INTO t(rowid, x) VALUES(1, 1)"))
        port::SleepUs(1000);
      return 1;
    });
    EXPECT_TRUE(child->WaitForSignal());
    return child;
  }

  std::string Top(const std::string& options = "") const {
    return "\"$GLASSWAL\" top " + name() + " --interval 0.2 " + options;
  }
};

/// The row of the screen that begins with a slot and that name; empty if there is none.
std::string RowOf(const std::string& screen, const std::string& client) {
  std::istringstream lines(screen);
  std::string line;
  const std::regex row("^ *[0-9]+  " + client + " .*");
  while (std::getline(lines, line)) {
    if (std::regex_match(line, row)) return line;
  }
  return {};
}

/// The commits a second of that client, where the terminal is 80 cells wide.
double CommitsOf(const std::string& screen, const std::string& client) {
  const std::string row = RowOf(screen, client);
  std::smatch found;
  // Slot, name, commits.
  if (!std::regex_match(row, found, std::regex("^ *[0-9]+  [^ ]+ +([0-9.]+)( k)? .*"))) return -1;
  return std::stod(found[1]) * (found[2].length() > 0 ? 1000 : 1);
}

bool InOrder(const std::string& screen, const std::vector<std::string>& clients) {
  size_t at = 0;
  for (const std::string& client : clients) {
    const std::string row = RowOf(screen, client);
    const size_t found = row.empty() ? std::string::npos : screen.find(row);
    if (found == std::string::npos || found < at) return false;
    at = found;
  }
  return true;
}

TEST_F(CommandLineTop, RatesMoveAndColumnsSort) {
  const auto zebra = Busy("zebra");
  const auto idle = Child("idle", "SELECT 1");
  Terminal terminal(80, 24, Top());
  double first = 0;
  EXPECT_TRUE(terminal.WaitFor([&](const std::string& screen) {
    first = CommitsOf(screen, "zebra");
    return first > 0;
  }));
  EXPECT_TRUE(terminal.WaitFor([&](const std::string& screen) {
    return CommitsOf(screen, "zebra") > 0 && CommitsOf(screen, "zebra") != first;
  }));
  // By commits at first, and from there by names.
  EXPECT_TRUE(InOrder(terminal.Screen(), {"zebra", "idle"}));
  terminal.Press({"<", "<"});
  EXPECT_TRUE(terminal.WaitFor([](const std::string& screen) {
    return screen.find("CLIENT\xe2\x96\xbc") != std::string::npos &&
           InOrder(screen, {"idle", "stage", "zebra"});
  }));
  terminal.Press({"r"});
  EXPECT_TRUE(terminal.WaitFor([](const std::string& screen) {
    return InOrder(screen, {"zebra", "stage", "idle"});
  }));
  terminal.Press({"Space"});
  EXPECT_TRUE(terminal.WaitFor("PAUSED"));
  terminal.Press({"?"});
  EXPECT_TRUE(terminal.WaitFor("cancel the statement"));
  terminal.Press({"?", "q"});
  EXPECT_TRUE(terminal.WaitFor("ended with 0"));
}

TEST_F(CommandLineTop, EvictsAStoppedClientThatHasALock) {
  const auto stopped = Child("stopped", "BEGIN IMMEDIATE; INSERT INTO t VALUES('lost')");
  kill(stopped->process_id(), SIGSTOP);
  ASSERT_TRUE(WaitUntilStopped(stopped->process_id()));
  Terminal terminal(80, 24, Top("--sort client"));
  EXPECT_TRUE(terminal.WaitFor(
      [](const std::string& screen) { return !RowOf(screen, "stopped").empty(); }));
  EXPECT_TRUE(terminal.WaitFor("`stopped` has held WRITE"));
  terminal.Press({"e"});
  EXPECT_TRUE(terminal.WaitFor("Choose a client first"));
  terminal.Press({"End", "e"});
  EXPECT_TRUE(terminal.WaitFor("End stopped (client"));
  terminal.Press({"n"});
  EXPECT_TRUE(terminal.WaitFor("Nothing was done."));
  EXPECT_TRUE(stopped->IsRunning());
  terminal.Press({"e"});
  EXPECT_TRUE(terminal.WaitFor("End stopped (client"));
  terminal.Press({"y"});
  EXPECT_TRUE(terminal.WaitFor("was evicted and recovered from"));
  EXPECT_EQ(stopped->Wait(), -SIGKILL);
  EXPECT_TRUE(sql().Run("INSERT INTO t VALUES('next')")) << sql().error();
  EXPECT_TRUE(
      terminal.WaitFor([](const std::string& screen) { return RowOf(screen, "stopped").empty(); }));
}

TEST_F(CommandLineTop, CancelsAndShowsWhatRuns) {
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  ChildProcess endless([this](const auto& signal) {
    const Seat own = Seat::Join(name(), "endless");
    const auto connection = own.Open();
    signal();
    connection->Run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n, "
        "t");
    return connection->code() == SQLITE_INTERRUPT ? 0 : 1;
  });
  Terminal terminal(120, 40, Top("--sort client"));
  EXPECT_TRUE(terminal.WaitFor([](const std::string& screen) {
    return RowOf(screen, "endless").find("WITH RECURSIVE") != std::string::npos;
  }));
  terminal.Press({"Home", "c"});
  EXPECT_TRUE(terminal.WaitFor("Cancelled what endless runs"));
  EXPECT_EQ(endless.Wait(), 0);
  // What stands below the clients.
  for (const char* pane : {"P99", "TRANSACTION", "statement.interrupted", "CONTENDED"}) {
    terminal.Press({"Tab"});
    EXPECT_TRUE(terminal.WaitFor(pane));
  }
}

TEST_F(CommandLineTop, IsOfUseInASmallTerminalThatChanges) {
  const auto busy = Busy("ingest");
  Terminal terminal(120, 40, Top());
  EXPECT_TRUE(
      terminal.WaitFor([](const std::string& screen) { return !RowOf(screen, "ingest").empty(); }));
  for (const auto& [width, height] :
       {std::pair<size_t, size_t>{40, 12}, {40, 24}, {20, 5}, {80, 3}, {40, 12}}) {
    terminal.Resize(width, height);
    const size_t least_rows = height >= 12 ? 1 : 0;
    EXPECT_TRUE(terminal.WaitFor([&](const std::string& screen) {
      return screen.find("q quit") != std::string::npos &&
             (least_rows == 0 || !RowOf(screen, "ingest").empty());
    }));
  }
  terminal.Press({"C-c"});
  EXPECT_TRUE(terminal.WaitFor("ended with 0"));
}

TEST_F(CommandLineTop, SaysThatTheRegionIsGoneAndGoesOnWhenItComesAgain) {
  Terminal terminal(80, 24, Top());
  EXPECT_TRUE(
      terminal.WaitFor([](const std::string& screen) { return !RowOf(screen, "stage").empty(); }));
  ASSERT_TRUE(Runtime::Remove(name()).ok());
  EXPECT_TRUE(terminal.WaitFor("is gone"));
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = name();
  const Seat again(Runtime::Create(options, "again"), "again");
  ASSERT_EQ(again.problem(), "");
  EXPECT_TRUE(terminal.WaitFor([](const std::string& screen) {
    return !RowOf(screen, "again").empty() && screen.find("is gone") == std::string::npos;
  }));
}

TEST_F(CommandLineTop, PrintsWhereThereIsNoScreen) {
  const Said piped = Glasswal({"top", name(), "--times", "2", "--interval", "0.1"});
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_EQ(piped.out.find('\x1b'), std::string::npos);
  EXPECT_FALSE(RowOf(piped.out, "stage").empty()) << piped.out;
  Terminal dumb(80, 24, "TERM=dumb " + Top("--times 1"));
  EXPECT_TRUE(dumb.WaitFor("ended with 0"));
  EXPECT_FALSE(RowOf(dumb.Screen(), "stage").empty()) << dumb.Screen();
  // A terminal of another language is given ASCII.
  Terminal ascii(80, 24, "LC_ALL=C " + Top());
  EXPECT_TRUE(ascii.WaitFor("COMMIT/Sv"));
}

TEST_F(CommandLineTop, SaysWhoIsDead) {
  const auto dead = Child("gone", "BEGIN; SELECT count(*) FROM t");
  const Said before = Glasswal({"top", name(), "--times", "1"});
  EXPECT_EQ(RowOf(before.out, "gone").find("dead"), std::string::npos) << before.out;
  dead->Kill();
  const Said said = Glasswal({"top", name(), "--times", "1"});
  EXPECT_NE(RowOf(said.out, "gone").find("dead, not recovered from yet"), std::string::npos)
      << said.out;
  EXPECT_EQ(RowOf(said.out, "stage").find("dead"), std::string::npos) << said.out;
}

TEST_F(CommandLineTop, ShowsACaptureAsItIs) {
  const std::string file = ::testing::TempDir() + name() + ".glasswal";
  ASSERT_EQ(Glasswal({"capture", name(), file}).code, 0);
  // One moment has no rates.
  const Said printed = Glasswal({"top", file});
  EXPECT_NE(printed.out.find("commits -  reads -  busy -"), std::string::npos) << printed.out;
  EXPECT_TRUE(std::regex_search(RowOf(printed.out, "stage"), std::regex(" -  +-  +- ")))
      << printed.out;
  Terminal terminal(80, 24, "\"$GLASSWAL\" top " + Quoted(file));
  EXPECT_TRUE(terminal.WaitFor([](const std::string& screen) {
    return screen.find("capture") != std::string::npos && !RowOf(screen, "stage").empty();
  }));
  terminal.Press({"e"});
  EXPECT_TRUE(terminal.WaitFor("There is nothing to change here"));
  std::remove(file.c_str());
}

}  // namespace
}  // namespace glasswal::test
