// The registry of panels: what each says of itself, and that each can be drawn whatever it is
// given.
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

#include "imgui.h"
#include "inspector/frames.h"
#include "inspector/scene.h"
#include "view/panel.h"

namespace glasswal::inspector {
namespace {

TEST(Registry, NamesEachPanelOnceAndExplainsIt) {
  std::set<std::string> names;
  std::set<std::string> titles;
  std::set<std::string> help;
  std::set<char> hotkeys;
  for (const Panel* panel : Panels()) {
    EXPECT_TRUE(names.insert(panel->name).second) << panel->name;
    EXPECT_TRUE(titles.insert(panel->title).second) << panel->title;
    EXPECT_TRUE(help.insert(panel->help).second) << panel->help;
    EXPECT_TRUE(hotkeys.insert(panel->hotkey).second) << panel->name << " " << panel->hotkey;
    EXPECT_NE(std::islower(panel->hotkey), 0) << panel->name;
    // What a link may hold without being escaped.
    for (const char c : std::string(panel->name)) EXPECT_NE(std::islower(c), 0) << panel->name;
    EXPECT_TRUE(std::isupper(panel->help[0]) != 0 && std::string(panel->help).back() == '.')
        << panel->help;
  }
  EXPECT_EQ(names.size(), kPanels);
  // Those of the commands.
  for (const char key : {'p', 'b'}) EXPECT_EQ(hotkeys.count(key), 0u) << key;
}

/// The names that links of old have.
TEST(Registry, KeepsTheNamesOfLinks) {
  for (const char* name :
       {"overview", "findings", "segments", "files", "locks", "timeline", "clients", "wal",
        "recoveries", "throughput", "events", "pages", "compare", "log"}) {
    const std::optional<PanelId> panel = PanelByName(name);
    ASSERT_TRUE(panel) << name;
    EXPECT_STREQ(Describe(*panel).name, name);
  }
  EXPECT_FALSE(PanelByName("nothing"));
  EXPECT_FALSE(PanelByName(""));
}

/// Draws a panel alone, as the shell does.
void DrawAlone(const Panel& panel, const Model& model, ViewState* state, Ui* ui) {
  for (int frame = 0; frame < 2; ++frame) {
    ImGui::NewFrame();
    ui->Begin(DarkPalette());
    ImGui::SetNextWindowSize(ImVec2(1000, 600));
    ImGui::Begin(panel.title);
    panel.draw(model, state, ui);
    if (panel.badge != nullptr) (void)panel.badge(model, DarkPalette());
    ImGui::End();
    ui->End();
    ImGui::Render();
    (void)ui->TakeCommands();
  }
}

TEST(Registry, EachPanelCanBeDrawn) {
  Frames frames;  // Has ImGui's context.
  frames.Pass(50);
  Model empty;
  empty.Reset("empty", true);
  empty.Add(Snapshot(), {});
  Model full;
  full.Reset("full", true);
  full.Add(HugeSnapshot(), HugeEvents(1000));
  for (const Panel* panel : Panels()) {
    SCOPED_TRACE(panel->name);
    for (const Model* model : {&empty, &full}) {
      ViewState state;
      Ui ui;
      DrawAlone(*panel, *model, &state, &ui);
      EXPECT_FALSE(ui.accessible().items().empty());
    }
    ASSERT_EQ(panel->badge == nullptr || panel->badge(empty, DarkPalette()).text.empty(), true);
  }
}

TEST(Registry, AHotkeyShowsItsPanelUnlessSomebodyWrites) {
  Frames frames;
  frames.Pass(50);
  for (const Panel* panel : Panels()) {
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(panel->hotkey));
    frames.inspector.RequestFrame();
    frames.Pass(100);
    EXPECT_EQ(frames.inspector.Link(), std::string("#panel=") + panel->name);
  }
  ASSERT_TRUE(frames.Click(Role::kButton, "Command palette"));
  const std::string before = frames.inspector.Link();
  ImGui::GetIO().AddInputCharacter('o');
  frames.inspector.RequestFrame();
  frames.Pass(100);
  EXPECT_EQ(frames.inspector.Link(), before);
}

}  // namespace
}  // namespace glasswal::inspector
