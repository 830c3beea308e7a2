#include "view/theme.h"

#include <cmath>

namespace glasswal::inspector {
namespace {

/// 0xrrggbb, opaque.
constexpr ImU32 Rgb(uint32_t rgb) {
  return 0xff000000u | (rgb & 0xff) << 16 | (rgb & 0xff00) | rgb >> 16;
}

constexpr std::array<ImU32, kClientColors> kDarkClients = {
    Rgb(0x6aa9ff), Rgb(0xf2a65a), Rgb(0x6fcf97), Rgb(0xd58df0), Rgb(0x57c7d4), Rgb(0xf28ba8),
    Rgb(0xc9c45a), Rgb(0x9d9bf5), Rgb(0xd9a38a), Rgb(0x8fd46b), Rgb(0x6fb3c9), Rgb(0xe0a5d8)};
constexpr std::array<ImU32, kClientColors> kLightClients = {
    Rgb(0x2469d6), Rgb(0xc05f0a), Rgb(0x1f8a55), Rgb(0x9032b8), Rgb(0x0b7f90), Rgb(0xbf2f5c),
    Rgb(0x7d7710), Rgb(0x514ed1), Rgb(0x95553a), Rgb(0x4a8a1e), Rgb(0x2c7391), Rgb(0xa0509a)};

Palette MakeDark() {
  Palette p;
  p.dark = true;
  p.background = Rgb(0x12151a);
  p.panel = Rgb(0x191d24);
  p.raised = Rgb(0x242a34);
  p.hover = Rgb(0x2e3643);
  p.border = Rgb(0x2b323d);
  p.text = Rgb(0xdde2ea);
  p.dim = Rgb(0x8d97a8);
  p.accent = Rgb(0x6aa9ff);
  p.on_accent = Rgb(0x0d1420);
  p.good = Rgb(0x5fc38e);
  p.warning = Rgb(0xe8b75a);
  p.bad = Rgb(0xf0716d);
  p.clients = kDarkClients;
  // In the order of SegmentKind.
  p.segments = {Rgb(0x232932), Rgb(0x343c49), Rgb(0x6f7a8c), Rgb(0xe8b75a),
                Rgb(0xb08cf0), Rgb(0x57a0a8), Rgb(0xf28ba8), Rgb(0x4f8fe6),
                Rgb(0x5fc38e), Rgb(0xd99a5b), Rgb(0xa8cf6a), Rgb(0xf0716d)};
  // In the order of PageKind.
  p.pages = {Rgb(0x4a525f), Rgb(0x8fbaff), Rgb(0x3f7fd9), Rgb(0x9fe0bb), Rgb(0x3fa873),
             Rgb(0xd99a5b), Rgb(0x4d4560), Rgb(0x282e38), Rgb(0xd58df0), Rgb(0xf0716d)};
  return p;
}

Palette MakeLight() {
  Palette p;
  p.dark = false;
  p.background = Rgb(0xeef0f3);
  p.panel = Rgb(0xffffff);
  p.raised = Rgb(0xe9ecf1);
  p.hover = Rgb(0xdde3eb);
  p.border = Rgb(0xd3d9e1);
  p.text = Rgb(0x1d2430);
  p.dim = Rgb(0x586274);
  p.accent = Rgb(0x1f62cc);
  p.on_accent = Rgb(0xffffff);
  p.good = Rgb(0x1b7f4d);
  p.warning = Rgb(0x946200);
  p.bad = Rgb(0xc22f2c);
  p.clients = kLightClients;
  p.segments = {Rgb(0xe6e9ee), Rgb(0xcdd4dd), Rgb(0x8a95a6), Rgb(0xd79a1f),
                Rgb(0x8a5cd6), Rgb(0x3d8a93), Rgb(0xcf4f78), Rgb(0x3b78d6),
                Rgb(0x2f9a62), Rgb(0xc2793a), Rgb(0x7aa52f), Rgb(0xc22f2c)};
  p.pages = {Rgb(0xaab2be), Rgb(0x1d4f9e), Rgb(0x5c95e6), Rgb(0x14633c), Rgb(0x4fb381),
             Rgb(0xc2793a), Rgb(0xb9adcf), Rgb(0xe6e9ee), Rgb(0x9032b8), Rgb(0xc22f2c)};
  return p;
}

void SetMeasures(ImGuiStyle* style) {
  style->WindowPadding = ImVec2(0, 0);
  style->WindowBorderSize = 0;
  style->WindowRounding = 0;
  style->ChildRounding = 6;
  style->ChildBorderSize = 0;
  style->PopupRounding = 8;
  style->PopupBorderSize = 1;
  style->FramePadding = ImVec2(10, 5);
  style->FrameRounding = 5;
  style->ItemSpacing = ImVec2(8, 6);
  style->ItemInnerSpacing = ImVec2(6, 4);
  style->CellPadding = ImVec2(8, 4);
  style->ScrollbarSize = 11;
  style->ScrollbarRounding = 6;
  style->GrabMinSize = 12;
  style->GrabRounding = 6;
}

}  // namespace

const Palette& DarkPalette() {
  static const Palette palette = MakeDark();
  return palette;
}

const Palette& LightPalette() {
  static const Palette palette = MakeLight();
  return palette;
}

ImU32 ColorOf(EventLevel level, const Palette& palette) {
  switch (level) {
    case EventLevel::kError:
      return palette.bad;
    case EventLevel::kWarn:
      return palette.warning;
    case EventLevel::kInfo:
      return palette.text;
    default:
      return palette.dim;
  }
}

ImU32 ColorOf(Finding::Severity severity, const Palette& palette) {
  switch (severity) {
    case Finding::Severity::kProblem:
      return palette.bad;
    case Finding::Severity::kWarning:
      return palette.warning;
    default:
      return palette.dim;
  }
}

ImU32 Fade(ImU32 color, float opacity) {
  return (color & 0x00ffffffu) | static_cast<ImU32>(std::lround(opacity * 255.0f)) << 24;
}

void ApplyTheme(const Palette& p) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  SetMeasures(&style);
  p.dark ? ImGui::StyleColorsDark(&style) : ImGui::StyleColorsLight(&style);
  const auto set = [&](ImGuiCol index, ImU32 color) {
    style.Colors[index] = ImGui::ColorConvertU32ToFloat4(color);
  };
  set(ImGuiCol_WindowBg, p.panel);
  set(ImGuiCol_ChildBg, 0);
  set(ImGuiCol_PopupBg, p.panel);
  set(ImGuiCol_Border, p.border);
  set(ImGuiCol_Text, p.text);
  set(ImGuiCol_TextDisabled, p.dim);
  set(ImGuiCol_TextSelectedBg, Fade(p.accent, 0.35f));
  set(ImGuiCol_FrameBg, p.raised);
  set(ImGuiCol_FrameBgHovered, p.hover);
  set(ImGuiCol_FrameBgActive, p.hover);
  set(ImGuiCol_Button, p.raised);
  set(ImGuiCol_ButtonHovered, p.hover);
  set(ImGuiCol_ButtonActive, Fade(p.accent, 0.45f));
  set(ImGuiCol_Header, Fade(p.accent, 0.22f));
  set(ImGuiCol_HeaderHovered, Fade(p.accent, 0.14f));
  set(ImGuiCol_HeaderActive, Fade(p.accent, 0.30f));
  set(ImGuiCol_CheckMark, p.accent);
  set(ImGuiCol_SliderGrab, p.accent);
  set(ImGuiCol_SliderGrabActive, p.accent);
  set(ImGuiCol_Separator, p.border);
  set(ImGuiCol_SeparatorHovered, p.accent);
  set(ImGuiCol_SeparatorActive, p.accent);
  set(ImGuiCol_TableHeaderBg, p.panel);
  set(ImGuiCol_TableBorderStrong, p.border);
  set(ImGuiCol_TableBorderLight, Fade(p.border, 0.7f));
  set(ImGuiCol_TableRowBg, 0);
  set(ImGuiCol_TableRowBgAlt, Fade(p.text, 0.025f));
  set(ImGuiCol_ScrollbarBg, 0);
  set(ImGuiCol_ScrollbarGrab, p.hover);
  set(ImGuiCol_ScrollbarGrabHovered, p.dim);
  set(ImGuiCol_ScrollbarGrabActive, p.dim);
  set(ImGuiCol_NavHighlight, p.accent);
  set(ImGuiCol_ModalWindowDimBg, Fade(p.background, 0.6f));
}

}  // namespace glasswal::inspector
