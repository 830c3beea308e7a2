#include "app/link.h"

#include "view/panel.h"

namespace glasswal::inspector {

std::string ToText(const DeepLink& link) {
  std::string text = std::string("#panel=") + Describe(link.panel).name;
  if (link.selection.kind != Selection::Kind::kNone) text += "&select=" + ToText(link.selection);
  return text;
}

DeepLink ParseLink(std::string_view text, DeepLink link) {
  if (!text.empty() && text[0] == '#') text.remove_prefix(1);
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(part.size() < text.size() ? part.size() + 1 : text.size());
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = part.substr(0, equals);
    const std::string_view value = part.substr(equals + 1);
    if (key == "panel") link.panel = PanelByName(value).value_or(link.panel);
    if (key == "select") link.selection = SelectionOf(value);
  }
  return link;
}

}  // namespace glasswal::inspector
