// The one layer through which panels draw: items and text (and tables: table.h), each also written
// down for accessibility. ui.cpp has the items, ui_text.cpp the text.
//
// An item that is here can be clicked by a person or activated by a mirror (view/accessible.h); its
// function returns true either way. Names and texts are never formats: nothing foreign is printed.
//
// Thread-safety: belongs to the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_UI_H_
#define GLASSWAL_INSPECTOR_VIEW_UI_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "view/accessible.h"
#include "view/command.h"
#include "view/theme.h"

namespace glasswal::inspector {

class Ui {
 public:
  /// A new frame.
  void Begin(const Palette& palette);
  /// Forgets what was to be activated and was not found.
  void End();

  const Palette& palette() const { return *palette_; }
  /// The height of a line of text, which everything is measured in.
  float Unit() const;
  AccessibleTree& accessible() { return accessible_; }
  const AccessibleTree& accessible() const { return accessible_; }

  void Activate(uint32_t id) { activate_ = id; }
  void SetText(uint32_t id, const std::string& text) { set_text_ = {id, text}; }

  // What the view wants done.

  void Do(Command command) { commands_.push_back(std::move(command)); }
  void Do(Command::Kind kind, uint64_t number = 0, std::string text = "");
  void Show(PanelId panel, const Selection& selection = {});
  void Select(const Selection& selection);
  Commands TakeCommands() { return std::exchange(commands_, {}); }
  /// What was drawn is not yet where it belongs: the next frame is wanted soon.
  void AskForFrame() { frame_asked_ = true; }
  bool TakeFrameAsked() { return std::exchange(frame_asked_, false); }

  // Items. `name` is what accessibility calls an item whose label is a sign; empty: its label.

  enum class Look : uint8_t { kPlain, kPrimary, kQuiet };
  bool Button(const char* label, std::string_view name = {}, Look look = Look::kPlain,
              bool enabled = true);
  /// A button that stays down.
  bool Toggle(const char* label, bool on, std::string_view name = {});
  bool Checkbox(const char* label, bool* on);
  /// One of several beside each other; true when it becomes the chosen one.
  bool Segmented(const char* label, bool chosen);
  /// A tab over the full width of a list, with a number at its end unless that is empty.
  bool Tab(const char* label, bool selected, const std::string& badge, ImU32 badge_color);
  bool TextField(const char* name, const char* hint, std::string* text, float width);
  bool Slider(const char* name, int* value, int most, float width, const std::string& spoken);
  /// A choice out of a list; true when `index` changed.
  bool Choice(const char* name, const char* const* options, int count, int* index, float width);
  /// A line of a list; true when it is chosen.
  bool Option(const char* label, const std::string& detail, bool selected);

  // Text.

  void Heading(std::string_view text);
  void Text(std::string_view text);
  void Text(std::string_view text, ImU32 color);
  void Dim(std::string_view text);
  void Wrapped(std::string_view text);
  /// What a panel shows that has nothing to show: what is missing, and when there will be
  /// something.
  void Empty(const char* title, const char* explanation);
  /// A dot of that colour before the text on the same line.
  void Dot(ImU32 color);
  /// Announced when it changes.
  void Status(std::string_view text);
  void Status(std::string_view text, ImU32 color);
  void Tooltip(const std::string& text);
  /// A coloured square with a word, for legends.
  void Legend(ImU32 color, std::string_view text);
  /// The same as one of several that fill lines one after another. `used` is how much of the line
  /// the last ones took; 0 before the first.
  void FlowLegend(ImU32 color, const std::string& text, float* used);

  /// Writes down something that was drawn by hand.
  void Note(Role role, uint32_t id, std::string_view name, ImVec2 min, ImVec2 max,
            uint32_t state = 0, std::string_view value = {});
  /// The last item of ImGui, as written down.
  void NoteItem(Role role, std::string_view name, uint32_t state = 0, std::string_view value = {});
  /// Whether a mirror activated that item; true once.
  bool TakeActivation(uint32_t id);

 private:
  const Palette* palette_ = nullptr;
  AccessibleTree accessible_;
  Commands commands_;
  bool frame_asked_ = false;
  uint32_t activate_ = 0;
  std::optional<std::pair<uint32_t, std::string>> set_text_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_UI_H_
