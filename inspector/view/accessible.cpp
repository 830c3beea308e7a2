#include "view/accessible.h"

#include <cstring>

namespace glasswal::inspector {
namespace {

uint64_t Mix(uint64_t hash, const void* data, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

}  // namespace

const char* Name(Role role) {
#define GLASSWAL_ROLE(role, name) name,
  static constexpr const char* kNames[] = {GLASSWAL_ROLES(GLASSWAL_ROLE)};
#undef GLASSWAL_ROLE
  return kNames[static_cast<size_t>(role)];
}

void AccessibleTree::Begin() {
  items_.clear();
  parents_.clear();
}

void AccessibleTree::Add(AccessibleItem item) {
  if (item.parent == 0 && !parents_.empty()) item.parent = parents_.back();
  items_.push_back(std::move(item));
}

void AccessibleTree::Enter(uint32_t id) { parents_.push_back(id); }

void AccessibleTree::Leave() {
  if (!parents_.empty()) parents_.pop_back();
}

uint64_t AccessibleTree::Fingerprint() const {
  uint64_t hash = 0xcbf29ce484222325;
  for (const AccessibleItem& item : items_) {
    const uint32_t numbers[] = {item.id, item.parent, static_cast<uint32_t>(item.role), item.state};
    const float places[] = {item.x, item.y, item.width, item.height};
    hash = Mix(hash, numbers, sizeof(numbers));
    hash = Mix(hash, places, sizeof(places));
    hash = Mix(hash, item.name.data(), item.name.size());
    hash = Mix(hash, item.value.data(), item.value.size());
  }
  return hash;
}

const AccessibleItem* AccessibleTree::Find(Role role, std::string_view name) const {
  for (const AccessibleItem& item : items_) {
    if (item.role == role && item.name == name) return &item;
  }
  return nullptr;
}

}  // namespace glasswal::inspector
