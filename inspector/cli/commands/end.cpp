// glasswal cancel, evict and rm: what ends a statement, a client, or a region.
#include <string>

#include "cli/act.h"
#include "cli/command.h"
#include "cli/target.h"
#include "glasswal/runtime.h"
#include "model/format.h"

namespace glasswal::inspector::cli {
namespace {

std::string ToJson(const ClientSnapshot& client) {
  return "{\"slot\":" + std::to_string(client.slot) +
         ",\"generation\":" + std::to_string(client.generation) +
         ",\"name\":" + JsonString(client.name) +
         ",\"processId\":" + std::to_string(client.process_id) + "}";
}

/// Finds the client, has `act` done to it, and says so; the sentences go on after who it is.
template <typename Act>
int DoTo(const Arguments& arguments, const char* failed, const char* done, Output* output,
         Act act) {
  const Result<std::unique_ptr<Look>> look = LookAtRegion(arguments.target);
  if (!look.ok()) return Complain(look.status());
  const Result<ClientSnapshot> client = FindClient((*look)->model.snapshot(), arguments.client);
  if (!client.ok()) return Complain(client.status());
  const Status status = act(*client);
  if (!status.ok()) return Complain(Who(*client) + failed + status.message() + ".");
  if (arguments.json) {
    output->Json(ToJson(*client));
  } else {
    output->Write({{Who(*client) + done}});
  }
  return kDone;
}

}  // namespace

int RunCancel(const Arguments& arguments, Output* output) {
  return DoTo(arguments, ": nothing was cancelled: ", ": what it runs is cancelled.", output,
              [&](const ClientSnapshot& client) { return CancelClient(arguments.target, client); });
}

int RunEvict(const Arguments& arguments, Output* output) {
  return DoTo(arguments, " was not evicted: ", " was evicted and recovered from.", output,
              [&](const ClientSnapshot& client) {
                return EvictClient(arguments.target, client, arguments.timeout_ms);
              });
}

int RunRm(const Arguments& arguments, Output* output) {
  const Result<std::unique_ptr<Look>> look = LookAtRegion(arguments.target);
  // One that cannot be looked into is nobody's to use, and must go somehow.
  if (!look.ok() && (!arguments.force || look.status().code() == StatusCode::kNotFound)) {
    return Complain(look.status());
  }
  if (look.ok() && !arguments.force && HasLivingClient(**look)) {
    std::string names;
    for (const ClientSnapshot& client : (*look)->model.snapshot().clients) {
      if ((*look)->source->IsDead(client.slot)) continue;
      names += (names.empty() ? "" : ", ") + client.name;
    }
    return Complain("The region " + arguments.target + " is in use by " + names +
                    ". It goes by itself when its last client leaves; --force takes its name away "
                    "now, and they go on without it.");
  }
  const Status removed = Runtime::Remove(arguments.target);
  if (!removed.ok()) return Complain(removed);
  if (arguments.json) {
    output->Json("{\"removed\":" + JsonString(arguments.target) + "}");
  } else {
    output->Write({{"The region " + Shown(arguments.target) + " is removed."}});
  }
  return kDone;
}

}  // namespace glasswal::inspector::cli
