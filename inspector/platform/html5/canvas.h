// The canvas that the inspector draws on, by WebGL2.
//
// The page owns the canvas and its context and says when to draw. A context may be lost at any time
// (a laptop changes its graphics card): everything that lay on the card is then made anew from what
// lies here.
//
// Thread-safety: belongs to the page's thread.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_HTML5_CANVAS_H_
#define GLASSWAL_INSPECTOR_PLATFORM_HTML5_CANVAS_H_

namespace glasswal::inspector {

class Canvas {
 public:
  /// REQUIRES: an ImGui context, and a WebGL2 context that the page has made current.
  Canvas();
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  /// The WebGL context went away with all that was in it.
  void Lose();
  /// There is a new one, and it is current.
  void Restore();
  bool alive() const { return alive_; }

  /// Before a frame of ImGui's.
  void Begin();
  /// The atlas has been built anew. REQUIRES: alive().
  void RenewFonts();
  /// Draws what ImGui has laid out on `width` x `height` pixels. REQUIRES: alive().
  void Draw(int width, int height);

 private:
  bool alive_ = false;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_CANVAS_H_
