#include "cli/act.h"

#include "glasswal/runtime.h"

namespace glasswal::inspector::cli {

std::string Who(const ClientSnapshot& client) {
  return client.name + " (client " + std::to_string(client.slot) + ", process " +
         std::to_string(client.process_id) + ")";
}

Status EvictClient(const std::string& region, const ClientSnapshot& client, uint32_t timeout_ms) {
  const Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(region, "glasswal evict");
  if (!runtime.ok()) return runtime.status();
  return (*runtime)->Evict(client.slot, client.generation, timeout_ms);
}

Status CancelClient(const std::string& region, const ClientSnapshot& client) {
  const Result<std::shared_ptr<Runtime>> runtime = Runtime::Open(region, "glasswal cancel");
  if (!runtime.ok()) return runtime.status();
  return (*runtime)->Cancel(client.slot, client.generation);
}

}  // namespace glasswal::inspector::cli
