// The files of the directory: size, capacity, and who has them open.
#include "model/format.h"
#include "view/panel.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

std::string Openers(const Snapshot& s, const FileSnapshot& file) {
  std::string text;
  for (const uint32_t slot : file.openers) {
    for (const ClientSnapshot& client : s.clients) {
      if (client.slot == slot) text += (text.empty() ? "" : ", ") + client.name;
    }
  }
  return text.empty() ? "nobody" : text;
}

float Part(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<float>(static_cast<double>(part) / static_cast<double>(whole));
}

ImU32 FillColor(float part, const Palette& palette) {
  return part > 0.95f ? palette.bad : part > 0.8f ? palette.warning : palette.accent;
}

void DrawRow(const Snapshot& s, const FileSnapshot& file, const Selection& selected, Table* table,
             Ui* ui) {
  const Selection selection{Selection::Kind::kFile, file.number};
  if (table->Row(file.number, file.path, selected == selection)) ui->Select(selection);
  table->Cell(file.path);
  table->Cell(Name(file.kind), ui->palette().dim);
  table->Cell(Name(file.state),
              file.state == FileState::kLive ? ui->palette().dim : ui->palette().warning);
  const float part = Part(file.logical_size_bytes, file.max_capacity_bytes);
  table->BarCell(
      part, FillColor(part, ui->palette()),
      FormatBytes(file.logical_size_bytes) + " of " + FormatBytes(file.max_capacity_bytes));
  table->Cell(FormatBytes(file.allocated_bytes));
  table->Cell(FormatBytes(file.peak_bytes));
  table->Cell(FormatBytes(file.reclaimed_bytes));
  table->Cell(file.kind == FileKind::kDatabase ? Name(file.lock_state) : "-");
  table->Cell(Openers(s, file));
}

void DrawFiles(const Model& model, ViewState* state, Ui* ui) {
  const Snapshot& s = model.snapshot();
  if (s.files.empty()) {
    ui->Empty("No files yet", "A file appears when a client first writes to a database.");
    return;
  }
  static constexpr Column kColumns[] = {
      {"path", 12, false},         {"kind", 5, false},     {"state", 4.5f, false},
      {"size of most", 12, false}, {"allocated", 6, true}, {"peak", 6, true},
      {"reclaimed", 6, true},      {"lock", 5.5f, false},  {"open in", 0, false}};
  Table table(ui, "files", kColumns, 9, ImGui::GetContentRegionAvail().y);
  if (!table.open()) return;
  for (const FileSnapshot& file : s.files) DrawRow(s, file, state->selection, &table, ui);
}

Badge CountFiles(const Model& model, const Palette& palette) {
  return CountBadge(model.snapshot().files.size(), palette);
}

}  // namespace

const Panel kFilesPanel = {
    .name = "files",
    .title = "Files",
    .hotkey = 'd',
    .help = "Databases, logs and journals: size, capacity, who has them open.",
    .draw = DrawFiles,
    .badge = CountFiles,
};

}  // namespace glasswal::inspector
