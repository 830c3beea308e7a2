// Every panel in every theme without a window: empty, live, huge; and what it costs the region:
// nothing.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cmath>
#include <cstring>

#include "imgui.h"
#include "inspector/frames.h"
#include "inspector/scene.h"
#include "port/memory.h"
#include "port/named_object.h"
#include "port/unique_name.h"
#include "shm/block.h"
#include "shm/layout.h"
#include "shm/region.h"
#include "source/named_source.h"
#include "view/panel.h"
#include "view/shell.h"

namespace glasswal::inspector {
namespace {

/// A hash of every byte, which is to be the same before and after.
uint64_t HashOf(const Runtime& runtime) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto* words = reinterpret_cast<const uint64_t*>(runtime.bytes().data());
  // Memory beyond what is committed would be touched by reading it; the header says how far that
  // is.
  const auto* header = reinterpret_cast<const shm::ShmHeader*>(words);
  const size_t count = header->committed_segments.load() * (shm::kSegmentBytes / sizeof(uint64_t));
  for (size_t i = 0; i < count; ++i) hash = (hash ^ words[i]) * 0x100000001b3;
  return hash;
}

std::unique_ptr<Source> SourceOf(const Scene& scene) {
  return NewSource(scene.Bytes(), "scene", true);
}

void ShowEveryPanel(Frames* frames, bool has_room = true) {
  for (uint32_t i = 0; i < kPanels; ++i) {
    frames->inspector.OpenLink(std::string("#panel=") + Describe(static_cast<PanelId>(i)).name);
    EXPECT_GT(frames->Pass(60), 0);
    const char* title = Describe(static_cast<PanelId>(i)).title;
    EXPECT_TRUE(!has_room || frames->Has(Role::kTab, title)) << title;
  }
}

/// What was noted has a name and lies where there is something.
void ExpectSoundItems(const AccessibleTree& tree) {
  for (const AccessibleItem& item : tree.items()) {
    EXPECT_NE(item.id, 0u) << item.name;
    EXPECT_TRUE(std::isfinite(item.x) && std::isfinite(item.y)) << item.name;
  }
}

TEST(Panels, AreDrawnInBothThemesWithAndWithoutARegion) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x); INSERT INTO t VALUES(1); BEGIN IMMEDIATE");
  for (const Theme theme : {Theme::kDark, Theme::kLight}) {
    Frames frames(theme);
    ShowEveryPanel(&frames);
    frames.inspector.Attach(SourceOf(scene));
    for (const float ratio : {1.0f, 2.0f, 1.5f}) {
      frames.platform.Resize(1280, 720, ratio);
      ShowEveryPanel(&frames);
    }
    // Too small for anything: nothing is to be seen, and nothing breaks.
    frames.platform.Resize(60, 40, 1);
    ShowEveryPanel(&frames, false);
    ExpectSoundItems(frames.inspector.accessible());
  }
}

TEST(Panels, AreDrawnWithHugeData) {
  Frames frames;
  frames.Pass(50);
  Model model;
  model.Reset("huge", true);
  model.Add(HugeSnapshot(), HugeEvents(100000));
  Snapshot later = HugeSnapshot();
  later.observed_ns += 1'000'000'000;
  model.Add(std::move(later), {});
  model.SetBaseline();
  ViewState state;
  Ui ui;
  for (const Palette* palette : {&DarkPalette(), &LightPalette()}) {
    for (uint32_t i = 0; i < kPanels; ++i) {
      state.panel = static_cast<PanelId>(i);
      for (int frame = 0; frame < 3; ++frame) {
        ImGui::NewFrame();
        ui.Begin(*palette);
        DrawShell(model, &state, &ui);
        ui.End();
        ImGui::Render();
        (void)ui.TakeCommands();
      }
      EXPECT_GT(ui.accessible().items().size(), kPanels);
      // 100,000 events are not 100,000 rows.
      EXPECT_LT(ui.accessible().items().size(), 4000u) << Describe(state.panel).name;
    }
  }
}

TEST(Drawing, ChangesNoByteOfTheRegion) {
  const std::string name = test::UniqueName("readonly");
  Scene scene(name);
  sqlite3* writer = scene.Open();
  Scene::Run(writer,
             "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(100000)); BEGIN; SELECT * FROM t");
  const uint64_t before = HashOf(scene.runtime());
  Frames frames;
  Result<std::unique_ptr<Source>> source = OpenNamedRegion(name);
  ASSERT_TRUE(source.ok()) << source.status().message();
  frames.inspector.Attach(std::move(*source));
  ShowEveryPanel(&frames);
  // An hour of the open transaction's age, looked at each second.
  EXPECT_GT(frames.Pass(3600'000), 3000);
  frames.inspector.OpenLink("#panel=pages");
  frames.Pass(100);
  EXPECT_TRUE(frames.Click(Role::kButton, "Read the pages"));
  EXPECT_FALSE(frames.inspector.Capture(true).empty());
  EXPECT_EQ(HashOf(scene.runtime()), before);
}

TEST(Drawing, StopsWhenNothingHappens) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x)");
  Frames frames;
  frames.inspector.Attach(SourceOf(scene));
  frames.Pass(1000);
  EXPECT_EQ(frames.Pass(60'000), 0);
  Scene::Run(writer, "INSERT INTO t VALUES(1)");
  EXPECT_GT(frames.Pass(200), 0);
  EXPECT_EQ(frames.Pass(60'000), 0);
  frames.inspector.RequestFrame();
  EXPECT_GT(frames.Pass(100), 0);
}

TEST(Drawing, OfWhatChangesAllTheTimeKeepsAPace) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x)");
  Frames frames;
  frames.inspector.Attach(SourceOf(scene));
  frames.Pass(1000);
  int drawn = 0;
  for (int i = 0; i < 300; ++i) {
    Scene::Run(writer, "INSERT INTO t VALUES(1)");
    drawn += frames.Pass(10);
  }
  const Pace pace;
  EXPECT_GE(drawn, static_cast<int>(3000 / pace.observe_ms) - 1);
  EXPECT_LE(drawn, static_cast<int>(3000 / (pace.observe_ms - pace.look_ms)) + 1);
  // What happens once is seen at once.
  frames.Pass(1000);
  Scene::Run(writer, "INSERT INTO t VALUES(1)");
  EXPECT_EQ(frames.Pass(pace.look_ms), 1);
}

TEST(Inspector, SaysWhatIsWrongWithBytes) {
  Frames frames;
  frames.inspector.OpenCapture({1, 2, 3}, "three.glasswal");
  frames.Pass(100);
  EXPECT_TRUE(frames.Has(Role::kStatus, "There is nothing to show"));
  for (int fill : {0, 0x5a, 0xff}) {
    std::vector<uint8_t> bytes(1 << 20, static_cast<uint8_t>(fill));
    frames.inspector.Attach(
        NewSource(std::make_unique<VectorBytes>(std::move(bytes)), "noise", true));
    frames.Pass(500);
    EXPECT_TRUE(frames.Has(Role::kStatus, "There is nothing to show"));
  }
}

TEST(Inspector, SaysThatARegionIsGoneAndShowsHowItEnded) {
  const std::string name = test::UniqueName("gone");
  Frames frames;
  {
    Scene scene(name);
    Scene::Run(scene.Open(), "CREATE TABLE t(x)");
    Result<std::unique_ptr<Source>> source = OpenNamedRegion(name);
    ASSERT_TRUE(source.ok()) << source.status().message();
    frames.inspector.Attach(std::move(*source));
    frames.Pass(100);
    EXPECT_TRUE(frames.Has(Role::kStatus, "live"));
  }
  frames.Pass(3000);
  EXPECT_TRUE(frames.Has(Role::kStatus, "gone"));
  EXPECT_EQ(OpenNamedRegion(name).status().code(), StatusCode::kNotFound);
}

// The region's own clients end with SIGBUS; whoever only looks does not.
TEST(Inspector, SaysThatARegionWasCutShortAndGoesOn) {
  test::NamedObject object;
  {
    auto memory = port::CreateNamedMemory(object.name(), 4 << 20);
    ASSERT_TRUE(memory.ok());
    const auto region = shm::Region::Create(std::move(*memory), test::SmallOptions());
    ASSERT_TRUE(region.ok()) << region.status().message();
  }
  Frames frames;
  Result<std::unique_ptr<Source>> source = OpenNamedRegion(object.name());
  ASSERT_TRUE(source.ok()) << source.status().message();
  frames.inspector.Attach(std::move(*source));
  frames.Pass(100);
  EXPECT_TRUE(frames.Has(Role::kStatus, "live"));
  ASSERT_EQ(truncate(object.path().c_str(), 0), 0);
  ShowEveryPanel(&frames);
  frames.Pass(3000);
  EXPECT_TRUE(frames.Has(Role::kStatus, "gone"));
}

TEST(Inspector, PausesThroughItsItems) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x)");
  Frames frames;
  frames.inspector.Attach(SourceOf(scene));
  frames.Pass(200);
  Scene::Run(writer, "INSERT INTO t VALUES(1)");
  frames.Pass(200);
  ASSERT_TRUE(frames.Click(Role::kCheckbox, "Pause"));
  EXPECT_TRUE(frames.Has(Role::kStatus, "paused"));
  ASSERT_TRUE(frames.Click(Role::kCheckbox, "Resume"));
  EXPECT_TRUE(frames.Has(Role::kStatus, "live"));
  ASSERT_TRUE(frames.Click(Role::kTab, "Lock matrix"));
  EXPECT_EQ(frames.inspector.Link(), "#panel=locks");
  ASSERT_TRUE(frames.Click(Role::kButton, "Light theme"));
  EXPECT_EQ(frames.inspector.theme(), Theme::kLight);
}

TEST(Inspector, FollowsTheNewestEvents) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x)");
  Frames frames;
  frames.inspector.Attach(SourceOf(scene));
  frames.inspector.OpenLink("#panel=events");
  frames.Pass(500);
  for (int i = 0; i < 300; ++i) Scene::Run(writer, "INSERT INTO t VALUES(1)");
  frames.Pass(500);
  const std::string newest = std::to_string(scene.Look().events.head - 1);
  EXPECT_TRUE(frames.Has(Role::kCell, newest)) << "seen without another change";
  EXPECT_EQ(frames.Pass(10'000), 0) << "and then it is quiet";
}

TEST(Inspector, FiltersAndCopiesEvents) {
  Scene scene;
  Scene::Run(scene.Open(), "CREATE TABLE t(x)");
  Frames frames;
  frames.inspector.Attach(SourceOf(scene));
  frames.inspector.OpenLink("#panel=events");
  frames.Pass(200);
  const AccessibleItem* field =
      frames.inspector.accessible().Find(Role::kTextField, "filter events");
  ASSERT_NE(field, nullptr);
  frames.inspector.SetText(field->id, "commit");
  frames.Pass(200);
  EXPECT_TRUE(frames.Has(Role::kRow, "commit by scene"));
  EXPECT_FALSE(frames.Has(Role::kRow, "client.joined by scene"));
  ASSERT_TRUE(frames.Click(Role::kRow, "commit by scene"));
  ASSERT_TRUE(frames.Click(Role::kButton, "Copy Markdown"));
  EXPECT_NE(frames.platform.ClipboardText().find("| commit | scene |"), std::string::npos);
  ASSERT_TRUE(frames.Click(Role::kButton, "Copy JSON"));
  EXPECT_EQ(frames.platform.ClipboardText()[0], '[');
}

TEST(Inspector, SavesACaptureThatItOpens) {
  Scene scene;
  Scene::Run(scene.Open(), "CREATE TABLE t(x)");
  Frames frames;
  frames.inspector.Attach(SourceOf(scene));
  frames.Pass(200);
  ASSERT_TRUE(frames.Click(Role::kButton, "Save a capture"));
  ASSERT_FALSE(frames.platform.saved().empty());
  const auto told = [&](const std::string& begin) {
    for (const AccessibleItem& item : frames.inspector.accessible().items()) {
      if (item.role == Role::kStatus && item.name.rfind(begin, 0) == 0) return true;
    }
    return false;
  };
  EXPECT_TRUE(told("Captured ")) << "what was done is said";
  ASSERT_TRUE(frames.Click(Role::kTab, "Clients"));
  EXPECT_FALSE(told("Captured ")) << "until something else is done";
  frames.inspector.OpenCapture(frames.platform.saved(), frames.platform.saved_name());
  frames.Pass(200);
  EXPECT_TRUE(frames.Has(Role::kStatus, "capture"));
  EXPECT_EQ(frames.Pass(10'000), 0);
}

TEST(Inspector, RemembersItsLayout) {
  std::string layout;
  {
    Frames frames(Theme::kLight);
    frames.inspector.OpenLink("#panel=wal&select=client:3");
    frames.Pass(100);
    layout = frames.inspector.Layout();
  }
  Frames frames;
  frames.inspector.SetLayout(layout);
  EXPECT_EQ(frames.inspector.Link(), "#panel=wal&select=client:3");
  EXPECT_EQ(frames.inspector.theme(), Theme::kLight);
  frames.inspector.SetLayout("nonsense\n\n[x");
  frames.inspector.OpenLink("#panel=nowhere&select=&&==");
  EXPECT_EQ(frames.inspector.Link(), "#panel=wal");
}

TEST(Inspector, FindsWhatIsThereByTyping) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x); BEGIN IMMEDIATE");
  Frames frames;
  frames.inspector.Attach(SourceOf(scene));
  frames.Pass(200);
  const auto find = [&](const std::string& text, const std::string& option) {
    EXPECT_TRUE(frames.Click(Role::kButton, "Command palette"));
    const AccessibleItem* field = frames.inspector.accessible().Find(Role::kTextField, "command");
    ASSERT_NE(field, nullptr);
    frames.inspector.SetText(field->id, text);
    frames.Pass(100);
    EXPECT_TRUE(frames.Click(Role::kOption, option)) << option;
    EXPECT_FALSE(frames.Has(Role::kDialog, "Commands"));
  };
  find("scene", "scene");
  EXPECT_EQ(frames.inspector.Link(), "#panel=clients&select=client:0");
  find("scene", "scene");
  EXPECT_EQ(frames.inspector.Link(), "#panel=clients&select=client:0") << "found, not let go";
  find("write", "WRITE of /app.sqlite");
  EXPECT_EQ(frames.inspector.Link(), "#panel=locks&select=client:0");
  find("joined", "Events with this text");
  EXPECT_TRUE(frames.Has(Role::kRow, "client.joined by scene"));
  EXPECT_FALSE(frames.Has(Role::kRow, "commit by scene"));
}

TEST(Inspector, FindsCommandsByTyping) {
  Frames frames;
  frames.Pass(100);
  ASSERT_TRUE(frames.Click(Role::kButton, "Command palette"));
  ASSERT_TRUE(frames.Has(Role::kDialog, "Commands"));
  const AccessibleItem* field = frames.inspector.accessible().Find(Role::kTextField, "command");
  ASSERT_NE(field, nullptr);
  frames.inspector.SetText(field->id, "timel");
  frames.Pass(100);
  EXPECT_FALSE(frames.Has(Role::kOption, "Lock matrix"));
  ASSERT_TRUE(frames.Click(Role::kOption, "Lock timeline"));
  EXPECT_EQ(frames.inspector.Link(), "#panel=timeline");
  EXPECT_FALSE(frames.Has(Role::kDialog, "Commands"));
  ASSERT_TRUE(frames.Click(Role::kButton, "Help"));
  EXPECT_TRUE(frames.Has(Role::kDialog, "Help"));
}

}  // namespace
}  // namespace glasswal::inspector
