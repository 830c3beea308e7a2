// A record of a log in the forms that logs have it in: its line, read back, and JSON.
//
// What passes a log on, such as spdlog, hands over lines and nothing else. A line has all that its
// record has, so that whoever wants fields reads them from it.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_DIAG_LOG_TEXT_H_
#define GLASSWAL_VFS_DIAG_LOG_TEXT_H_

#include <string_view>

#include "diag/json_writer.h"
#include "glasswal/log_record.h"

namespace glasswal::diag {

/// Reads LogRecord::message back: event, sequence, client, details and the message itself. False,
/// and *record is anything, where `line` is not of that form: it is somebody else's.
bool ReadLine(std::string_view line, LogRecord* record);

/// The members of a record as JSON. REQUIRES: within an object.
void WriteMembers(const LogRecord& record, JsonWriter* json);

/// What a record says of an event beyond that, as an object.
void WriteDetails(const std::vector<LogDetail>& details, JsonWriter* json);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_LOG_TEXT_H_
