// Fonts without a font file: the page's own fonts, drawn glyph by glyph by its 2D canvas.
//
// So the inspector looks like the page around it, is crisp at any pixel ratio, knows every script
// that the system has, and its module carries neither a font nor a rasteriser.
//
// Thread-safety: belongs to the page's thread, as ImGui's context does.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_HTML5_FONTS_H_
#define GLASSWAL_INSPECTOR_PLATFORM_HTML5_FONTS_H_

namespace glasswal::inspector {

/// From now on the atlas of ImGui's context is built from the page's fonts, whatever data its fonts
/// have: in the sizes that they ask for, bold or monospace where their names say so.
void UsePageFonts();

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_FONTS_H_
