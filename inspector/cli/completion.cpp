// glasswal completion: what bash, zsh and fish want to know of the tree of commands.
#include <algorithm>

#include "cli/arguments.h"
#include "cli/command_tree.h"

namespace glasswal::inspector::cli {
namespace {

std::string Joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// Within single quotes of a shell.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : Options(app)) {
    for (const std::string& name : NamesOf(*option)) names.push_back(name);
  }
  return names;
}

/// What the bash function below is to offer: a word for it, and for some what to choose from.
std::string BashWant(const CommandTree& tree, const CLI::Option* option) {
  switch (tree.KindOf(option)) {
    case ValueKind::kRegion:
      return "region";
    case ValueKind::kTarget:
      return "target";
    case ValueKind::kFile:
      return "file";
    case ValueKind::kChoice:
      return "words " + Joined(tree.ChoicesOf(option), " ");
    default:
      return "nothing";
  }
}

/// The cases of one command: its options' values, its options, its places.
void AddBashCommand(const CommandTree& tree, const CLI::App& command, std::string* values,
                    std::string* wants) {
  const std::string name = command.get_name();
  for (const CLI::Option* option : Options(command)) {
    if (!TakesValue(*option)) continue;
    std::vector<std::string> patterns;
    for (const std::string& each : NamesOf(*option))
      patterns.push_back("'" + name + " " + each + "'");
    *values +=
        "      " + Joined(patterns, "|") + ") want=" + Quoted(BashWant(tree, option)) + " ;;\n";
  }
  *wants += "      '" + name +
            " -'*) want=" + Quoted("words " + Joined(OptionNames(command), " ")) + " ;;\n";
  size_t place = 0;
  for (const CLI::Option* option : Positionals(command)) {
    *wants += "      '" + name + " " + std::to_string(place++) +
              "') want=" + Quoted(BashWant(tree, option)) + " ;;\n";
  }
  // All arguments of another program.
  if (command.get_prefix_command()) *wants += "      '" + name + " '*) want=target ;;\n";
}

std::string ZshValue(const CommandTree& tree, const CLI::Option* option) {
  switch (tree.KindOf(option)) {
    case ValueKind::kRegion:
      return "_glasswal_regions";
    case ValueKind::kTarget:
      return "_glasswal_targets";
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kChoice:
      return "(" + Joined(tree.ChoicesOf(option), " ") + ")";
    default:
      return " ";
  }
}

/// A description within the brackets of an _arguments specification.
std::string ZshText(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string ZshCommand(const CommandTree& tree, const CLI::App& command) {
  std::string text = "        " + command.get_name() + ")\n          _arguments";
  for (const CLI::Option* option : Options(command)) {
    for (const std::string& name : NamesOf(*option)) {
      std::string specification = name + "[" + ZshText(option->get_description()) + "]";
      if (TakesValue(*option)) {
        specification += ":" + ZshText(option->get_type_name()) + ":" + ZshValue(tree, option);
      }
      text += " \\\n            " + Quoted(specification);
    }
  }
  for (const CLI::Option* option : Positionals(command)) {
    text += " \\\n            " +
            Quoted(":" + ZshText(option->get_name()) + ":" + ZshValue(tree, option));
  }
  if (command.get_prefix_command()) text += " \\\n            '*: :_glasswal_targets'";
  return text + "\n          ;;\n";
}

std::string FishValue(const CommandTree& tree, const CLI::Option* option) {
  switch (tree.KindOf(option)) {
    case ValueKind::kRegion:
      return " -f -a '(glasswal ls --names 2>/dev/null)'";
    case ValueKind::kTarget:
      return " -F -a '(glasswal ls --names 2>/dev/null)'";
    case ValueKind::kFile:
      return " -F";
    case ValueKind::kChoice:
      return " -f -a " + Quoted(Joined(tree.ChoicesOf(option), " "));
    default:
      return " -f";
  }
}

std::string FishCommand(const CommandTree& tree, const CLI::App& command) {
  const std::string name = command.get_name();
  std::string text = "complete -c glasswal -n __fish_use_subcommand -f -a " + name + " -d " +
                     Quoted(command.get_description()) + "\n";
  const std::string begin = "complete -c glasswal -n '__fish_seen_subcommand_from " + name + "'";
  for (const CLI::Option* option : Options(command)) {
    text += begin;
    for (const std::string& each : option->get_snames()) text += " -s " + each;
    for (const std::string& each : option->get_lnames()) text += " -l " + each;
    if (TakesValue(*option)) text += " -r" + FishValue(tree, option);
    text += " -d " + Quoted(option->get_description()) + "\n";
  }
  const std::vector<const CLI::Option*> places = Positionals(command);
  // Fish has no places: what the first of them may be is offered for all.
  if (!places.empty()) text += begin + FishValue(tree, places[0]) + "\n";
  if (command.get_prefix_command()) text += begin + " -F -a '(glasswal ls --names 2>/dev/null)'\n";
  return text;
}

}  // namespace

std::vector<const CLI::Option*> Positionals(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::vector<const CLI::Option*> Options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->nonpositional(); });
}

std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::string BashCompletion(const CommandTree& tree) {
  std::vector<std::string> commands;
  std::string values;
  std::string wants;
  for (const CLI::App* command : tree.Commands()) {
    commands.push_back(command->get_name());
    AddBashCommand(tree, *command, &values, &wants);
  }
  const std::string first =
      Quoted("words " + Joined(commands, " ") + " " + Joined(OptionNames(tree.app), " "));
  return R"sh(# Completion of glasswal for bash: source it, or save it where bash-completion looks.
_glasswal() {
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} command='' place=0 want='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    want=''
    case "$command ${COMP_WORDS[i]}" in
)sh" + values +
         R"sh(      *\ -*) ;;
      \ *) command=${COMP_WORDS[i]} ;;
      *) ((place++)) ;;
    esac
    # What follows an option that has a value is that.
    if [ -n "$want" ] && ((++i < COMP_CWORD)); then want=''; fi
  done
  if [ -z "$want" ] && [ -z "$command" ]; then want=)sh" +
         first + R"sh(; fi
  if [ -z "$want" ]; then
    case "$command $([ "${word#-}" = "$word" ] && echo "$place" || echo "$word")" in
)sh" + wants +
         R"sh(    esac
  fi
  local found='' files=''
  case $want in
    words\ *) found=${want#words } ;;
    region | target) found=$("$program" ls --names 2>/dev/null) ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$found" -- "$word")
  case $want in
    file | target)
      compopt -o filenames 2>/dev/null
      mapfile -t files < <(compgen -f -- "$word")
      COMPREPLY+=("${files[@]}")
      ;;
  esac
}
complete -F _glasswal glasswal
)sh";
}

std::string ZshCompletion(const CommandTree& tree) {
  std::string described;
  std::string commands;
  for (const CLI::App* command : tree.Commands()) {
    described +=
        "    " + Quoted(command->get_name() + ":" + ZshText(command->get_description())) + "\n";
    commands += ZshCommand(tree, *command);
  }
  return R"sh(#compdef glasswal
# Completion of glasswal for zsh: source it, or save it as _glasswal in a folder of fpath.
_glasswal_regions() {
  local -a regions
  regions=(${(f)"$(_call_program regions glasswal ls --names 2>/dev/null)"})
  compadd -a regions
}
_glasswal_targets() { _alternative 'regions:region:_glasswal_regions' 'files:capture:_files' }
_glasswal() {
  local -a commands
  local context state state_descr line
  typeset -A opt_args
  commands=(
)sh" + described +
         R"sh(  )
  _arguments -C '(- *)'{-h,--help}'[help]' '(- *)--version[version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
)sh" + commands +
         R"sh(      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _glasswal ]; then _glasswal "$@"; else compdef _glasswal glasswal; fi
)sh";
}

std::string FishCompletion(const CommandTree& tree) {
  std::string text = "# Completion of glasswal for fish.\ncomplete -c glasswal -f\n";
  for (const CLI::Option* option : Options(tree.app)) {
    text += "complete -c glasswal -n __fish_use_subcommand";
    for (const std::string& each : option->get_snames()) text += " -s " + each;
    for (const std::string& each : option->get_lnames()) text += " -l " + each;
    text += " -d " + Quoted(option->get_description()) + "\n";
  }
  for (const CLI::App* command : tree.Commands()) text += FishCommand(tree, *command);
  return text;
}

int RunCompletion(const Arguments& arguments, Output* output) {
  const CommandTree tree;
  const std::string& kind = arguments.file;
  output->Raw(kind == "bash"   ? BashCompletion(tree)
              : kind == "zsh"  ? ZshCompletion(tree)
              : kind == "fish" ? FishCompletion(tree)
                               : Manual(tree));
  return kDone;
}

}  // namespace glasswal::inspector::cli
