// What the bench measures, in groups. Each fills the samples under names that report.cpp and
// aims.cpp know: "work/place", and for several clients "work/place/how many".
//
// Thread-safety: used by one thread.
#ifndef GLASSWAL_TESTS_BENCH_MEASURES_H_
#define GLASSWAL_TESTS_BENCH_MEASURES_H_

#include "rounds.h"

namespace glasswal::bench {

/// How many threads this machine runs at the same time.
int Cores();

/// Each work of one client at each backend; ns of processor time.
void MeasureWorks(int rounds, Samples* samples);

/// Some of them at pages of 1, 2, 4 and 8 KiB, with the size of the database in bytes.
void MeasurePageSizes(int rounds, Samples* samples);

/// What events cost: inserts and reads at each level.
void MeasureEvents(int rounds, Samples* samples);

/// What following statements costs: inserts and reads without it, by default, and with exact times.
void MeasureStatements(int rounds, Samples* samples);

/// A writer beside readers, readers and writers beside each other; ns of wall clock.
void MeasureCrowds(int rounds, Samples* samples);

/// Being woken after a release; joining a region; the slowest commit while others are stopped and
/// killed. All in ns of wall clock.
void MeasureLatencies(int rounds, Samples* samples);

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_MEASURES_H_
