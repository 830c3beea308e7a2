// The event table: filter, follow, choose, copy. It draws only the rows that can be seen, and looks
// at each event once for each filter.
#include <algorithm>

#include "model/format.h"
#include "view/panel.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

constexpr int kLevelChoices = 5;
constexpr const char* kLevelNames[kLevelChoices] = {"errors", "warnings", "info", "debug", "trace"};

/// Brings the list of matches up to date with the log.
void UpdateMatches(const Model& model, EventsState* state) {
  if (!(state->filter == state->matched_filter)) {
    state->matched_filter = state->filter;
    state->matches.clear();
    state->matched_to = 0;
  }
  const auto& events = model.events().events();
  if (events.empty()) return;
  for (size_t i = model.events().LowerBound(state->matched_to); i < events.size(); ++i) {
    if (Matches(state->filter, events[i], model.names())) {
      state->matches.push_back(events[i].sequence);
    }
    state->matched_to = events[i].sequence + 1;
  }
  while (!state->matches.empty() && state->matches.front() < events.front().sequence) {
    state->matches.pop_front();
  }
}

void DrawKind(EventsState* state, Ui* ui) {
  constexpr int kKinds = static_cast<int>(EventKind::kCount);
  const char* names[kKinds] = {"all kinds"};
  for (int i = 1; i < kKinds; ++i) names[i] = Describe(static_cast<EventKind>(i)).name;
  int kind = state->filter.kind ? static_cast<int>(*state->filter.kind) : 0;
  if (!ui->Choice("kind", names, kKinds, &kind, ui->Unit() * 8.5f)) return;
  state->filter.kind.reset();
  if (kind > 0) state->filter.kind = static_cast<EventKind>(kind);
}

void DrawClient(const Snapshot& s, EventsState* state, Ui* ui) {
  std::vector<const char*> names = {"all clients"};
  int chosen = 0;
  for (size_t i = 0; i < s.clients.size(); ++i) {
    names.push_back(s.clients[i].name.c_str());
    if (state->filter.client == s.clients[i].slot) chosen = static_cast<int>(i) + 1;
  }
  if (!ui->Choice("client", names.data(), static_cast<int>(names.size()), &chosen,
                  ui->Unit() * 8)) {
    return;
  }
  state->filter.client.reset();
  if (chosen > 0) state->filter.client = s.clients[static_cast<size_t>(chosen) - 1].slot;
}

void DrawLevel(EventsState* state, Ui* ui) {
  int level = std::clamp(static_cast<int>(state->filter.level) - 1, 0, kLevelChoices - 1);
  if (ui->Choice("level", kLevelNames, kLevelChoices, &level, ui->Unit() * 6)) {
    state->filter.level = static_cast<EventLevel>(level + 1);
  }
}

/// The chosen events, or all that match where none is chosen.
std::vector<Event> ToCopy(const Model& model, const EventsState& state) {
  std::vector<Event> copied;
  const auto add = [&](uint64_t sequence) {
    const size_t at = model.events().LowerBound(sequence);
    if (at < model.events().events().size() && model.events().events()[at].sequence == sequence) {
      copied.push_back(model.events().events()[at]);
    }
  };
  for (const uint64_t sequence : state.selected) add(sequence);
  if (!state.selected.empty()) return copied;
  for (const uint64_t sequence : state.matches) add(sequence);
  return copied;
}

void DrawToolbar(const Model& model, EventsState* state, Ui* ui) {
  ui->TextField("filter events", "Filter by any word", &state->filter.text, ui->Unit() * 10);
  ImGui::SameLine();
  DrawKind(state, ui);
  ImGui::SameLine();
  DrawClient(model.snapshot(), state, ui);
  ImGui::SameLine();
  DrawLevel(state, ui);
  ImGui::SameLine();
  if (ui->Toggle("Follow", state->follow)) state->follow = !state->follow;
  ImGui::SameLine();
  if (ui->Button("Copy JSON")) {
    ui->Do(Command::Kind::kCopy, 0, EventsToJson(ToCopy(model, *state)));
  }
  ImGui::SameLine();
  if (ui->Button("Copy Markdown")) {
    ui->Do(Command::Kind::kCopy, 0, EventsToMarkdown(ToCopy(model, *state), model.names()));
  }
}

void DrawSummary(const Model& model, const EventsState& state, size_t shown, Ui* ui) {
  std::string text = FormatCounted(shown, "event", "events");
  if (shown != model.shown_events()) text += " of " + FormatCount(model.shown_events());
  if (!state.selected.empty()) text += ", " + FormatCount(state.selected.size()) + " selected";
  text += std::string("; recorded at level ") + Name(model.snapshot().events.level);
  if (model.events().lost() > 0) text += "; " + FormatCount(model.events().lost()) + " lost";
  ui->Dim(text);
}

void Choose(const EventsState& before, uint64_t sequence, EventsState* state) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.KeyShift && before.last_clicked != 0) {
    const auto [low, high] = std::minmax(before.last_clicked, sequence);
    for (const uint64_t match : state->matches) {
      if (match >= low && match <= high) state->selected.insert(match);
    }
    return;
  }
  const bool only = state->selected.size() == 1 && state->selected.contains(sequence);
  const bool was = state->selected.contains(sequence);
  if (!io.KeyCtrl && !io.KeySuper) state->selected.clear();
  if (io.KeyCtrl || io.KeySuper ? was : only) {
    state->selected.erase(sequence);
  } else {
    state->selected.insert(sequence);
  }
  state->last_clicked = sequence;
}

void DrawRow(const Model& model, const Event& event, EventsState* state, Table* table, Ui* ui) {
  const EventNames& names = model.names();
  const std::string name = std::string(Describe(event.kind).name) + " by " + names.Client(event);
  if (table->Row(event.sequence, name, state->selected.contains(event.sequence))) {
    Choose(*state, event.sequence, state);
    state->follow = false;
  }
  const uint64_t now = model.snapshot().observed_ns;
  table->Cell(FormatCount(event.sequence), ui->palette().dim);
  table->Cell(now > event.time_ns ? FormatDuration(now - event.time_ns) : "0 ns",
              ui->palette().dim);
  table->Cell(Name(event.level), ColorOf(event.level, ui->palette()));
  table->Cell(Describe(event.kind).name, ColorOf(event.level, ui->palette()));
  table->DotCell(ui->palette().Client(event.client), names.Client(event));
  table->Cell(names.File(event));
  table->Cell(EventDetails(event, names));
}

void DrawTable(const Model& model, EventsState* state, int count, Ui* ui) {
  static constexpr Column kColumns[] = {
      {"#", 5, true},       {"ago", 5.5f, true}, {"level", 3.5f, false}, {"event", 10.5f, false},
      {"client", 8, false}, {"file", 9, false},  {"details", 0, false}};
  Table table(ui, "events", kColumns, 7, ImGui::GetContentRegionAvail().y);
  if (!table.open()) return;
  // Someone who scrolls up wants to read: following ends there.
  if (state->follow && ImGui::IsWindowHovered() && ImGui::GetIO().MouseWheel > 0) {
    state->follow = false;
  }
  ImGuiListClipper clipper;
  clipper.Begin(count);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const size_t at = model.events().LowerBound(state->matches[static_cast<size_t>(i)]);
      DrawRow(model, model.events().events()[at], state, &table, ui);
    }
  }
  if (state->follow) {
    table.Follow(state->matches[static_cast<size_t>(count) - 1], &state->followed);
  }
}

void DrawEvents(const Model& model, ViewState* view, Ui* ui) {
  EventsState* state = &view->events;
  DrawToolbar(model, state, ui);
  UpdateMatches(model, state);
  size_t shown = state->matches.size();
  if (model.paused()) {
    // While paused the table ends with the moment that is shown.
    const auto end = std::lower_bound(state->matches.begin(), state->matches.end(),
                                      model.snapshot().events.head);
    shown = static_cast<size_t>(end - state->matches.begin());
  }
  DrawSummary(model, *state, shown, ui);
  if (shown == 0) {
    if (model.shown_events() == 0) {
      ui->Empty("No events",
                "Events appear as clients join, commit and wait. The level is set with "
                "Runtime::SetEventLevel; \"off\" records nothing.");
    } else {
      ui->Empty("No event matches the filter", "Clear the text or choose a wider level.");
    }
    return;
  }
  DrawTable(model, state, static_cast<int>(shown), ui);
}

}  // namespace

const Panel kEventsPanel = {
    .name = "events",
    .title = "Events",
    .hotkey = 'e',
    .help = "The event ring: filter, follow, copy.",
    .draw = DrawEvents,
};

}  // namespace glasswal::inspector
