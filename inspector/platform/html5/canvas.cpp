// Frames on the page's canvas (canvas.h).
#include "platform/html5/canvas.h"

#include <GLES3/gl3.h>

#include "backends/imgui_impl_opengl3.h"
#include "imgui.h"

namespace glasswal::inspector {

Canvas::Canvas() { Restore(); }

Canvas::~Canvas() { Lose(); }

void Canvas::Lose() {
  if (!alive_) return;
  alive_ = false;
  // What is deleted here went with the context; WebGL lets that pass.
  ImGui_ImplOpenGL3_Shutdown();
}

void Canvas::Restore() {
  if (alive_) return;
  ImGui_ImplOpenGL3_Init("#version 300 es");
  alive_ = true;
}

void Canvas::Begin() { ImGui_ImplOpenGL3_NewFrame(); }

void Canvas::RenewFonts() {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void Canvas::Draw(int width, int height) {
  const ImVec4& background = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
  glViewport(0, 0, width, height);
  glClearColor(background.x, background.y, background.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace glasswal::inspector
