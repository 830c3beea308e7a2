// Deep links: where one is in the inspector, as the hash of an address.
//
//   #panel=locks&select=client:3
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_APP_LINK_H_
#define GLASSWAL_INSPECTOR_APP_LINK_H_

#include <string>
#include <string_view>

#include "model/place.h"

namespace glasswal::inspector {

struct DeepLink {
  PanelId panel = PanelId::kOverview;
  Selection selection;
};

std::string ToText(const DeepLink& link);
/// What it does not know is left as it is in `otherwise`.
DeepLink ParseLink(std::string_view text, DeepLink otherwise);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_LINK_H_
