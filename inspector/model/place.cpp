#include "model/place.h"

#include <array>
#include <charconv>

namespace glasswal::inspector {
namespace {

constexpr std::array<const char*, 8> kKinds = {"",     "client",   "file",  "segment",
                                               "lock", "recovery", "event", "page"};

}  // namespace

std::string ToText(const Selection& selection) {
  if (selection.kind == Selection::Kind::kNone) return "";
  return std::string(kKinds[static_cast<size_t>(selection.kind)]) + ":" +
         std::to_string(selection.number);
}

Selection SelectionOf(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  Selection selection;
  const std::string_view digits = text.substr(colon + 1);
  const auto parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), selection.number);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return {};
  for (size_t i = 1; i < kKinds.size(); ++i) {
    if (text.substr(0, colon) != kKinds[i]) continue;
    selection.kind = static_cast<Selection::Kind>(i);
    return selection;
  }
  return {};
}

}  // namespace glasswal::inspector
