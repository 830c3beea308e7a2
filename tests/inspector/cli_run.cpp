#include "inspector/cli_run.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "multiprocess/stage.h"
#include "port/unique_name.h"

namespace glasswal::test {
namespace {

std::string Take(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  std::remove(path.c_str());
  return text.str();
}

std::string TemporaryFile(const std::string& what) {
  return ::testing::TempDir() + UniqueName(what);
}

}  // namespace

std::string Quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

Said Shell(const std::string& line) {
  const std::string out = TemporaryFile("out");
  const std::string err = TemporaryFile("err");
  const std::string command = "GLASSWAL=" + Quoted(GLASSWAL_CLI) + " timeout 60 bash -c " +
                              Quoted(line) + " > " + Quoted(out) + " 2> " + Quoted(err);
  const int status = std::system(command.c_str());
  Said said;
  said.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  said.out = Take(out);
  said.err = Take(err);
  return said;
}

Said Glasswal(const std::vector<std::string>& arguments, const std::string& input) {
  std::string line = "printf %s " + Quoted(input) + " | \"$GLASSWAL\"";
  for (const std::string& argument : arguments) line += " " + Quoted(argument);
  return Shell(line);
}

Terminal::Terminal(size_t width, size_t height, const std::string& line)
    : socket_(TemporaryFile("tmux")) {
  const std::string shell =
      "GLASSWAL=" + Quoted(GLASSWAL_CLI) + "; " + line + "; echo \"ended with $?\"; read -r _";
  Tmux("-f /dev/null -u new-session -d -x " + std::to_string(width) + " -y " +
       std::to_string(height) + " " + Quoted("bash -c " + Quoted(shell)));
  // A session of its own line would take the last one.
  Tmux("set-option -g status off");
}

Terminal::~Terminal() { Tmux("kill-server"); }

std::string Terminal::Tmux(const std::string& arguments) const {
  const std::string command =
      "LC_ALL=C.UTF-8 tmux -S " + Quoted(socket_) + " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text;
  char part[4096];
  while (const size_t size = std::fread(part, 1, sizeof(part), pipe)) text.append(part, size);
  pclose(pipe);
  return text;
}

std::string Terminal::Screen() const { return Tmux("capture-pane -p"); }

bool Terminal::WaitFor(const std::function<bool(const std::string& screen)>& wanted) {
  const bool came = Eventually(
      [&] {
        // Each look is a process of its own, which takes its time.
        return wanted(Screen());
      },
      20'000);
  EXPECT_TRUE(came) << Screen();
  return came;
}

bool Terminal::WaitFor(const std::string& part) {
  return WaitFor([&](const std::string& screen) { return screen.find(part) != std::string::npos; });
}

void Terminal::Press(const std::vector<std::string>& keys) {
  std::string line = "send-keys";
  for (const std::string& key : keys) line += " " + Quoted(key);
  Tmux(line);
}

void Terminal::Resize(size_t width, size_t height) {
  Tmux("resize-window -x " + std::to_string(width) + " -y " + std::to_string(height));
}

}  // namespace glasswal::test
