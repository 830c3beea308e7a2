// Compare: what changed between two moments, of one source or of two captures.
#include "model/format.h"
#include "view/panel.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

void DrawCompare(const Model& model, ViewState*, Ui* ui) {
  if (ui->Button("Use this moment as the first", "", Ui::Look::kPrimary)) {
    ui->Do(Command::Kind::kSetBaseline);
  }
  ImGui::SameLine();
  if (ui->Button("Open a capture as the first")) ui->Do(Command::Kind::kOpenBaseline);
  const Comparison* comparison = model.comparison();
  if (comparison == nullptr) {
    ui->Empty("Nothing to compare with",
              "Choose a first moment: the one that is shown now, or a capture. The second is "
              "whatever is shown afterwards.");
    return;
  }
  ImGui::SameLine();
  if (ui->Button("Clear")) ui->Do(Command::Kind::kClearBaseline);
  ui->Status(FormatCounted(comparison->differences.size(), "difference", "differences") +
             " between " + comparison->before_title + " and " + comparison->after_title);
  if (comparison->differences.empty()) {
    ui->Empty("No difference", "Both moments are the same in everything that is compared.");
    return;
  }
  static constexpr Column kColumns[] = {
      {"of", 14, false}, {"what", 10, false}, {"before", 0, true}, {"after", 0, true}};
  Table table(ui, "differences", kColumns, 4, ImGui::GetContentRegionAvail().y);
  if (!table.open()) return;
  uint64_t row = 0;
  for (const Difference& d : comparison->differences) {
    table.Row(++row, d.group + " " + d.what, false);
    table.Cell(d.group);
    table.Cell(d.what, ui->palette().dim);
    table.Cell(d.before.empty() ? "-" : d.before);
    table.Cell(d.after.empty() ? "gone" : d.after, d.after.empty()    ? ui->palette().bad
                                                   : d.before.empty() ? ui->palette().good
                                                                      : ui->palette().text);
  }
}

}  // namespace

const Panel kComparePanel = {
    .name = "compare",
    .title = "Compare",
    .hotkey = 'm',
    .help = "Two moments side by side: what changed between them.",
    .draw = DrawCompare,
};

}  // namespace glasswal::inspector
