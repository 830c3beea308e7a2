#include "cli/top/frame.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/commands/describe.h"
#include "cli/table.h"
#include "model/finding.h"
#include "model/format.h"

namespace glasswal::inspector::cli {
namespace {

constexpr size_t kBarCells = 16;
constexpr size_t kLeastPane = 4;  // Lines of the pane below: its title, its heading and two rows.

std::string PerSecond(double value) { return FormatQuantity(value) + "/s"; }
std::string PercentOf(double part) { return FormatQuantity(std::round(part * 1000) / 10) + " %"; }

/// A name, then what it is: "commits 12.3 k/s".
void AddFact(const char* name, const std::string& value, Style style, Line* line) {
  if (!line->empty()) line->push_back({"  "});
  line->push_back({std::string(name) + " ", Style::kDim});
  line->push_back({value, style});
}

Line HeadLine(const Model& model, const TopSize& size, const TopState& state) {
  const Snapshot& snapshot = model.snapshot();
  Line line = {{"glasswal ", Style::kDim}, {model.title(), Style::kTitle}};
  line.push_back({"  " + FormatCounted(snapshot.clients.size(), "client", "clients") + ", " +
                  FormatCounted(snapshot.connections.size(), "connection", "connections")});
  const std::string right = !model.live()  ? "capture"
                            : state.paused ? "PAUSED"
                                           : "every " + FormatQuantity(state.interval_s) + " s";
  const size_t taken = CellsOf(line) + right.size();
  if (size.width > taken) line.push_back({std::string(size.width - taken, ' ')});
  if (size.width == 0) line.push_back({"  "});
  line.push_back({right, state.paused ? Style::kWarning : Style::kDim});
  return line;
}

Line RateLine(const Model& model, const TopState& state) {
  const Rates& rates = model.shown().rates;
  // Waits that last are in it, which the counters have when they are over.
  double waiting = 0;
  for (const TopRow& row : RowsOf(model, state)) waiting += row.waiting;
  // One moment alone, as a capture without a history has it, has no rates.
  const bool known = rates.seconds > 0;
  Line line;
  const auto add = [&](const char* name, const std::string& text, double value, Style style) {
    AddFact(name, known ? text : "-", value > 0 ? style : Style::kDim, &line);
  };
  add("commits", PerSecond(rates.commits), rates.commits, Style::kPlain);
  add("reads", PerSecond(rates.reads), rates.reads, Style::kPlain);
  add("busy", PerSecond(rates.busy), rates.busy, Style::kWarning);
  add("waiting", PercentOf(waiting), waiting, Style::kWarning);
  add("written", FormatBytes(static_cast<uint64_t>(rates.write_bytes)) + "/s", rates.write_bytes,
      Style::kPlain);
  return line;
}

/// The fullest log: the one that says most.
const WalSnapshot* LongestLog(const Snapshot& snapshot) {
  const WalSnapshot* longest = nullptr;
  for (const WalSnapshot& wal : snapshot.wals) {
    if (longest == nullptr || wal.frames > longest->frames) longest = &wal;
  }
  return longest;
}

Line MemoryLine(const Snapshot& snapshot) {
  const RegionSnapshot& region = snapshot.region;
  const uint64_t used =
      region.committed_bytes - std::min(region.free_bytes, region.committed_bytes);
  const double part = region.capacity_bytes == 0
                          ? 0
                          : static_cast<double>(used) / static_cast<double>(region.capacity_bytes);
  const auto full = static_cast<size_t>(std::clamp(part, 0.0, 1.0) * kBarCells + 0.5);
  const Style style = part >= 0.9 ? Style::kBad : part >= 0.8 ? Style::kWarning : Style::kGood;
  Line line = {{"memory ", Style::kDim},
               {"["},
               {std::string(full, '|'), style},
               {std::string(kBarCells - full, ' ')},
               {"] "},
               {FormatBytes(used)},
               {" of " + FormatBytes(region.capacity_bytes), Style::kDim}};
  if (const WalSnapshot* wal = LongestLog(snapshot)) {
    AddFact("log", FormatCounted(wal->frames, "frame", "frames"), Style::kPlain, &line);
    if (wal->frames > 0) {
      line.push_back({", " + FormatPercent(wal->backfilled, wal->frames) + " copied",
                      wal->held_back_by ? Style::kWarning : Style::kDim});
    }
  }
  return line;
}

/// The text in lines of so many cells, at most two of them; what is too long is cut.
std::vector<Line> InTwoLines(const Span& span, size_t width) {
  if (width == 0 || CellsOf(span.text) <= width) return {{span}};
  // A space at which what is before fits, and most of the line is used.
  size_t at = span.text.rfind(' ', width);
  while (at != std::string::npos && CellsOf(span.text.substr(0, at)) > width) {
    at = at > 0 ? span.text.rfind(' ', at - 1) : std::string::npos;
  }
  if (at == std::string::npos || at < width / 2) return {{span}};
  return {{{span.text.substr(0, at), span.style}}, {{span.text.substr(at + 1), span.style}}};
}

/// The one thing to know: that the region is gone, or the worst finding.
std::vector<Line> NewsLines(const Model& model, size_t width) {
  if (!model.problem().empty()) return InTwoLines({model.problem(), Style::kBad}, width);
  if (model.findings().empty()) return {{{"Nothing looks wrong.", Style::kDim}}};
  const Finding& worst = model.findings()[0];
  const Style style = worst.severity == Finding::Severity::kProblem   ? Style::kBad
                      : worst.severity == Finding::Severity::kWarning ? Style::kWarning
                                                                      : Style::kPlain;
  const size_t count = model.findings().size();
  const std::string which = count > 1 ? "(1 of " + std::to_string(count) + ") " : "";
  return InTwoLines({which + worst.sentence, style}, width);
}

Span StateOf(const TopRow& row) {
  const ClientSnapshot& client = row.client;
  if (client.state != ClientState::kLive) return {Name(client.state), Style::kBad};
  if (row.dead) return {"dead", Style::kBad};
  const bool silent = client.silent_ns && *client.silent_ns >= kSilentHolderNs;
  if (!silent) return {"", Style::kDim};
  return {FormatDuration(*client.silent_ns),
          client.held_locks > client.connections ? Style::kBad : Style::kDim};
}

TextTable ClientTable(const std::vector<TopRow>& rows, const TopState& state) {
  const auto title = [&](TopSort sort) {
    return std::string(TitleOf(sort)) + (sort != state.sort ? ""
                                         : state.reversed   ? "\xe2\x96\xb2"
                                                            : "\xe2\x96\xbc");
  };
  TextTable table({{title(TopSort::kSlot), true},
                   {title(TopSort::kClient), false, 10},
                   {"PROCESS", true, 7, 7},
                   {title(TopSort::kConnections), true, 6, 6},
                   {title(TopSort::kCommits), true, 9},
                   {title(TopSort::kReads), true, 7, 2},
                   {title(TopSort::kWaiting), true, 6, 1},
                   {title(TopSort::kLocks), true, 6, 5},
                   {title(TopSort::kMemory), true, 8, 8},
                   {title(TopSort::kSilent), true, 7, 4},
                   {"NOW", false, 20}});
  for (const TopRow& row : rows) {
    const auto quiet = [](double value) { return value > 0 ? Style::kPlain : Style::kDim; };
    table.Add({{std::to_string(row.client.slot), Style::kDim},
               {row.client.name, Style::kTitle},
               {row.client.kind == ClientKind::kProcess ? std::to_string(row.client.process_id)
                                                        : Name(row.client.kind),
                Style::kDim},
               {std::to_string(row.client.connections), Style::kDim},
               {row.rated ? FormatQuantity(row.commits) : "-", quiet(row.commits)},
               {row.rated ? FormatQuantity(row.reads) : "-", quiet(row.reads)},
               {row.rated ? PercentOf(row.waiting) : "-",
                row.waiting > 0.5 ? Style::kWarning : quiet(row.waiting)},
               {std::to_string(row.client.held_locks), quiet(row.client.held_locks)},
               {FormatBytes(row.client.private_bytes), Style::kDim},
               StateOf(row),
               row.doing});
  }
  return table;
}

/// The whole row in one style, to the end of the line.
Line Whole(const Line& line, Style style, size_t width) {
  std::string text;
  for (const Span& span : line) text += span.text;
  return {{width > 0 ? Padded(text, width, false) : text, style}};
}

std::vector<Line> EventLines(const Model& model, size_t most) {
  std::vector<Line> lines = {{{"EVENTS", Style::kHeading}}};
  const auto& events = model.events().events();
  const uint64_t now_ns = model.snapshot().observed_ns;
  for (size_t i = events.size() - std::min(events.size(), most); i < events.size(); ++i) {
    const Event& event = events[i];
    const Style style = event.level == EventLevel::kError  ? Style::kBad
                        : event.level == EventLevel::kWarn ? Style::kWarning
                                                           : Style::kPlain;
    const uint64_t age_ns = now_ns - std::min(now_ns, event.time_ns);
    lines.push_back({{Padded(FormatDuration(age_ns), 12, true) + " ago  ", Style::kDim},
                     {Padded(Describe(event.kind).name, EventCells(), false) + "  ", style},
                     {Padded(model.names().Client(event), 12, false) + "  "},
                     {EventDetails(event, model.names()), Style::kDim}});
  }
  return lines;
}

std::vector<Line> PaneLines(const Model& model, const TopState& state, size_t width, size_t most) {
  switch (state.pane) {
    case TopPane::kStatements:
      return StatementTable(model.snapshot(), most).Lines(width);
    case TopPane::kConnections:
      return ConnectionTable(model.snapshot()).Lines(width);
    case TopPane::kEvents:
      return EventLines(model, most > 1 ? most - 1 : 0);
    default:
      return LockTable(model.snapshot(), /*all=*/false).Lines(width);
  }
}

std::vector<Line> HelpLines() {
  const std::pair<const char*, const char*> kKeys[] = {
      {"Up, Down", "choose a client"},
      {"< >", "the column that the clients are sorted by"},
      {"r", "the other way round"},
      {"Tab", "below: locks, statements, connections, events"},
      {"c", "cancel the statement that the chosen client runs;"},
      {"", "a write takes its whole transaction back with it"},
      {"e", "evict the chosen client: end it for good"},
      {"Space", "pause, and go on"},
      {"+ -", "look more often, or less"},
      {"?", "this, and back"},
      {"q", "quit"},
  };
  std::vector<Line> lines;
  for (const auto& [key, what] : kKeys) {
    lines.push_back({{" " + Padded(key, 10, false), Style::kKey}, {what}});
  }
  lines.push_back({});
  lines.push_back(
      {{" WAIT", Style::kKey}, {" is the part of the time that a client waited for locks,"}});
  lines.push_back(
      {{" SILENT", Style::kKey}, {" how long it has not touched the region, from 1 s on."}});
  return lines;
}

Line FootLine(const Model& model, const TopState& state) {
  if (!state.question.empty()) return {{state.question, Style::kWarning}};
  if (!state.message.empty()) return {{state.message, Style::kTitle}};
  Line line;
  const auto add = [&line](const char* key, const std::string& what) {
    line.push_back({key, Style::kKey});
    line.push_back({" " + what + "  "});
  };
  add("q", "quit");
  add("?", "help");
  add("Tab", Name(static_cast<TopPane>((static_cast<uint32_t>(state.pane) + 1) %
                                       static_cast<uint32_t>(TopPane::kCount))));
  add("< >", "sort");
  if (model.live()) {
    add("c", "cancel");
    add("e", "evict");
    add("Space", state.paused ? "go on" : "pause");
  }
  return line;
}

/// The rows of the clients that there is room for, with the selected one among them.
std::vector<Line> ClientLines(const std::vector<TopRow>& rows, const TopSize& size, size_t most,
                              TopState* state) {
  std::vector<Line> lines = ClientTable(rows, *state).Lines(size.width);
  std::vector<Line> shown = {Whole(lines[0], Style::kHeading, size.width)};
  size_t selected = rows.size();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].client.slot == state->slot && rows[i].client.generation == state->generation) {
      selected = i;
    }
  }
  if (selected < rows.size()) {
    lines[selected + 1] = Whole(lines[selected + 1], Style::kSelected, size.width);
    if (selected < state->first) state->first = selected;
    if (selected >= state->first + most) state->first = selected + 1 - most;
  }
  state->first = std::min(state->first, rows.size() - std::min(rows.size(), most));
  for (size_t i = 0; i < std::min(most, rows.size() - state->first); ++i) {
    shown.push_back(lines[1 + state->first + i]);
  }
  return shown;
}

}  // namespace

const char* Name(TopPane pane) {
  switch (pane) {
    case TopPane::kStatements:
      return "statements";
    case TopPane::kConnections:
      return "connections";
    case TopPane::kEvents:
      return "events";
    default:
      return "locks";
  }
}

std::vector<TopRow> RowsOf(const Model& model, const TopState& state) {
  if (!model.has_snapshot()) return {};
  const auto& samples = model.history().samples();
  const size_t at = model.shown_position();
  const Snapshot& now = model.snapshot();
  std::vector<TopRow> rows = TopRows(at > 0 ? *samples[at - 1].snapshot : now, now, state.dead);
  SortRows(state.sort, state.reversed, &rows);
  return rows;
}

std::vector<Line> TopFrame(const Model& model, const TopSize& size, TopState* state) {
  std::vector<Line> lines;
  const size_t height = size.height == 0 ? SIZE_MAX : size.height;
  if (!model.has_snapshot()) {
    lines = NewsLines(model, size.width);
  } else {
    lines = {HeadLine(model, size, *state), RateLine(model, *state), MemoryLine(model.snapshot())};
    for (Line& line : NewsLines(model, size.width)) lines.push_back(std::move(line));
    lines.emplace_back();
    const size_t room = height - std::min(height, lines.size() + (size.height > 0 ? 1 : 0));
    if (state->help) {
      for (const Line& line : HelpLines()) lines.push_back(line);
    } else if (room > 1) {
      const std::vector<TopRow> rows = RowsOf(model, *state);
      // A third for what stands below where there is not enough for all; all of it is the clients' where
      // there is little.
      const size_t pane = room > 2 * kLeastPane ? std::max(kLeastPane, room / 3) : 0;
      const size_t least = rows.size() + 1 + kLeastPane <= room ? 0 : pane;
      const size_t most = std::min(rows.size(), room - least - 1);
      for (Line& line : ClientLines(rows, size, most, state)) lines.push_back(std::move(line));
      const size_t left = height - std::min(height, lines.size() + (size.height > 0 ? 1 : 0));
      if (left >= kLeastPane - 1) {
        lines.push_back({});
        std::vector<Line> below = PaneLines(model, *state, size.width, left - 1);
        below[0] = Whole(below[0], Style::kHeading, size.width);
        for (size_t i = 0; i < below.size() && i + 1 < left; ++i) lines.push_back(below[i]);
      }
    }
  }
  if (size.height > 0) {
    lines.resize(size.height - 1);
    lines.push_back(FootLine(model, *state));
  }
  if (size.width > 0) {
    for (Line& line : lines) line = Clipped(line, size.width);
  }
  return lines;
}

}  // namespace glasswal::inspector::cli
