#include "view/font.h"

#include <cmath>

#include "imgui.h"

namespace glasswal::inspector {
namespace {

// Latin, and what names may hold of it; punctuation; the arrow and other signs of the panels.
constexpr ImWchar kRanges[] = {0x20, 0xff, 0x2010, 0x2026, 0};
constexpr ImWchar kLargeRanges[] = {0x20, 0x7e, 0xb5, 0xb5, 0};
constexpr float kBitmapPixels = 13;  // The size that ImGui's own font was drawn for.

}  // namespace

ImFont* LargeFont() { return ImGui::GetIO().Fonts->Fonts.back(); }

void BuildFonts(float pixel_ratio) {
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  io.Fonts->Flags |= ImFontAtlasFlags_NoMouseCursors;
  ImFontConfig config;
  config.OversampleH = 2;
  config.OversampleV = 1;
  if (kFontBytes > 0) {
    config.FontDataOwnedByAtlas = false;
    // Whole pixels, on which stems stay sharp.
    const float pixels = std::round(kFontPoints * pixel_ratio);
    io.Fonts->AddFontFromMemoryTTF(const_cast<unsigned char*>(kFontData),
                                   static_cast<int>(kFontBytes), pixels, &config, kRanges);
    io.Fonts->AddFontFromMemoryTTF(const_cast<unsigned char*>(kFontData),
                                   static_cast<int>(kFontBytes),
                                   std::round(kLargePoints * pixel_ratio), &config, kLargeRanges);
  } else {
    config.SizePixels = kBitmapPixels * std::ceil(pixel_ratio);
    io.Fonts->AddFontDefault(&config);
  }
  io.Fonts->Build();
  io.FontGlobalScale = 1 / (kFontBytes > 0 ? pixel_ratio : std::ceil(pixel_ratio));
}

}  // namespace glasswal::inspector
