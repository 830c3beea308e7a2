#include "app/log.h"

#include <fmt/format.h>

namespace glasswal::inspector {

void Log::Push(EventLevel level, std::string text) {
  lines_->push_back({static_cast<uint8_t>(level), std::move(text)});
  if (lines_->size() > kMostLogLines) lines_->pop_front();
}

void Log::Add(const EventBatch& batch, const EventNames& names) {
  // Only the end of a long batch would survive.
  const size_t begin =
      batch.events.size() > kMostLogLines ? batch.events.size() - kMostLogLines : 0;
  for (size_t i = begin; i < batch.events.size(); ++i) {
    const Event& event = batch.events[i];
    const uint64_t us = event.time_ns / 1000;
    Push(event.level,
         fmt::format("{:>6}.{:06} {:<5} {:<12} {:<18} {} {}", us / 1000000, us % 1000000,
                     Name(event.level), names.Client(event), Describe(event.kind).name,
                     names.File(event), EventDetails(event, names)));
  }
}

void Log::Say(EventLevel level, const std::string& message) {
  Push(level, fmt::format("{:>13} {:<5} {:<12} {}", "", Name(level), "inspector", message));
}

}  // namespace glasswal::inspector
