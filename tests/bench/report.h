// The reporter: collects every repetition and prints, at the end, medians and ratios beside the
// aims.
//
// Thread-safety: used by one thread.
#ifndef GLASSWAL_TESTS_BENCH_REPORT_H_
#define GLASSWAL_TESTS_BENCH_REPORT_H_

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace glasswal::bench {

class RatioReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

  /// The median nanoseconds of "work/backend"; 0 if it was not run.
  double Median(const std::string& name) const;

 private:
  void PrintTable() const;
  void PrintCrowds() const;
  void PrintAims() const;

  std::map<std::string, std::vector<double>> times_ns_;
  std::map<std::string, std::vector<double>> extras_;  // Counters, as "name:counter".
};

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_REPORT_H_
