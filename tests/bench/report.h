// What is printed at the end: medians of everything that was measured, and the table of aims.
//
// Thread-safety: used by one thread.
#ifndef GLASSWAL_TESTS_BENCH_REPORT_H_
#define GLASSWAL_TESTS_BENCH_REPORT_H_

#include <string>

#include "rounds.h"

namespace glasswal::bench {

/// One client, several clients, sizes of a page: medians.
void PrintMedians(const Samples& samples);

/// What was to be reached, what was measured in this run, and whether that is enough (aims.cpp).
void PrintAims(const Samples& samples);

/// Writes every number as JSON: {"work/place": [...], ...}. Ends the program if that fails.
void WriteJson(const Samples& samples, const std::string& path);

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_REPORT_H_
