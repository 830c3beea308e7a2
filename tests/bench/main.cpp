// The native benches: one program, so that both sides of every ratio are measured in one run, and
// in each round one right after the other.
//
//   glasswal_bench [--quick] [--rounds N] [--json FILE]
//   glasswal_bench --serve | --count                  for other programs: serve.h
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cities.h"
#include "crew.h"
#include "measures.h"
#include "report.h"
#include "serve.h"

namespace glasswal::bench {
namespace {

constexpr int kRounds = 11;
constexpr int kQuickRounds = 3;

struct Wanted {
  int rounds = kRounds;
  std::string json;
};

Wanted WantedOf(const std::vector<std::string>& arguments) {
  Wanted wanted;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& option = arguments[i];
    if (option == "--quick") {
      wanted.rounds = kQuickRounds;
      continue;
    }
    if (option != "--rounds" && option != "--json") Die("what is " + option + "?");
    if (++i == arguments.size()) Die(option + " needs a value");
    if (option == "--json") {
      wanted.json = arguments[i];
    } else {
      wanted.rounds = std::atoi(arguments[i].c_str());
      if (wanted.rounds < 1) Die("--rounds is a number from 1 on, not " + arguments[i]);
    }
  }
  return wanted;
}

int Measure(const Wanted& wanted) {
  struct Group {
    const char* what;
    void (*measure)(int, Samples*);
  };
  Samples samples;
  Cities();
  for (const Group& group :
       {Group{"one client", MeasureWorks}, Group{"sizes of a page", MeasurePageSizes},
        Group{"events", MeasureEvents}, Group{"statements", MeasureStatements},
        Group{"several clients", MeasureCrowds}, Group{"latencies", MeasureLatencies}}) {
    std::printf("measuring %s, %d rounds ...\n", group.what, wanted.rounds);
    std::fflush(stdout);
    group.measure(wanted.rounds, &samples);
  }
  if (!wanted.json.empty()) WriteJson(samples, wanted.json);
  PrintMedians(samples);
  PrintAims(samples);
  return 0;
}

}  // namespace
}  // namespace glasswal::bench

int main(int argc, char** argv) {
  using namespace glasswal::bench;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string first = arguments.empty() ? "" : arguments[0];
  // How crew.cpp starts its processes.
  if (first == "--crew" && arguments.size() == 4) {
    return RunCrewProcess(arguments[1], arguments[2], arguments[3]);
  }
  if (first == "--serve") return Serve();
  if (first == "--count") return Count();
  return Measure(WantedOf(arguments));
}
