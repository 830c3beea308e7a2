// What an Inspector is made of: the session that watches the source, the model, the views' state,
// and ImGui's context.
//
// inspector_impl.cpp has the frames, inspector_commands.cpp carries out what views ask for.
//
// Thread-safety: as Inspector.
#ifndef GLASSWAL_INSPECTOR_APP_INSPECTOR_IMPL_H_
#define GLASSWAL_INSPECTOR_APP_INSPECTOR_IMPL_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "app/inspector.h"
#include "app/link.h"
#include "app/log.h"
#include "app/session.h"
#include "model/model.h"
#include "view/state.h"
#include "view/ui.h"

struct ImGuiContext;

namespace glasswal::inspector {

/// ImGui needs a second frame to lay out what the first one opened, and a third to settle.
inline constexpr int kFramesAfterInput = 3;
inline constexpr size_t kCostFrames = 120;

class Inspector::Impl {
 public:
  Impl(Platform* platform, const InspectorOptions& options);
  ~Impl();

  void Attach(std::unique_ptr<Source> source);
  void ShowProblem(const std::string& sentence);
  void Tell(EventLevel level, const std::string& sentence);
  void OpenFile(std::vector<uint8_t> bytes, const std::string& title);
  bool NeedsFrame(uint64_t now_ns);
  void Frame(uint64_t now_ns);
  void SetTheme(Theme theme);
  std::string Layout() const;
  void SetLayout(const std::string& layout);
  DeepLink link() const { return {state_.panel, state_.selection}; }
  void Go(const DeepLink& link);

  Session session_;
  Ui ui_;
  InspectorCost cost_;
  int pending_ = kFramesAfterInput;
  ViewState state_;

 private:
  void PrepareFrame(uint64_t now_ns);
  void DrawFrame();
  void HandleKeys();
  void Run(const Command& command);
  void RunMoment(const Command& command);
  void Save(bool with_contents);
  void Copy(const std::string& text);
  void OpenPalette(bool open);
  void Count(double frame_ms);
  void Report();

  Platform* const platform_;
  const InspectorOptions options_;
  Model model_;
  Log log_;
  ImGuiContext* context_;
  float pixel_ratio_ = 0;
  uint64_t frame_ns_ = 0;
  bool next_file_is_baseline_ = false;
  std::string told_;  // The link and the layout that the platform knows.
  std::array<double, kCostFrames> frame_ms_{};
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_INSPECTOR_IMPL_H_
