// What is on the screen, for those who do not see it: a flat list of items with role, name and
// place.
//
// A canvas is one picture to a screen reader and to a browser's test tools. So every interactive
// item, and every table cell worth reading, is drawn through view/ui.h, which also writes it down
// here. A platform mirrors the list (the web: to ARIA elements) after each frame, and hands
// activations back through Inspector::Activate and Inspector::SetText.
//
// Thread-safety: values; an AccessibleTree belongs to the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_ACCESSIBLE_H_
#define GLASSWAL_INSPECTOR_VIEW_ACCESSIBLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glasswal::inspector {

/// The table: the role, and what ARIA calls it. An image is a plot or a map, of which the name sums
/// up in words what it shows; a status is text that is worth announcing when it changes.
#define GLASSWAL_ROLES(X)          \
  X(kButton, "button")             \
  X(kTab, "tab")                   \
  X(kCheckbox, "checkbox")         \
  X(kTextField, "textbox")         \
  X(kSlider, "slider")             \
  X(kOption, "option")             \
  X(kTable, "table")               \
  X(kRow, "row")                   \
  X(kColumnHeader, "columnheader") \
  X(kCell, "cell")                 \
  X(kImage, "img")                 \
  X(kHeading, "heading")           \
  X(kStatus, "status")             \
  X(kDialog, "dialog")

enum class Role : uint8_t {
#define GLASSWAL_ROLE(role, name) role,
  GLASSWAL_ROLES(GLASSWAL_ROLE)
#undef GLASSWAL_ROLE
};
/// The ARIA role: "button", "tab", ...
const char* Name(Role role);

struct AccessibleItem {
  // Bits of `state`.
  static constexpr uint32_t kSelected = 1;  // aria-selected, or aria-checked of a checkbox.
  static constexpr uint32_t kDisabled = 2;
  static constexpr uint32_t kFocused = 4;
  static constexpr uint32_t kExpanded = 8;

  uint32_t id = 0;  // The same for the same item in each frame; not 0.
  // id of the table, row or dialog that it is part of; 0: the inspector itself.
  uint32_t parent = 0;
  Role role = Role::kButton;
  uint32_t state = 0;
  std::string name;
  std::string value;  // Text of a field, value of a slider; else empty.
  float x = 0;        // Of the rectangle, in points from the top left of the inspector.
  float y = 0;
  float width = 0;
  float height = 0;

  bool operator==(const AccessibleItem&) const = default;
};

class AccessibleTree {
 public:
  /// Forgets the items of the last frame.
  void Begin();
  /// Children come after their parents.
  void Add(AccessibleItem item);
  /// What follows, up to the matching Leave, is part of `id`.
  void Enter(uint32_t id);
  void Leave();

  const std::vector<AccessibleItem>& items() const { return items_; }
  /// Changes when the list does, so that a mirror in step has nothing to do.
  uint64_t Fingerprint() const;
  /// The first item of that role and name; null if there is none.
  const AccessibleItem* Find(Role role, std::string_view name) const;

 private:
  std::vector<AccessibleItem> items_;
  std::vector<uint32_t> parents_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_ACCESSIBLE_H_
