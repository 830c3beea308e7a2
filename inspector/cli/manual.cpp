// The page of the manual, of the same tree of commands that parses the arguments.
#include <algorithm>
#include <cctype>

#include "cli/command_tree.h"

namespace glasswal::inspector::cli {
namespace {

/// Text as roff takes it literally.
std::string Roff(const std::string& text) {
  std::string roff;
  bool begins_line = true;
  for (const char c : text) {
    if (begins_line && (c == '.' || c == '\'')) roff += "\\&";
    begins_line = c == '\n';
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else {
      roff += c;
    }
  }
  return roff;
}

std::string Option(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : NamesOf(option)) names += (names.empty() ? "" : ", ") + name;
  if (TakesValue(option)) names += " " + option.get_type_name();
  return ".TP\n.B " + Roff(names) + "\n" + Roff(option.get_description()) + "\n";
}

/// A footer's lines as they stand.
std::string Footer(const CLI::App& app) { return ".P\n.nf\n" + Roff(app.get_footer()) + "\n.fi\n"; }

}  // namespace

std::string Manual(const CommandTree& tree) {
  std::string page =
      ".TH GLASSWAL 1 \"\" \"glasswal " GLASSWAL_VERSION "\"\n.SH NAME\nglasswal \\- " +
      Roff(tree.app.get_description()) +
      "\n.SH SYNOPSIS\n.B glasswal\nCOMMAND [OPTION]... [ARGUMENT]...\n.SH OPTIONS\n";
  for (const CLI::Option* option : Options(tree.app)) page += Option(*option);
  page += Footer(tree.app) + ".SH COMMANDS\n";
  for (const CLI::App* command : tree.Commands()) {
    std::string usage = command->get_name();
    for (const CLI::Option* place : Positionals(*command)) usage += " " + place->get_name();
    page += ".SS " + Roff(usage) + "\n" + Roff(command->get_description()) + ".\n";
    for (const CLI::Option* option : Options(*command)) page += Option(*option);
    page += Footer(*command);
  }
  return page;
}

}  // namespace glasswal::inspector::cli
