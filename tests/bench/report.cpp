#include "report.h"

#include <algorithm>
#include <cstdio>

namespace glasswal::bench {
namespace {

/// "work/backend" of "work/backend/iterations:1/manual_time".
std::string ShortName(std::string name) {
  for (const char* suffix : {"/manual_time", "/real_time"}) {
    const size_t at = name.find(suffix);
    if (at != std::string::npos) name.erase(at);
  }
  const size_t at = name.find("/iterations:");
  return at == std::string::npos ? name : name.substr(0, at);
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string Time(double ns) {
  char text[32];
  if (ns <= 0) return "-";
  if (ns < 1e4) {
    std::snprintf(text, sizeof(text), "%.0f ns", ns);
  } else if (ns < 1e6) {
    std::snprintf(text, sizeof(text), "%.1f us", ns / 1e3);
  } else {
    std::snprintf(text, sizeof(text), "%.2f ms", ns / 1e6);
  }
  return text;
}

/// How many times as fast `ours` is as `theirs`, and whether that is what was aimed at.
void PrintRatio(const char* what, double theirs, double ours, double aim) {
  if (theirs <= 0 || ours <= 0) return;
  const double ratio = theirs / ours;
  std::printf("  %-58s %6.2f x  aim %5.2f x  %s\n", what, ratio, aim,
              ratio >= aim ? "reached" : "NOT reached");
}

void PrintLimit(const char* what, double measured, const char* unit, double limit) {
  if (measured <= 0) return;
  std::printf("  %-58s %6.2f %s aim %5.4g %s  %s\n", what, measured, unit, limit, unit,
              measured <= limit ? "reached" : "NOT reached");
}

double Slower(double plain, double with) { return plain <= 0 ? 0 : (with / plain - 1) * 100; }

}  // namespace

bool RatioReporter::ReportContext(const Context& context) {
  PrintBasicContext(&GetErrorStream(), context);
  return true;
}

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const std::string name = ShortName(run.benchmark_name());
    const bool is_wall_clock = run.benchmark_name().find("_time") != std::string::npos;
    // The time of one client's thread hides what else runs on the machine.
    const double time = is_wall_clock ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime();
    times_ns_[name].push_back(time / benchmark::GetTimeUnitMultiplier(run.time_unit) * 1e9);
    for (const auto& [counter, value] : run.counters) {
      std::string key = name;
      key += ":";
      key += counter;
      extras_[key].push_back(value);
    }
  }
}

void RatioReporter::Finalize() {
  PrintTable();
  PrintCrowds();
  PrintAims();
}

double RatioReporter::Median(const std::string& name) const {
  const auto found = times_ns_.find(name);
  return found == times_ns_.end() ? 0 : MedianOf(found->second);
}

void RatioReporter::PrintTable() const {
  std::printf("\nOne client, processor time for each operation (medians)\n");
  std::printf("  %-18s", "");
  const char* const columns[] = {"memory",      "memdb", "unix_off",  "unix_mapped",
                                 "unix_normal", "named", "anonymous", "anonymous_copied"};
  for (const char* column : columns) std::printf("%12.11s", column);
  std::printf("\n");
  for (const char* work : {"autocommit_insert", "point_read", "hot_point_read", "log_point_read",
                           "bulk_insert", "scan", "group_by"}) {
    std::printf("  %-18s", work);
    for (const char* column : columns) {
      std::printf("%12s", Time(Median(std::string(work) + "/" + column)).c_str());
    }
    std::printf("\n");
  }
}

void RatioReporter::PrintCrowds() const {
  std::printf(
      "\nSeveral clients, wall clock (medians): a commit beside 0, 1, 2 readers; a read of 1, 2\n");
  for (const char* work : {"writer_beside_threads", "writer_beside_processes", "readers"}) {
    for (const char* backend : {"memdb", "unix_off", "anonymous", "named"}) {
      const std::string name = std::string(work) + "/" + backend + "/";
      if (Median(name + "1") <= 0) continue;
      std::printf("  %-34s", name.substr(0, name.size() - 1).c_str());
      for (const char* readers : {"0", "1", "2"}) {
        std::printf("%12s", Time(Median(name + readers)).c_str());
      }
      const auto reads = extras_.find(name + "1:reads_per_s");
      if (reads != extras_.end()) std::printf("  %9.0f reads/s beside it", MedianOf(reads->second));
      std::printf("\n");
    }
  }
}

void RatioReporter::PrintAims() const {
  const auto best_unix = [this](const std::string& work) {
    double best = 0;
    for (const char* kind : {"unix_off", "unix_normal", "unix_mapped"}) {
      const double time = Median(work + "/" + kind);
      if (time > 0 && (best == 0 || time < best)) best = time;
    }
    return best;
  };
  std::printf("\nAims (DESIGN 14): how many times as fast as the other\n");
  struct Aim {
    const char* work;
    double memory, memdb, unix_best;
  };
  for (const Aim& aim : {Aim{"autocommit_insert", 0.8, 0.8, 3}, Aim{"point_read", 0.95, 0.95, 2},
                         Aim{"hot_point_read", 0.95, 0.95, 2}, Aim{"bulk_insert", 0.8, 0, 0},
                         Aim{"scan", 0.97, 0, 0}, Aim{"group_by", 0.97, 0, 0}}) {
    const std::string work = aim.work;
    const double ours = Median(work + "/anonymous");
    PrintRatio((work + " against :memory:").c_str(), Median(work + "/memory"), ours, aim.memory);
    if (aim.memdb > 0) {
      PrintRatio((work + " against memdb").c_str(), Median(work + "/memdb"), ours, aim.memdb);
    }
    if (aim.unix_best > 0) {
      PrintRatio((work + " against the best unix VFS, ours named").c_str(), best_unix(work),
                 Median(work + "/named"), aim.unix_best);
    }
  }
  PrintRatio("a writer beside 1 reader thread, against alone",
             Median("writer_beside_threads/anonymous/0"),
             Median("writer_beside_threads/anonymous/1"), 0.95);
  PrintRatio("a writer beside 1 reader process, against alone",
             Median("writer_beside_processes/named/0"), Median("writer_beside_processes/named/1"),
             0.95);
  PrintRatio("2 readers against 1", Median("readers/anonymous/1"), Median("readers/anonymous/2"),
             1.8);
  PrintLimit("blocked writer woken after release, median", Median("wake/anonymous") / 1e3, "us",
             50);
  const auto p99 = extras_.find("wake/anonymous:p99_us");
  if (p99 != extras_.end()) {
    std::printf("  %-58s %6.2f us\n", "... 99th percentile", MedianOf(p99->second));
  }
  if (Median("wake/unix_off") > 0) {
    std::printf("  %-58s %6.2f us\n", "... the same of the unix VFS, median",
                Median("wake/unix_off") / 1e3);
  }
  PrintLimit("joining a named region, to the first row", Median("join/named") / 1e6, "ms", 5);
  for (const char* work : {"events_insert", "events_read"}) {
    const double off = Median(std::string(work) + "/off");
    if (off <= 0) continue;
    std::printf("  %-58s info %+.1f %%, trace %+.1f %%  (aim for events: 5 %%)\n",
                (std::string(work) + ": slower than with events off").c_str(),
                Slower(off, Median(std::string(work) + "/info")),
                Slower(off, Median(std::string(work) + "/trace")));
  }
}

}  // namespace glasswal::bench
