// Clients and their connections, and how many handles each has over time.
#include <algorithm>

#include "model/format.h"
#include "view/panel.h"
#include "view/plot.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

constexpr size_t kMostLines = 8;

ImU32 StateColor(const ClientSnapshot& client, const Palette& palette) {
  if (client.state != ClientState::kLive) return palette.bad;
  const bool silent = client.silent_ns && *client.silent_ns > kSilentHolderNs;
  return silent && client.held_locks > client.connections ? palette.warning : palette.text;
}

void DrawClientTable(const Snapshot& s, const Selection& selected, float height, Ui* ui) {
  static constexpr Column kColumns[] = {
      {"client", 0, false}, {"state", 6.5f, false},  {"kind", 6.2f, false}, {"process", 6.8f, true},
      {"age", 6.5f, true},  {"silent for", 6, true}, {"conns", 4.2f, true}, {"handles", 4.6f, true},
      {"locks", 4, true},   {"private", 6, true},    {"heartbeat", 7, true}};
  Table table(ui, "clients", kColumns, 11, height);
  if (!table.open()) return;
  for (const ClientSnapshot& client : s.clients) {
    const Selection selection{Selection::Kind::kClient, client.slot};
    if (table.Row(client.slot, client.name, selected == selection)) ui->Select(selection);
    table.DotCell(ui->palette().Client(client.slot), client.name);
    table.Cell(Name(client.state), StateColor(client, ui->palette()));
    table.Cell(Name(client.kind), ui->palette().dim);
    table.Cell(client.kind == ClientKind::kProcess ? std::to_string(client.process_id) : "-");
    table.Cell(FormatDuration(client.age_ns));
    table.Cell(client.silent_ns ? FormatDuration(*client.silent_ns) : "-",
               StateColor(client, ui->palette()));
    table.Cell(FormatCount(client.connections));
    table.Cell(FormatCount(client.handles));
    table.Cell(FormatCount(client.held_locks));
    table.Cell(FormatBytes(client.private_bytes));
    table.Cell(FormatCount(client.heartbeat));
  }
}

std::string Doing(const ConnectionSnapshot& connection) {
  if (connection.waiting) {
    return "waits for " + connection.waiting->name + ", " +
           FormatDuration(connection.waiting->waited_ns);
  }
  return connection.last_operation.empty() ? "-" : "last: " + connection.last_operation;
}

std::string Held(const ConnectionSnapshot& connection) {
  std::string text;
  for (const HeldLock& lock : connection.held_locks) {
    text += (text.empty() ? "" : " ") + lock.name;
  }
  return text.empty() ? "-" : text;
}

void DrawConnections(const Snapshot& s, const Selection& selected, float height, Ui* ui) {
  const bool one = selected.kind == Selection::Kind::kClient;
  static constexpr Column kColumns[] = {{"connection", 8, false},    {"database", 7, false},
                                        {"transaction", 6.2f, true}, {"read mark", 5.4f, true},
                                        {"sees frame", 5.8f, true},  {"locks", 0, false},
                                        {"now", -1.4f, false},       {"commits", 5, true},
                                        {"reads", 5, true},          {"busy", 3.6f, true}};
  Table table(ui, "connections", kColumns, 10, height);
  if (!table.open()) return;
  uint64_t row = 0;
  for (const ConnectionSnapshot& c : s.connections) {
    ++row;
    if (one && c.client != selected.number) continue;
    if (table.Row(row, c.client_name + " " + c.database, false) && c.client) {
      ui->Select({Selection::Kind::kClient, *c.client});
    }
    table.DotCell(ui->palette().Client(c.client.value_or(0)),
                  c.client_name + " #" + std::to_string(c.slot));
    table.Cell(c.database);
    table.Cell(c.transaction_ns > 0 ? FormatDuration(c.transaction_ns) : "-");
    table.Cell(c.read_mark ? std::to_string(*c.read_mark) : "-");
    table.Cell(c.snapshot_frame ? FormatCount(*c.snapshot_frame) : "-");
    table.Cell(Held(c));
    table.Cell(Doing(c), c.waiting ? ui->palette().warning : ui->palette().dim);
    table.Cell(FormatCount(c.counters.commits));
    table.Cell(FormatCount(c.counters.reads + c.counters.fetches));
    table.Cell(FormatCount(c.counters.busy));
  }
}

uint32_t HandlesOf(const Snapshot& s, uint32_t slot) {
  for (const ClientSnapshot& client : s.clients) {
    if (client.slot == slot) return client.handles;
  }
  return 0;
}

/// The handles of the client that is selected, or of those with most of them.
void DrawHandles(const Model& model, const ViewState& state, Ui* ui) {
  const std::vector<size_t> positions = PlotPositions(model, state.plot_seconds);
  Plot plot;
  plot.title = "Open handles";
  plot.format = [](double value) { return FormatQuantity(value); };
  std::vector<ClientSnapshot> clients = model.snapshot().clients;
  std::stable_sort(clients.begin(), clients.end(),
                   [](const auto& a, const auto& b) { return a.handles > b.handles; });
  for (const ClientSnapshot& client : clients) {
    const bool chosen = state.selection == Selection{Selection::Kind::kClient, client.slot};
    if (state.selection.kind == Selection::Kind::kClient ? !chosen
                                                         : plot.lines.size() >= kMostLines) {
      continue;
    }
    PlotLine line{client.name, ui->palette().Client(client.slot), {}};
    for (const size_t position : positions) {
      const Snapshot& then = *model.history().samples()[position].snapshot;
      line.values.push_back(static_cast<float>(HandlesOf(then, client.slot)));
    }
    plot.lines.push_back(std::move(line));
  }
  for (const size_t position : positions) {
    plot.times_ns.push_back(model.history().samples()[position].snapshot->observed_ns);
  }
  if (model.paused()) plot.marked_ns = model.snapshot().observed_ns;
  const float height = ImGui::GetContentRegionAvail().y - ui->Unit() * 2;
  DrawPlot(plot, positions, std::clamp(height, ui->Unit() * 8, ui->Unit() * 16), ui);
}

void DrawClients(const Model& model, ViewState* state, Ui* ui) {
  const Snapshot& s = model.snapshot();
  if (s.clients.empty()) {
    ui->Empty("No clients", "Nobody is in the region. A client appears when it joins.");
    return;
  }
  const float room = ImGui::GetContentRegionAvail().y;
  const float plot = model.history().samples().size() > 1 ? ui->Unit() * 10.5f : 0;
  const float tables = std::max(room - plot - ui->Unit() * 3.5f, ui->Unit() * 16);
  // Each is as high as its rows, as long as both have room.
  const float clients = Table::HeightOf(s.clients.size());
  const float connections = Table::HeightOf(s.connections.size());
  const float half = tables * 0.5f;
  DrawClientTable(s, state->selection, std::min(clients, tables - std::min(connections, half)), ui);
  const bool one = state->selection.kind == Selection::Kind::kClient;
  ImGui::AlignTextToFramePadding();
  ui->Heading(one ? "Connections of the selected client" : "Connections of all clients");
  if (one) {
    ImGui::SameLine();
    if (ui->Button("Show all")) ui->Select({});
  }
  DrawConnections(s, state->selection, std::min(connections, tables - std::min(clients, half)), ui);
  if (plot > 0) DrawHandles(model, *state, ui);
}

Badge CountClients(const Model& model, const Palette& palette) {
  return CountBadge(model.snapshot().clients.size(), palette);
}

}  // namespace

const Panel kClientsPanel = {
    .name = "clients",
    .title = "Clients",
    .hotkey = 'c',
    .help = "Clients and their connections, and handles over time.",
    .draw = DrawClients,
    .badge = CountClients,
};

}  // namespace glasswal::inspector
