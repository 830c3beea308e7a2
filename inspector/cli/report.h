// A bug report of a region in Markdown: what somebody else needs to know of it.
//
// It is made of what a snapshot and the events say: nothing that a database contains is in it. Names
// and paths stand in code, so that they command neither a terminal nor a reader of Markdown.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_CLI_REPORT_H_
#define GLASSWAL_INSPECTOR_CLI_REPORT_H_

#include <string>

#include "model/model.h"

namespace glasswal::inspector::cli {

/// So many of the last events are in a report.
inline constexpr size_t kReportEvents = 100;

std::string ReportToMarkdown(const Model& model);
/// The same facts: {snapshot, findings, events}; `snapshot` is the one of the model, untouched.
std::string ReportToJson(const Model& model, const Snapshot& snapshot);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_REPORT_H_
