#include "app/log.h"

// Compiled formats: without them fmt brings its floating-point and locale code into the module. Not
// spdlog's pattern formatter: as WebAssembly it alone takes 64 KiB (brotli), of the 250 KB that the
// whole inspector may have.
#include <fmt/compile.h>

#include <algorithm>

namespace glasswal::inspector {

void Log::Push(LogLine line) {
  lines_->push_back(std::move(line));
  if (lines_->size() > kMostLogLines) lines_->pop_front();
}

void Log::Add(const EventBatch& batch, const EventNames& names) {
  // Only the end of a long batch would survive.
  const size_t begin =
      batch.events.size() > kMostLogLines ? batch.events.size() - kMostLogLines : 0;
  for (size_t i = begin; i < batch.events.size(); ++i) {
    const Event& event = batch.events[i];
    if (!first_ns_) first_ns_ = event.time_ns;
    // Clients write at the same time, so an event may be a little older than the one before it.
    const uint64_t us = (event.time_ns - std::min(event.time_ns, *first_ns_)) / 1000;
    const std::string file = names.File(event);
    Push({static_cast<uint8_t>(event.level),
          fmt::format(FMT_COMPILE("{}.{:06}"), us / 1000000, us % 1000000), names.Client(event),
          fmt::format(FMT_COMPILE("{}{}{}: {}"), Describe(event.kind).name, file.empty() ? "" : " ",
                      file, EventDetails(event, names))});
  }
}

void Log::Say(EventLevel level, const std::string& message) {
  Push({static_cast<uint8_t>(level), "", "inspector", message});
}

}  // namespace glasswal::inspector
