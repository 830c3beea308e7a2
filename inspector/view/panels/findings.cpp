// Findings: what looks wrong, the worst first, with a way to where there is more to see.
#include "model/format.h"
#include "view/panel.h"

namespace glasswal::inspector {
namespace {

void DrawFinding(const Finding& finding, Ui* ui) {
  const ImU32 color = ColorOf(finding.severity, ui->palette());
  ImGui::BeginGroup();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Indent(ui->Unit() * 0.8f);
  ui->Text(std::string(Name(finding.severity)) + ": " + finding.rule, color);
  ui->Wrapped(finding.sentence);
  ImGui::PushStyleColor(ImGuiCol_Text, ui->palette().dim);
  ui->Wrapped(finding.advice);
  ImGui::PopStyleColor();
  const std::string label = std::string("Show in ") + Describe(finding.panel).title;
  if (ui->Button(label.c_str(), label + ": " + finding.sentence)) {
    ui->Show(finding.panel, finding.selection);
  }
  ImGui::Unindent(ui->Unit() * 0.8f);
  ImGui::EndGroup();
  const ImVec2 end = ImGui::GetItemRectMax();
  ImGui::GetWindowDrawList()->AddRectFilled(at, ImVec2(at.x + 3, end.y), color, 2);
  ui->Note(Role::kStatus, ImGui::GetID("finding"), finding.sentence, at, end);
  ImGui::Dummy(ImVec2(0, ui->Unit() * 0.5f));
}

void DrawFindings(const Model& model, ViewState*, Ui* ui) {
  if (model.findings().empty()) {
    ui->Empty("Nothing looks wrong",
              "Long-held locks, silent holders, readers that hold a checkpoint back, memory that "
              "runs out, recoveries and lost events would be named here.");
    return;
  }
  for (size_t i = 0; i < model.findings().size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    DrawFinding(model.findings()[i], ui);
    ImGui::PopID();
  }
}

Badge CountFindings(const Model& model, const Palette& palette) {
  Badge badge = CountBadge(model.findings().size(), palette);
  if (!model.findings().empty()) {
    badge.color = ColorOf(model.findings().front().severity, palette);
  }
  return badge;
}

}  // namespace

const Panel kFindingsPanel = {
    .name = "findings",
    .title = "Findings",
    .hotkey = 'f',
    .help = "What looks wrong, in sentences.",
    .draw = DrawFindings,
    .badge = CountFindings,
};

}  // namespace glasswal::inspector
