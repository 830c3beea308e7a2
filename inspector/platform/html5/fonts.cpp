// view/font.h for a page: its own font, drawn glyph by glyph by its 2D canvas.
//
// So the inspector looks like the page around it, is crisp at any pixel ratio, knows every script
// that the system has, and its module carries neither a font nor a rasteriser.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "imgui.h"
#include "imgui_internal.h"
#include "platform/html5/host.h"
#include "view/font.h"

namespace glasswal::inspector {
namespace {

// What the inspector writes itself, and what names of clients and files are usually made of.
struct CodePoints {
  uint32_t first;
  uint32_t last;
};
constexpr CodePoints kCodePoints[] = {
    {0x20, 0x7e},     {0xa0, 0x17f},    {0x391, 0x3c9},   {0x410, 0x44f},   {0x2010, 0x2026},
    {0x2030, 0x2030}, {0x203a, 0x203a}, {0x2190, 0x2195}, {0x21b5, 0x21b5}, {0x21e7, 0x21e7},
    {0x2260, 0x2265}, {0x2318, 0x2318}, {0x25a0, 0x25a1}, {0x25b2, 0x25cf}, {0x2605, 0x2606},
    {0x26a0, 0x26a0}, {0x2713, 0x2717}, {0xfffd, 0xfffd},
};
// The large font is for numbers.
constexpr CodePoints kLargeCodePoints[] = {{0x20, 0x7e}, {0xb5, 0xb5}};
constexpr int kPadding = 1;  // Between glyphs, so that none bleeds into its neighbour.
constexpr float kLargePixels = 20;

struct Glyph {
  int font;
  uint32_t code_point;
  float advance, left, top;
  int width, height;
  int x = 0, y = 0;
};

void Measure(int font, float pixels, std::span<const CodePoints> ranges,
             std::vector<Glyph>* glyphs) {
  for (const CodePoints& range : ranges) {
    for (uint32_t code_point = range.first; code_point <= range.last; ++code_point) {
      float metrics[5];
      inspector_host_measure_glyph(pixels, code_point, metrics);
      glyphs->push_back({font, code_point, metrics[0], metrics[1], metrics[2],
                         static_cast<int>(metrics[3]), static_cast<int>(metrics[4])});
    }
  }
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
  ImFont* font = config.DstFont;
  float metrics[5];
  inspector_host_measure_glyph(config.SizePixels, glyph.code_point, metrics);
  inspector_host_draw_glyph(atlas->TexPixelsAlpha8 + glyph.y * atlas->TexWidth + glyph.x,
                            glyph.width, glyph.height, atlas->TexWidth);
  const float x = glyph.left;
  const float y = std::round(font->Ascent) + glyph.top;
  const ImVec2 scale = atlas->TexUvScale;
  font->AddGlyph(nullptr, static_cast<ImWchar>(glyph.code_point), x, y,
                 x + static_cast<float>(glyph.width), y + static_cast<float>(glyph.height),
                 static_cast<float>(glyph.x) * scale.x, static_cast<float>(glyph.y) * scale.y,
                 static_cast<float>(glyph.x + glyph.width) * scale.x,
                 static_cast<float>(glyph.y + glyph.height) * scale.y, glyph.advance);
}

void SetUpFont(ImFontAtlas* atlas, ImFontConfig* config) {
  float ascent = 0;
  float descent = 0;
  inspector_host_measure_font(config->SizePixels, &ascent, &descent);
  // The font is as high as was asked for; its letters stand in the middle of that.
  const float spare = config->SizePixels - ascent - descent;
  ImFontAtlasBuildSetupFont(atlas, config->DstFont, config, std::round(ascent + spare / 2),
                            -descent);
}

bool Build(ImFontAtlas* atlas) {
  ImFontAtlasBuildInit(atlas);
  const float pixels = atlas->ConfigData[0].SizePixels;
  std::vector<Glyph> glyphs;
  Measure(0, pixels, kCodePoints, &glyphs);
  Measure(1, atlas->ConfigData[1].SizePixels, kLargeCodePoints, &glyphs);
  // Large glyphs, as for a high pixel ratio, would make a narrow atlas higher than cards allow.
  atlas->TexWidth = pixels > kLargePixels ? 2048 : 1024;
  atlas->TexHeight = PlaceAll(atlas, &glyphs);
  atlas->TexUvScale = ImVec2(1.0f / static_cast<float>(atlas->TexWidth),
                             1.0f / static_cast<float>(atlas->TexHeight));
  const size_t size = static_cast<size_t>(atlas->TexWidth) * static_cast<size_t>(atlas->TexHeight);
  atlas->TexPixelsAlpha8 = static_cast<unsigned char*>(IM_ALLOC(size));
  std::memset(atlas->TexPixelsAlpha8, 0, size);
  for (ImFontConfig& config : atlas->ConfigData) SetUpFont(atlas, &config);
  for (const Glyph& glyph : glyphs) AddGlyph(atlas, glyph);
  ImFontAtlasBuildFinish(atlas);
  return true;
}

}  // namespace

ImFont* LargeFont() { return ImGui::GetIO().Fonts->Fonts.back(); }

void BuildFonts(float pixel_ratio) {
  static const ImFontBuilderIO builder = {Build};
  // ImGui wants to see font data, which only the builder would look at.
  static unsigned char no_data[1] = {};
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  io.Fonts->Flags |= ImFontAtlasFlags_NoMouseCursors;
  io.Fonts->FontBuilderIO = &builder;
  ImFontConfig config;
  config.FontData = no_data;
  config.FontDataSize = sizeof(no_data);
  config.FontDataOwnedByAtlas = false;
  for (const float points : {kFontPoints, kLargePoints}) {
    config.SizePixels = std::round(points * pixel_ratio);
    io.Fonts->AddFont(&config);
  }
  io.Fonts->Build();
  io.FontGlobalScale = 1 / pixel_ratio;
}

}  // namespace glasswal::inspector
