// Completion in real shells, of the program's own scripts; zsh and fish where they are installed.
#include <set>
#include <sstream>

#include "inspector/cli_run.h"
#include "multiprocess/stage.h"

namespace glasswal::test {
namespace {

std::set<std::string> Lines(const std::string& text) {
  std::istringstream stream(text);
  std::set<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.insert(line);
  return lines;
}

/// What bash offers after these words, the last of which is not finished.
std::set<std::string> Offered(const std::vector<std::string>& words) {
  std::string line = "source <(\"$GLASSWAL\" completion bash); COMP_WORDS=(\"$GLASSWAL\"";
  for (const std::string& word : words) line += " " + Quoted(word);
  line += "); COMP_CWORD=" + std::to_string(words.size()) +
          "; _glasswal; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const Said said = Shell(line);
  EXPECT_EQ(said.code, 0) << said.err;
  return Lines(said.out);
}

class Completion : public Stage {};

TEST_F(Completion, BashCompletesCommandsOptionsValuesAndRegions) {
  EXPECT_EQ(Offered({"lo"}), std::set<std::string>({"locks"}));
  EXPECT_TRUE(Offered({""}).count("statements"));
  EXPECT_EQ(Offered({"sql", "--re"}), std::set<std::string>({"--readonly"}));
  EXPECT_EQ(Offered({"events", "x", "--level", "d"}), std::set<std::string>({"debug"}));
  EXPECT_EQ(Offered({"events", "-k", "commit", name()}), std::set<std::string>({name()}));
  EXPECT_EQ(Offered({"locks", name().substr(0, name().size() - 1)}).count(name()), 1u);
  EXPECT_EQ(Offered({"completion", "f"}), std::set<std::string>({"fish"}));
  EXPECT_EQ(Offered({"inspect", name()}), std::set<std::string>({name()}));
  // The second place of evict is a client, of which nothing is known here.
  EXPECT_EQ(Offered({"evict", "x", ""}), std::set<std::string>({""}));
}

TEST_F(Completion, OtherShellsTakeTheirScripts) {
  const std::string path = "PATH=$(dirname \"$GLASSWAL\"):$PATH; ";
  if (Shell("command -v fish").code == 0) {
    const Said fish =
        Shell(path +
              "fish -c 'glasswal completion fish | source; complete -C \"glasswal lo\"; "
              "complete -C \"glasswal locks " +
              name() + "\"'");
    EXPECT_NE(fish.out.find("locks\t"), std::string::npos) << fish.out << fish.err;
    EXPECT_NE(fish.out.find(name()), std::string::npos) << fish.out << fish.err;
  }
  if (Shell("command -v zsh").code == 0) {
    const Said zsh = Shell(path +
                           "zsh -fc 'autoload -Uz compinit; compinit -u -D; "
                           "source <(glasswal completion zsh); print $_comps[glasswal]'");
    EXPECT_EQ(zsh.out, "_glasswal\n") << zsh.err;
    Terminal terminal(100, 20, path + "ZDOTDIR=/nowhere zsh -f");
    terminal.Press(
        {"autoload -Uz compinit; compinit -u -D; source <(glasswal completion zsh); print re''ady",
         "Enter"});
    EXPECT_TRUE(terminal.WaitFor("ready"));
    terminal.Press({"glasswal statem", "Tab"});
    EXPECT_TRUE(terminal.WaitFor("glasswal statements"));
    terminal.Press({name().substr(0, name().size() - 2), "Tab"});
    EXPECT_TRUE(terminal.WaitFor("glasswal statements " + name()));
  }
}

TEST_F(Completion, TheManualHasEveryCommand) {
  const Said manual = Glasswal({"completion", "man"});
  for (const char* command : {"ls", "top", "locks", "statements", "events", "report", "capture",
                              "trace", "sql", "cancel", "evict", "rm", "inspect", "completion"}) {
    EXPECT_NE(manual.out.find(std::string("\n.SS ") + command), std::string::npos) << command;
  }
  if (Shell("command -v groff").code == 0) {
    const Said set = Shell("\"$GLASSWAL\" completion man | groff -man -Tascii -wall > /dev/null");
    EXPECT_EQ(set.err, "");
  }
}

}  // namespace
}  // namespace glasswal::test
