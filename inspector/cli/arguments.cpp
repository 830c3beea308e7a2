#include "cli/arguments.h"

#include "cli/command_tree.h"
#include "cli/top/rows.h"
#include "glasswal/snapshot_kinds.h"

namespace glasswal::inspector::cli {
namespace {

std::vector<std::string> LevelNames() {
  return {
#define GLASSWAL_LEVEL_NAME(level, name, what) name,
      GLASSWAL_EVENT_LEVELS(GLASSWAL_LEVEL_NAME)
#undef GLASSWAL_LEVEL_NAME
  };
}

std::vector<std::string> EventKindNames() {
  return {
#define GLASSWAL_KIND_NAME(kind, name, level, a, b, c, d) name,
      GLASSWAL_EVENTS(GLASSWAL_KIND_NAME)
#undef GLASSWAL_KIND_NAME
  };
}

/// Adds commands to a tree, one after the other.
class Builder {
 public:
  explicit Builder(CommandTree* tree) : tree_(tree), arguments_(&tree->arguments) {}

  void Begin(const char* name, const char* what, Command run, const char* footer) {
    command_ = tree_->app.add_subcommand(name, what);
    command_->group("Commands");
    command_->footer(footer);
    Arguments* arguments = arguments_;
    command_->callback([arguments, run] { arguments->run = run; });
  }

  CLI::Option* Flag(const char* names, bool* to, const char* what) {
    return command_->add_flag(names, *to, what);
  }

  template <typename T>
  CLI::Option* Value(const char* names, T* to, const char* type, const char* what,
                     ValueKind kind = ValueKind::kOther) {
    CLI::Option* option = command_->add_option(names, *to, what)->type_name(type);
    tree_->kinds[option] = kind;
    return option;
  }

  template <typename T>
  CLI::Option* Choice(const char* names, T* to, const char* type, const char* what,
                      const std::vector<std::string>& choices) {
    CLI::Option* option = Value(names, to, type, what, ValueKind::kChoice);
    tree_->choices[option] = choices;
    std::string list;
    for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
    return option->check(
        [choices, list](const std::string& value) {
          for (const std::string& choice : choices) {
            if (choice == value) return std::string();
          }
          return value + " is none of " + list;
        },
        "");
  }

  void Region() {
    Value("REGION", &arguments_->target, "", "the name of a region, as `ls` shows it",
          ValueKind::kRegion)
        ->required();
  }
  void Target() {
    Value("REGION", &arguments_->target, "",
          "the name of a region, or a file with a capture of one", ValueKind::kTarget)
        ->required();
  }
  void Json(const char* what) { Flag("--json", &arguments_->json, what); }
  void Client() {
    Value("CLIENT", &arguments_->client, "", "its name, or its slot as `top` shows it")->required();
  }

  CLI::App* command() { return command_; }

 private:
  CommandTree* const tree_;
  Arguments* const arguments_;
  CLI::App* command_ = nullptr;
};

void AddReaders(Builder* add, Arguments* to) {
  add->Begin("ls", "List the regions of this machine", RunLs,
             "A client that died and that nobody has recovered from yet is counted as dead.\n"
             "JSON: an array of {name, problem, id, capacityBytes, committedBytes, freeBytes, "
             "clientCount,\n"
             "deadClientCount, connectionCount, databases: [{path, logicalSizeBytes}]}; of a "
             "region that cannot be\n"
             "read only name and problem. No region: exit code 1.\n"
             "Examples:\n  glasswal ls\n  glasswal ls --json | jq '.[].name'");
  add->Json("as JSON");
  add->Flag("--names", &to->names, "the names alone, one a line");

  add->Begin("top", "Watch a region: rates, clients, waits, findings", RunTop,
             "Keys: ? shows them. Without a terminal, or on a dumb one, it prints one picture "
             "after the other.\n"
             "JSON: one snapshot a line, as vfs/diag/snapshot.schema.json describes it.\n"
             "Examples:\n  glasswal top app\n  glasswal top app --times 1\n  glasswal top app "
             "--json --interval 5");
  add->Target();
  add->Json("a snapshot a line");
  add->Value("-i,--interval", &to->interval_s, "SECONDS", "between two looks (1)")
      ->check(CLI::Range(0.1, 3600.0).description(""));
  add->Value("-n,--times", &to->times, "N", "end after so many looks, 1 or more")
      ->check(CLI::Range(1, 1'000'000'000).description(""));
  add->Choice("-s,--sort", &to->sort, "COLUMN", "which column the clients are sorted by (commits)",
              SortNames());

  add->Begin("locks", "Show who holds and who waits for which lock", RunLocks,
             "JSON: a snapshot, as vfs/diag/snapshot.schema.json describes it; locks and "
             "connections are in it.\n"
             "No lock that somebody holds or waits for: exit code 1.\n"
             "Examples:\n  glasswal locks app\n  glasswal locks app --json | jq '.locks[] | "
             "select(.waiters != [])'");
  add->Target();
  add->Json("the whole snapshot");
  add->Flag("-a,--all", &to->all, "also the locks that nobody holds or waits for");

  add->Begin(
      "statements", "Show what is run, and what it has cost", RunStatements,
      "Those that took most time come first, 30 of them; text is as the region keeps it, without "
      "literals at first.\n"
      "JSON: a snapshot, as vfs/diag/snapshot.schema.json describes it; statements are in it.\n"
      "Statements are not followed, or none was run: exit code 1.\n"
      "Examples:\n  glasswal statements app\n  glasswal statements app --json | jq '.statements[] "
      "| select(.running)'");
  add->Target();
  add->Json("the whole snapshot");
  add->Flag("-a,--all", &to->all, "all that the region remembers");

  add->Begin(
      "events", "Print the events that the region has recorded", RunEvents,
      "JSON: one event a line, as in a snapshot's recoveries. --follow goes on until the "
      "region is gone.\n"
      "Names are those of now; JSON has the numbers: of a statement generation * 65536 + row + 1 "
      "of `statements --json`.\n"
      "No event that is asked for: exit code 1.\n"
      "Examples:\n  glasswal events app --follow --level warn\n  glasswal events app --kind "
      "commit --client ingest --last 20");
  add->Target();
  add->Json("an event a line");
  add->Flag("-f,--follow", &to->follow, "go on with those that come");
  add->Choice("-l,--level", &to->level, "LEVEL", "this level and the worse ones", LevelNames());
  add->Choice("-k,--kind", &to->kinds, "KIND",
              "only events of this kind; may be given more than once", EventKindNames())
      ->take_all()
      ->expected(1);
  add->Value("-c,--client", &to->client, "CLIENT",
             "only events of the client of that name or slot");
  add->Value("-n,--last", &to->last, "N", "begin with the last N of them");

  add->Begin("report", "Write a bug report in Markdown", RunReport,
             "Versions, options, clients, locks, findings, recoveries, events and counters; "
             "nothing of what databases\n"
             "contain. Names of clients and paths of databases are in it.\n"
             "JSON: {snapshot, findings: [{severity, rule, sentence, advice}], events: [...]}.\n"
             "Examples:\n  glasswal report app > report.md\n  glasswal report app.glasswal --json");
  add->Target();
  add->Json("the same facts as JSON");

  add->Begin("capture", "Save a region into a file, to be looked at elsewhere", RunCapture,
             "JSON: {file, bytes}.\n"
             "Examples:\n  glasswal capture app app.glasswal\n  glasswal capture app - | xz > "
             "app.glasswal.xz");
  add->Target();
  add->Value("FILE", &to->file, "", "which is written anew; - is the standard output",
             ValueKind::kFile)
      ->required();
  add->Value("-s,--seconds", &to->seconds, "N",
             "also what happens in the N seconds before it (1 to 300)")
      ->check(CLI::Range(1, 300).description(""));
  add->Flag("--contents", &to->contents, "also what the databases contain");
  add->Json("say as JSON what was written");

  add->Begin("trace", "Save what a region has recorded as a trace for Perfetto", RunTrace,
             "Chrome's trace-event JSON: https://ui.perfetto.dev and chrome://tracing open it. "
             "Transactions, statements and\n"
             "waits are in it where events are recorded from the level debug on, locks from trace "
             "on.\n"
             "JSON: {file, bytes}.\n"
             "Examples:\n  glasswal trace app app.trace.json --seconds 5\n  glasswal trace "
             "app.glasswal - | gzip > app.trace.json.gz");
  add->Target();
  add->Value("FILE", &to->file, "", "which is written anew; - is the standard output",
             ValueKind::kFile)
      ->required();
  add->Value("-s,--seconds", &to->seconds, "N",
             "also what happens in N seconds from now on (1 to 300)")
      ->check(CLI::Range(1, 300).description(""));
  add->Json("say as JSON what was written");
}

void AddChangers(Builder* add, Arguments* to) {
  add->Begin(
      "sql", "Run SQL in a database of a region", RunSql,
      "The command joins the region as a client, and leaves it at the end. Of the "
      "statements' results each is a\n"
      "table, an array of objects with --json, or CSV with a head. NULL is nothing in "
      "tables and CSV; a BLOB is\n"
      "x'00ff' there, {\"blob\": \"00ff\"} in JSON. Without SQL it is read from the "
      "standard input.\n"
      "SQL that fails: exit code 3; a lock that somebody holds for too long: 1. A transaction "
      "that has written and is\n"
      "not committed at the end is rolled back: 3, too.\n"
      "Examples:\n  glasswal sql app 'select count(*) from rows'\n  glasswal sql app "
      "--readonly --csv 'select * from rows' > rows.csv");
  add->Region();
  add->Value("SQL", &to->words, "", "one or more statements");
  add->Value("-d,--db", &to->database, "PATH",
             "which database, if there are several; made if it is not there");
  add->Flag("-r,--readonly", &to->read_only, "open the database for reading only");
  add->Json("arrays of objects");
  add->Flag("--csv", &to->csv, "comma-separated values");
  add->Value("-t,--timeout", &to->timeout_ms, "MS", "how long to wait for a lock (5000)")
      ->default_val(5000)
      ->check(CLI::Range(0, 3600000).description(""));
  add->Flag("--force", &to->force,
            "also where nobody lives in the region, which then goes when this command ends");

  add->Begin(
      "cancel", "Have the statements that a client runs fail", RunCancel,
      "They fail with SQLITE_INTERRUPT; the client and its connections go on. What only reads "
      "leaves its\n"
      "transaction as it is; of what writes SQLite rolls the whole transaction back, BEGIN and all "
      "that came "
      "after it.\n"
      "It runs none: exit code 1. JSON: {slot, generation, name, processId}.\n"
      "Examples:\n  glasswal cancel app report\n  glasswal cancel app 3");
  add->Region();
  add->Client();
  add->Json("say as JSON who it was");

  add->Begin(
      "evict", "End a client for good, and recover from it", RunEvict,
      "Its process gets SIGKILL; what it had not committed is lost, and its locks are free.\n"
      "JSON: {slot, generation, name, processId} of whom was evicted.\n"
      "Examples:\n  glasswal evict app ingest\n  glasswal evict app 3");
  add->Region();
  add->Client();
  add->Value("-t,--timeout", &to->timeout_ms, "MS", "how long to wait for its end (5000)")
      ->default_val(5000)
      ->check(CLI::Range(1, 3600000).description(""));
  add->Json("say as JSON who it was");

  add->Begin("rm", "Remove a region", RunRm,
             "Refused while a client lives in it, unless forced; its clients then go on in a "
             "region without a name.\n"
             "JSON: {removed}.\n"
             "Examples:\n  glasswal rm app\n  glasswal ls --names | xargs -n 1 glasswal rm");
  add->Region();
  add->Flag("--force", &to->force, "although clients live in it");
  add->Json("say as JSON what was removed");

  add->Begin("inspect", "Open the inspector's window on a region or a capture", RunInspect,
             "The same as glasswal-inspector, which must be installed; all arguments are passed on "
             "to it.\n"
             "Examples:\n  glasswal inspect app\n  glasswal inspect app --panel locks");
  // Whatever follows is the other program's, options too.
  add->command()->prefix_command();

  add->Begin("completion", "Print what a shell needs to complete these commands, or the manual",
             RunCompletion,
             "Examples:\n  source <(glasswal completion bash)\n  glasswal completion fish > "
             "~/.config/fish/completions/glasswal.fish\n"
             "  glasswal completion man > glasswal.1");
  add->Choice("KIND", &to->file, "", "for which of them", {"bash", "zsh", "fish", "man"})
      ->required();
}

}  // namespace

CommandTree::CommandTree() {
  app.name("glasswal");
  app.description("Looks into glasswal's regions, and looks after them.");
  app.set_help_flag("-h,--help", "say what there is, of a command too");
  app.set_version_flag("--version", "glasswal " GLASSWAL_VERSION, "say which version this is");
  app.require_subcommand(0, 1);
  app.get_formatter()->label("REQUIRED", "");
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.get_formatter()->label("Positionals", "Arguments");
  app.footer(
      "Where REGION is asked for and reading suffices, it may be a file with a capture.\n"
      "Colours are for terminals, and not if NO_COLOR is set.\n"
      "Exit codes: 0 done; 1 there is nothing of that kind or name, or it was refused; 2 wrong "
      "arguments; 3 it failed.\n"
      "Examples:\n  glasswal ls\n  glasswal top app\n  glasswal locks --help");
  Builder add(this);
  AddReaders(&add, &arguments);
  AddChangers(&add, &arguments);
}

ValueKind CommandTree::KindOf(const CLI::Option* option) const {
  const auto found = kinds.find(option);
  return found != kinds.end() ? found->second : ValueKind::kOther;
}

std::vector<std::string> CommandTree::ChoicesOf(const CLI::Option* option) const {
  const auto found = choices.find(option);
  return found != choices.end() ? found->second : std::vector<std::string>();
}

std::vector<const CLI::App*> CommandTree::Commands() const {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

Parsed Parse(int count, const char* const* values) {
  CommandTree tree;
  Parsed parsed;
  try {
    tree.app.parse(count, values);
    parsed.arguments = tree.arguments;
    const std::vector<CLI::App*> chosen = tree.app.get_subcommands();
    if (chosen.empty()) {
      parsed.complaint = "which command? (glasswal --help says what there is)";
    } else if (chosen[0]->get_prefix_command()) {
      parsed.arguments.words = chosen[0]->remaining();
    }
  } catch (const CLI::CallForHelp&) {
    parsed.say = tree.app.help();
  } catch (const CLI::CallForVersion& version) {
    parsed.say = std::string(version.what()) + "\n";
  } catch (const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = tree.app.get_subcommands();
    const std::string command = chosen.empty() ? "" : " " + chosen[0]->get_name();
    parsed.complaint =
        std::string(error.what()) + " (glasswal" + command + " --help says what there is)";
  }
  return parsed;
}

}  // namespace glasswal::inspector::cli
