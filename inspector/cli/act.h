// What the command line does to a region's clients: it joins for that moment, and leaves again.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_ACT_H_
#define GLASSWAL_INSPECTOR_CLI_ACT_H_

#include <cstdint>
#include <string>

#include "glasswal/snapshot.h"
#include "glasswal/status.h"

namespace glasswal::inspector::cli {

/// "ingest (client 3, process 4711)".
std::string Who(const ClientSnapshot& client);

/// Ends the client for good and recovers from it.
Status EvictClient(const std::string& region, const ClientSnapshot& client, uint32_t timeout_ms);
/// Has the statements that it runs now fail; SQLite rolls the transactions of those that write back.
/// kNotFound if it runs none.
Status CancelClient(const std::string& region, const ClientSnapshot& client);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_ACT_H_
