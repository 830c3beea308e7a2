#include "view/panel.h"

#include "model/format.h"

namespace glasswal::inspector {
namespace {

constexpr const Panel* kAll[] = {
#define GLASSWAL_PANEL_ADDRESS(panel) &k##panel##Panel,
    GLASSWAL_PANELS(GLASSWAL_PANEL_ADDRESS)
#undef GLASSWAL_PANEL_ADDRESS
};

template <typename Is>
std::optional<PanelId> First(Is is) {
  for (uint32_t i = 0; i < kPanels; ++i) {
    if (is(*kAll[i])) return static_cast<PanelId>(i);
  }
  return std::nullopt;
}

}  // namespace

std::span<const Panel* const> Panels() { return kAll; }

const Panel& Describe(PanelId panel) { return *kAll[static_cast<size_t>(panel)]; }

std::optional<PanelId> PanelByName(std::string_view name) {
  return First([name](const Panel& panel) { return name == panel.name; });
}

std::optional<PanelId> PanelByHotkey(uint32_t letter) {
  return First(
      [letter](const Panel& panel) { return letter == static_cast<unsigned char>(panel.hotkey); });
}

Badge CountBadge(size_t count, const Palette& palette) {
  return {count == 0 ? std::string() : FormatCount(count), palette.dim};
}

}  // namespace glasswal::inspector
