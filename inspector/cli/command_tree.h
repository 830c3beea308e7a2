// The tree of commands as CLI11 has it, with what it does not know: what the values of an option are.
// Completion and the manual are made of it.
//
// For sources that are compiled with exceptions only. Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_COMMAND_TREE_H_
#define GLASSWAL_INSPECTOR_CLI_COMMAND_TREE_H_

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "cli/command.h"

namespace glasswal::inspector::cli {

/// What the value of an argument is, for whoever completes it.
enum class ValueKind { kOther, kRegion, kTarget, kFile, kChoice };

struct CommandTree {
  CommandTree();
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;

  CLI::App app;
  Arguments arguments;
  std::map<const CLI::Option*, ValueKind> kinds;
  std::map<const CLI::Option*, std::vector<std::string>> choices;

  /// kOther for what is not in the table.
  ValueKind KindOf(const CLI::Option* option) const;
  std::vector<std::string> ChoicesOf(const CLI::Option* option) const;
  /// The commands, in their order.
  std::vector<const CLI::App*> Commands() const;
};

/// The arguments without a dash, in their order.
std::vector<const CLI::Option*> Positionals(const CLI::App& app);
/// The others.
std::vector<const CLI::Option*> Options(const CLI::App& app);
/// With their dashes: "--json", "-n".
std::vector<std::string> NamesOf(const CLI::Option& option);
/// Whether something follows it.
bool TakesValue(const CLI::Option& option);

/// The scripts for shells, and the page of the manual.
/// @{
std::string BashCompletion(const CommandTree& tree);
std::string ZshCompletion(const CommandTree& tree);
std::string FishCompletion(const CommandTree& tree);
std::string Manual(const CommandTree& tree);
/// @}

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_COMMAND_TREE_H_
