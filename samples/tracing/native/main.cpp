// tracing: threads write into one database, and what happens goes to a console and to files that
// rotate. See ../README.md.
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "database.h"
#include "glasswal/observe.h"
#include "glasswal/runtime.h"
#include "glasswal/spdlog.h"
#include "glasswal/trace.h"
#include "history.h"
#include "threads.h"

namespace tracing {
namespace {

constexpr size_t kFileBytes = 128 * 1024;
constexpr size_t kFiles = 50;

/// Warnings to the console, in colours where it is a terminal; everything to files, as JSON lines.
std::shared_ptr<spdlog::logger> NewLogger(const std::filesystem::path& folder) {
  auto console = std::make_shared<spdlog::sinks::stdout_color_sink_mt>();
  auto file = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
      (folder / "events.jsonl").string(), kFileBytes, kFiles);
  std::shared_ptr<spdlog::logger> logger = glasswal::NewEventLogger({console, file}, "tracing");
  console->set_level(spdlog::level::warn);
  console->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
  file->set_formatter(glasswal::NewJsonFormatter());
  return logger;
}

/// Prints a check of the end, and whether it holds.
bool Check(const char* what, uint64_t here, uint64_t there) {
  printf("%s %-44s %llu\n", here == there ? "ok    " : "WRONG ", what,
         static_cast<unsigned long long>(here));
  if (here != there) printf("       but %llu there\n", static_cast<unsigned long long>(there));
  return here == there;
}

/// Writes what the ring of events has into a file for https://ui.perfetto.dev; how many commits are
/// in it.
uint64_t SaveTrace(const glasswal::Runtime& runtime, const std::filesystem::path& file) {
  const auto trace = glasswal::ExportTrace(runtime);
  if (!trace.ok()) Fail(trace.status().message());
  std::ofstream(file, std::ios::binary) << *trace;
  printf("\n%s: drop it on https://ui.perfetto.dev\n", file.c_str());
  return CountCommits(file);
}

int Run(const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  glasswal::Options options;
  options.event_capacity = 65'536;
  auto runtime = glasswal::Runtime::Create(options, "tracing");
  if (!runtime.ok()) Fail(runtime.status().message());
  const glasswal::Status registered = (*runtime)->RegisterVfs(kVfs, /*make_default=*/false);
  if (!registered.ok()) Fail(registered.message());
  (*runtime)->SetEventLevel(glasswal::EventLevel::kDebug);

  glasswal::EventDrain drain(*runtime, NewLogger(folder));
  drain.Start();
  const int refused = RunThreads();
  // Nobody writes any more: now nothing is missing when the drain has stopped.
  const auto snapshot = glasswal::Observe(**runtime);
  if (!snapshot.ok()) Fail(snapshot.status().message());
  drain.Stop();

  const History history = ReadHistory(folder);
  printf("\n%llu files in %s\n", static_cast<unsigned long long>(history.files), folder.c_str());
  bool fine = Check("lines of events, logged by the drain", history.events, drain.logged());
  fine &= Check("events lost, as the lines have it", history.lost, drain.lost());
  fine &=
      Check("lines of commits, counted by the region", history.commits, snapshot->totals.commits);
  fine &=
      Check("lines of refusals, met by a thread", history.refusals, static_cast<uint64_t>(refused));
  fine &= Check("lines that are no JSON", history.broken_lines, 0);
  fine &= Check("commits in the trace, counted by the region",
                SaveTrace(**runtime, folder / "tracing.trace.json"), snapshot->totals.commits);
  fine &= history.files > 1 && refused > 0;
  const glasswal::Status left = glasswal::Runtime::UnregisterVfs(kVfs);
  if (!left.ok()) Fail(left.message());
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace tracing

int main(int argc, char** argv) {
  if (argc > 2) {
    std::puts("usage: tracing [FOLDER]   logs into FOLDER, which is emptied first");
    return 2;
  }
  return tracing::Run(argc == 2 ? std::filesystem::path(argv[1])
                                : std::filesystem::temp_directory_path() / "glasswal_tracing");
}
