// Builds ImGui's atlas from glyphs that the page draws (fonts.h).
#include "platform/html5/fonts.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "imgui.h"
#include "imgui_internal.h"
#include "platform/html5/host.h"

namespace glasswal::inspector {
namespace {

// What the inspector writes itself, and what names of clients and files are usually made of.
struct CodePoints {
  uint32_t first;
  uint32_t last;
};
constexpr CodePoints kCodePoints[] = {
    {0x20, 0x7e},     {0xa0, 0x17f},    {0x391, 0x3c9},   {0x410, 0x44f},   {0x2013, 0x2014},
    {0x2018, 0x201d}, {0x2022, 0x2022}, {0x2026, 0x2026}, {0x2030, 0x2030}, {0x203a, 0x203a},
    {0x2190, 0x2195}, {0x21b5, 0x21b5}, {0x21e7, 0x21e7}, {0x2260, 0x2265}, {0x2303, 0x2303},
    {0x2318, 0x2318}, {0x2325, 0x2325}, {0x25a0, 0x25a1}, {0x25b2, 0x25bf}, {0x25c0, 0x25cf},
    {0x2605, 0x2606}, {0x26a0, 0x26a0}, {0x2713, 0x2717}, {0xfffd, 0xfffd},
};
constexpr int kPadding = 1;  // Between glyphs, so that none bleeds into its neighbour.

struct Glyph {
  int font;
  uint32_t code_point;
  float advance, left, top;
  int width, height;
  int x = 0, y = 0;
};

/// Which of the page's fonts stands for this one.
int PageFont(const ImFontConfig& config) {
  if (std::strstr(config.Name, "bold") != nullptr) return 1;
  return std::strstr(config.Name, "mono") != nullptr ? 2 : 0;
}

std::vector<Glyph> Measure(const ImFontAtlas& atlas) {
  std::vector<Glyph> glyphs;
  for (int font = 0; font < atlas.ConfigData.Size; ++font) {
    const ImFontConfig& config = atlas.ConfigData[font];
    // One font of the page has all glyphs: there is nothing to merge.
    if (config.MergeMode) continue;
    for (const CodePoints& range : kCodePoints) {
      for (uint32_t code_point = range.first; code_point <= range.last; ++code_point) {
        float metrics[5];
        if (inspector_host_measure_glyph(PageFont(config), config.SizePixels, code_point,
                                         metrics) == 0) {
          continue;
        }
        glyphs.push_back({font, code_point, metrics[0], metrics[1], metrics[2],
                          static_cast<int>(metrics[3]), static_cast<int>(metrics[4])});
      }
    }
  }
  return glyphs;
}

/// Lays boxes side by side on shelves as wide as the atlas.
class Shelves {
 public:
  explicit Shelves(int width) : width_(width) {}

  void Place(int width, int height, int* x, int* y) {
    if (x_ + width + kPadding > width_) {
      x_ = kPadding;
      y_ += shelf_ + kPadding;
      shelf_ = 0;
    }
    *x = x_;
    *y = y_;
    x_ += width + kPadding;
    shelf_ = std::max(shelf_, height);
  }

  int height() const { return y_ + shelf_ + kPadding; }

 private:
  const int width_;
  int x_ = kPadding;
  int y_ = kPadding;
  int shelf_ = 0;
};

/// Places ImGui's own boxes (the white pixel, the lines) and all glyphs; how high that makes it.
int PlaceAll(ImFontAtlas* atlas, std::vector<Glyph>* glyphs) {
  Shelves shelves(atlas->TexWidth);
  for (ImFontAtlasCustomRect& box : atlas->CustomRects) {
    int x, y;
    shelves.Place(box.Width, box.Height, &x, &y);
    box.X = static_cast<unsigned short>(x);
    box.Y = static_cast<unsigned short>(y);
  }
  for (Glyph& glyph : *glyphs) shelves.Place(glyph.width, glyph.height, &glyph.x, &glyph.y);
  return ImUpperPowerOfTwo(shelves.height());
}

void AddGlyph(ImFontAtlas* atlas, const Glyph& glyph) {
  const ImFontConfig& config = atlas->ConfigData[glyph.font];
  float metrics[5];
  inspector_host_measure_glyph(PageFont(config), config.SizePixels, glyph.code_point, metrics);
  inspector_host_draw_glyph(atlas->TexPixelsAlpha8 + glyph.y * atlas->TexWidth + glyph.x,
                            glyph.width, glyph.height, atlas->TexWidth);
  ImFont* font = config.DstFont;
  const float x = glyph.left;
  const float y = std::round(font->Ascent) + glyph.top;
  const ImVec2 scale = atlas->TexUvScale;
  font->AddGlyph(nullptr, static_cast<ImWchar>(glyph.code_point), x, y,
                 x + static_cast<float>(glyph.width), y + static_cast<float>(glyph.height),
                 static_cast<float>(glyph.x) * scale.x, static_cast<float>(glyph.y) * scale.y,
                 static_cast<float>(glyph.x + glyph.width) * scale.x,
                 static_cast<float>(glyph.y + glyph.height) * scale.y, glyph.advance);
}

void SetUpFonts(ImFontAtlas* atlas) {
  for (ImFontConfig& config : atlas->ConfigData) {
    float ascent = 0;
    float descent = 0;
    inspector_host_measure_font(PageFont(config), config.SizePixels, &ascent, &descent);
    // The font is as high as was asked for; its baseline is where the letters stand in the middle.
    const float spare = config.SizePixels - ascent - descent;
    ImFontAtlasBuildSetupFont(atlas, config.DstFont, &config, ascent + spare / 2, -descent);
  }
}

bool Build(ImFontAtlas* atlas) {
  ImFontAtlasBuildInit(atlas);
  std::vector<Glyph> glyphs = Measure(*atlas);
  // Large glyphs, as for a high pixel ratio, would make a narrow atlas higher than cards allow.
  atlas->TexWidth = glyphs.size() > 1000 || atlas->ConfigData[0].SizePixels > 20 ? 2048 : 1024;
  atlas->TexHeight = PlaceAll(atlas, &glyphs);
  atlas->TexUvScale = ImVec2(1.0f / static_cast<float>(atlas->TexWidth),
                             1.0f / static_cast<float>(atlas->TexHeight));
  const size_t size = static_cast<size_t>(atlas->TexWidth) * static_cast<size_t>(atlas->TexHeight);
  atlas->TexPixelsAlpha8 = static_cast<unsigned char*>(IM_ALLOC(size));
  std::memset(atlas->TexPixelsAlpha8, 0, size);
  SetUpFonts(atlas);
  for (const Glyph& glyph : glyphs) AddGlyph(atlas, glyph);
  ImFontAtlasBuildFinish(atlas);
  return true;
}

}  // namespace

void UsePageFonts() {
  static const ImFontBuilderIO builder = {Build};
  ImGui::GetIO().Fonts->FontBuilderIO = &builder;
}

}  // namespace glasswal::inspector
