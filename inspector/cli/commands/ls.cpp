// glasswal ls: the regions of this machine.
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/table.h"
#include "cli/target.h"
#include "model/format.h"
#include "source/named_source.h"

namespace glasswal::inspector::cli {
namespace {

struct Listed {
  std::string name;
  Status problem;
  std::optional<Snapshot> snapshot;
  uint32_t dead = 0;
};

Listed LookInto(const std::string& name) {
  Listed listed{name, {}, {}, 0};
  Result<std::unique_ptr<Source>> source = OpenNamedRegion(name);
  if (!source.ok()) {
    listed.problem = source.status();
    return listed;
  }
  Result<std::unique_ptr<Look>> look = LookAt(std::move(*source));
  if (!look.ok()) {
    listed.problem = look.status();
    return listed;
  }
  listed.snapshot = (*look)->model.snapshot();
  for (const ClientSnapshot& client : listed.snapshot->clients) {
    if (client.state != ClientState::kLive || (*look)->source->IsDead(client.slot)) ++listed.dead;
  }
  return listed;
}

std::string Databases(const Snapshot& snapshot) {
  std::string text;
  for (const FileSnapshot& file : snapshot.files) {
    if (file.kind != FileKind::kDatabase || file.state != FileState::kLive) continue;
    text += (text.empty() ? "" : ", ") + file.path + " " + FormatBytes(file.logical_size_bytes);
  }
  return text;
}

void Print(const std::vector<Listed>& regions, Output* output) {
  TextTable table({{"REGION"},
                   {"CLIENTS", true},
                   {"DEAD", true, 0, 2},
                   {"CONNS", true, 0, 3},
                   {"MEMORY", true, 0, 1},
                   {"OF", true, 0, 4},
                   {"DATABASES", false, 0, 0}});
  for (const Listed& listed : regions) {
    if (!listed.snapshot) {
      table.Add(
          {{listed.name}, {}, {}, {}, {}, {}, {Shown(listed.problem.message()), Style::kBad}});
      continue;
    }
    const RegionSnapshot& region = listed.snapshot->region;
    table.Add({{listed.name, Style::kTitle},
               {std::to_string(region.client_count - listed.dead)},
               {std::to_string(listed.dead), listed.dead > 0 ? Style::kWarning : Style::kDim},
               {std::to_string(region.connection_count)},
               {FormatBytes(region.committed_bytes)},
               {FormatBytes(region.capacity_bytes), Style::kDim},
               {Databases(*listed.snapshot)}});
  }
  for (const Line& line : table.Lines(output->width())) output->Write(line);
}

std::string ToJson(const Listed& listed) {
  std::string json = "{\"name\":" + JsonString(listed.name) + ",\"problem\":";
  if (!listed.snapshot) return json + JsonString(listed.problem.message()) + "}";
  const RegionSnapshot& region = listed.snapshot->region;
  json += "null,\"id\":" + JsonString(region.id);
  const auto add = [&json](const char* name, uint64_t value) {
    json += ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  add("capacityBytes", region.capacity_bytes);
  add("committedBytes", region.committed_bytes);
  add("freeBytes", region.free_bytes);
  add("clientCount", region.client_count - listed.dead);
  add("deadClientCount", listed.dead);
  add("connectionCount", region.connection_count);
  json += ",\"databases\":[";
  bool first = true;
  for (const FileSnapshot& file : listed.snapshot->files) {
    if (file.kind != FileKind::kDatabase || file.state != FileState::kLive) continue;
    json += std::string(first ? "" : ",") + "{\"path\":" + JsonString(file.path) +
            ",\"logicalSizeBytes\":" + std::to_string(file.logical_size_bytes) + "}";
    first = false;
  }
  return json + "]}";
}

}  // namespace

int RunLs(const Arguments& arguments, Output* output) {
  const Result<std::vector<std::string>> names = NamesOfRegions();
  if (!names.ok()) return Complain(names.status());
  if (arguments.names) {
    for (const std::string& name : *names) output->Raw(name + "\n");
    return names->empty() ? kRefused : kDone;
  }
  std::vector<Listed> regions;
  for (const std::string& name : *names) {
    Listed listed = LookInto(name);
    // Gone since its name was read: it is as if it had not been there.
    if (listed.problem.code() != StatusCode::kNotFound) regions.push_back(std::move(listed));
  }
  if (arguments.json) {
    std::string json = "[";
    for (const Listed& listed : regions) json += (json.size() > 1 ? ",\n " : "") + ToJson(listed);
    output->Json(json + "]");
  } else if (!regions.empty()) {
    Print(regions, output);
  }
  if (!regions.empty()) return kDone;
  return arguments.json
             ? static_cast<int>(kRefused)
             : Complain(
                   "There is no region on this machine. A program makes one when it opens it.");
}

}  // namespace glasswal::inspector::cli
