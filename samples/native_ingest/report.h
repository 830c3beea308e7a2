// What is printed at the end: what arrived, what the recovery did, what the region shows.
//
// Thread-safety: for the one thread that prints.
#ifndef GLASSWAL_SAMPLES_NATIVE_INGEST_REPORT_H_
#define GLASSWAL_SAMPLES_NATIVE_INGEST_REPORT_H_

#include <cstdint>

#include "database.h"
#include "glasswal/snapshot.h"

namespace native_ingest {

/// Counts and checks the data against `expected_rows`; true if all is as it must be.
bool ReportData(Database* database, int64_t expected_rows);

/// Prints the recoveries with their black boxes; true if there was one, from a client that held
/// WRITE.
bool ReportRecoveries(const glasswal::Snapshot& snapshot);

/// Prints files, locks, clients, the write-ahead log and the counters.
void ReportRegion(const glasswal::Snapshot& snapshot);

}  // namespace native_ingest

#endif  // GLASSWAL_SAMPLES_NATIVE_INGEST_REPORT_H_
