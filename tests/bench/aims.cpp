// What is to be reached, beside what this run has measured: one row for each aim.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "measures.h"
#include "report.h"

namespace glasswal::bench {
namespace {

// An aim of 1.0 says "no slower"; what is measured this close to it is no slower as far as anybody
// can tell.
constexpr double kNoSlower = 0.98;

struct Row {
  std::string work;
  std::string against;
  Spread measured;
  const char* unit;
  bool is_least;  // The aim is the least that is wanted, and not the most.
  double aim;     // 0: none.
};

/// How many times as fast as `theirs` ours is, in each round.
Row Faster(const Samples& samples, const char* work, const char* against, const std::string& theirs,
           const std::string& ours, double aim) {
  return {work, against, RatioOf(samples, theirs, ours), "x", true, aim};
}

/// The kind of unix VFS that is the fastest at this work.
std::string BestUnix(const Samples& samples, const std::string& work) {
  std::string best;
  for (const char* kind : {"/unix_off", "/unix_normal", "/unix_mapped"}) {
    const double ns = Median(samples, work + kind);
    if (ns > 0 && (best.empty() || ns < Median(samples, best))) best = work + kind;
  }
  return best;
}

void AddWorks(const Samples& samples, std::vector<Row>* rows) {
  struct Aim {
    const char* title;
    std::string work;
    double aim;
  };
  for (const auto& [title, work, aim] :
       {Aim{"autocommit insert", "autocommit_insert", 0.75},
        Aim{"point read, hot pages", "hot_point_read", 0.90},
        Aim{"point read, whole table", "point_read", 0.97},
        Aim{"bulk insert, one transaction", "bulk_insert", 0.9}, Aim{"scan", "scan", 1.0},
        Aim{"group by", "group_by", 1.0}, Aim{"order by", "order_by", 0},
        Aim{"read transaction, empty", "empty_read", 0}}) {
    rows->push_back(Faster(samples, title, ":memory:", work + "/memory", work + "/anonymous", aim));
  }
  for (const auto& [title, work, aim] :
       {Aim{"autocommit insert, named", "autocommit_insert", 1.6 * 2.75},
        Aim{"point read, whole table, named", "point_read", 1.6 * 1.95}}) {
    rows->push_back(Faster(samples, title, "the best unix VFS, WAL", BestUnix(samples, work),
                           work + "/named", aim));
  }
}

void AddCrowds(const Samples& samples, std::vector<Row>* rows) {
  const std::string threads = "writer_beside_threads/anonymous/";
  const std::string processes = "writer_beside_processes/named/";
  const std::string many = std::to_string(std::max(Cores(), 2));
  rows->push_back(Faster(samples, "a writer beside a reader thread", "the writer alone",
                         threads + "0", threads + "1", 0.95));
  rows->push_back(Faster(samples, "a writer beside a reader process", "the writer alone",
                         processes + "0", processes + "1", 0.95));
  rows->push_back(Faster(samples, "a writer beside 4 readers", "the writer alone", threads + "0",
                         threads + "4", 0));
  rows->push_back(Faster(samples, "a writer beside 16 readers", "the writer alone", threads + "0",
                         threads + "16", 0));
  rows->push_back(Faster(samples, (many + " readers").c_str(), "1 reader", "readers/anonymous/1",
                         "readers/anonymous/" + many, 0.95 * Cores()));
  rows->push_back(Faster(samples, "a writer beside a reader thread", "beside another region's",
                         "apart_writer/other", "apart_writer/own", 0.95));
  rows->push_back(Faster(samples, "2 readers of a region", "of two regions", "apart_readers/other",
                         "apart_readers/own", 0.95));
  for (const char* count : {"2", "8", "32"}) {
    const std::string end = std::string("/anonymous/") + count;
    const std::string title = std::string(count) + " writers, all together";
    rows->push_back(
        Faster(samples, title.c_str(), "1 writer", "writers/anonymous/1", "writers" + end, 0));
    rows->push_back({std::string(count) + " writers, the slowest", "the fastest of them",
                     SpreadOf(samples, "writers_evenness" + end), "x", true, 0.5});
  }
}

Row Took(const Samples& samples, const char* work, const char* name, double most_ms) {
  Spread ms = SpreadOf(samples, name);
  for (double* part : {&ms.low, &ms.median, &ms.high}) *part /= 1e6;
  return {work, "", ms, "ms", false, most_ms};
}

void AddLatencies(const Samples& samples, std::vector<Row>* rows) {
  rows->push_back({"a blocked writer is woken after", "the unix VFS",
                   RatioOf(samples, "wake/anonymous", "wake/unix_off"), "x", false, 0.2});
  rows->push_back(
      Took(samples, "slowest commit, others stopped, dying", "slowest_commit/named", 50));
  rows->push_back(Took(samples, "joining in the same process, first row", "join/named", 1));
  for (const std::string work : {"autocommit_insert", "point_read"}) {
    const std::string name = "events_" + work + "/anonymous";
    rows->push_back(Faster(samples, (work + ", events at info").c_str(), "no events",
                           name + ":events=off", name, 0.99));
    rows->push_back(Faster(samples, (work + ", events at trace").c_str(), "no events",
                           name + ":events=off", name + ":events=trace", 0));
  }
  for (const std::string work : {"autocommit_insert", "hot_point_read"}) {
    const std::string name = "statements_" + work + "/anonymous";
    rows->push_back(Faster(samples, (work + ", statements").c_str(), "no statements",
                           name + ":statements=off", name, 0.99));
    rows->push_back(Faster(samples, (work + ", statements timed").c_str(), "no statements",
                           name + ":statements=off", name + ":statements=timed", 0.95));
  }
}

void Print(const Row& row) {
  const Spread& is = row.measured;
  std::printf("  %-40s %-24s %7.2f %-2s  %6.2f -%7.2f ", row.work.c_str(), row.against.c_str(),
              is.median, row.unit, is.low, is.high);
  if (row.aim == 0) {
    std::printf("\n");
    return;
  }
  const double enough = row.aim == 1.0 && row.is_least ? kNoSlower : row.aim;
  const bool is_reached = row.is_least ? is.median >= enough : is.median <= enough;
  std::printf("  %s %5.2f %-2s  %s\n", row.is_least ? ">=" : "<=", row.aim, row.unit,
              is_reached ? "yes" : "no");
}

}  // namespace

void PrintAims(const Samples& samples) {
  std::vector<Row> rows;
  AddWorks(samples, &rows);
  AddCrowds(samples, &rows);
  AddLatencies(samples, &rows);
  std::printf(
      "\nTo be reached: how many times as fast as the other in the same round, or how long it took;"
      "\nthe median of the rounds, and between what the middle half of them lies. An aim of 1.00 is"
      "\nreached from %.2f on.\n\n  %-40s %-24s %10s  %16s  %12s  %s\n",
      kNoSlower, "work", "against", "measured", "quartiles", "aim", "reached");
  for (const Row& row : rows) {
    if (row.measured.median > 0) Print(row);
  }
}

}  // namespace glasswal::bench
