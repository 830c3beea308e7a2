#include "model/page_reader.h"

#include <algorithm>

#include "diag/region_image.h"
#include "model/format.h"
#include "model/page_source.h"

namespace glasswal::inspector {
namespace {

using Content = std::vector<uint8_t>;

constexpr size_t kMostOwners = 60000;
constexpr uint64_t kLockByteOffset = 0x40000000;

uint32_t Number(const Content& page, size_t at, uint32_t bytes) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < bytes; ++i) {
    value = value << 8 | (at + i < page.size() ? page[at + i] : 0);
  }
  return value;
}

/// SQLite's variable-length integer at *at, which moves past it; never past the page by more.
uint64_t Varint(const Content& page, size_t* at) {
  uint64_t value = 0;
  for (int i = 0; i < 9; ++i) {
    const uint8_t byte = *at < page.size() ? page[*at] : 0;
    ++*at;
    if (i == 8) return value << 8 | byte;
    value = value << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) break;
  }
  return value;
}

struct Tree {
  uint32_t root = 0;
  std::string name;
};

/// The head of a b-tree page.
struct Head {
  size_t at = 0;  // 100 on page 1, behind the database's own header.
  uint8_t type = 0;
  uint32_t cells = 0;

  bool table() const { return type == 5 || type == 13; }
  bool leaf() const { return type == 10 || type == 13; }
  bool ok() const { return table() || type == 2 || type == 10; }
  size_t pointers() const { return at + (leaf() ? 8 : 12); }
};

Head HeadOf(const Content& page, uint32_t number) {
  Head head;
  head.at = number == 1 ? 100 : 0;
  head.type = head.at < page.size() ? page[head.at] : 0;
  // A page has room for so many pointers; a larger number is nonsense.
  head.cells =
      std::min<uint32_t>(Number(page, head.at + 3, 2), static_cast<uint32_t>(page.size() / 2));
  return head;
}

/// How much of a payload of that size lies in the cell itself (fileformat2, section 1.6).
uint64_t LocalBytes(uint64_t payload, uint32_t usable, bool table_leaf) {
  const uint64_t most = table_leaf ? usable - 35 : (usable - 12) * 64 / 255 - 23;
  if (payload <= most) return payload;
  const uint64_t least = (usable - 12) * 32 / 255 - 23;
  const uint64_t local = least + (payload - least) % (usable - 4);
  return local <= most ? local : least;
}

class Walk {
 public:
  Walk(PageSource* pages, PageMap* map) : pages_(pages), map_(map) {}

  void Run() {
    Content first;
    if (!pages_->Read(1, &first)) {
      map_->problem = "The database's pages are not there: a capture must be made with contents.";
      map_->pages.clear();
      return;
    }
    usable_ = pages_->page_size() - std::min<uint32_t>(first[20], 32);
    map_->owners = {"", "sqlite_schema"};
    WalkTree(1, 1);
    for (const Tree& tree : trees_) {
      if (map_->owners.size() >= kMostOwners) break;
      map_->owners.push_back(tree.name);
      WalkTree(tree.root, static_cast<uint16_t>(map_->owners.size() - 1));
    }
    WalkFreeList(Number(first, 32, 4));
    const uint64_t lock_page = kLockByteOffset / pages_->page_size() + 1;
    if (lock_page <= map_->pages.size()) map_->pages[lock_page - 1].kind = PageKind::kLockByte;
    if (Number(first, 52, 4) != 0) MarkPointerMaps();
  }

 private:
  /// False if the page is not one, or was reached before: that ends every circle.
  bool Claim(uint32_t page, PageKind kind, uint16_t owner) {
    if (page == 0 || page > map_->pages.size()) return false;
    PageEntry& entry = map_->pages[page - 1];
    if (entry.kind != PageKind::kUnknown) return false;
    entry.kind = kind;
    entry.owner = owner;
    return true;
  }

  void WalkTree(uint32_t root, uint16_t owner) {
    std::vector<uint32_t> stack = {root};
    Content page;
    while (!stack.empty()) {
      const uint32_t number = stack.back();
      stack.pop_back();
      if (number == 0 || number > map_->pages.size()) continue;
      if (!pages_->Read(number, &page)) continue;
      const Head head = HeadOf(page, number);
      if (!head.ok()) continue;
      const PageKind kind = head.table()
                                ? (head.leaf() ? PageKind::kTableLeaf : PageKind::kTableInterior)
                                : (head.leaf() ? PageKind::kIndexLeaf : PageKind::kIndexInterior);
      if (!Claim(number, kind, owner)) continue;
      for (uint32_t i = 0; i < head.cells; ++i) {
        VisitCell(page, head, Number(page, head.pointers() + size_t{i} * 2, 2), owner, &stack);
      }
      if (!head.leaf()) stack.push_back(Number(page, head.at + 8, 4));
    }
  }

  void VisitCell(const Content& page, const Head& head, size_t at, uint16_t owner,
                 std::vector<uint32_t>* stack) {
    if (!head.leaf()) {
      stack->push_back(Number(page, at, 4));
      at += 4;
    }
    if (head.type == 5) return;  // Interior cells of a table have no payload.
    const uint64_t payload = Varint(page, &at);
    if (head.table()) Varint(page, &at);  // The rowid.
    const uint64_t local = LocalBytes(payload, usable_, head.type == 13);
    if (local < payload) WalkOverflow(Number(page, at + static_cast<size_t>(local), 4), owner);
    if (owner == 1 && head.type == 13) AddTree(page, at);
  }

  void WalkOverflow(uint32_t number, uint16_t owner) {
    Content page;
    while (Claim(number, PageKind::kOverflow, owner)) {
      if (!pages_->Read(number, &page)) return;
      number = Number(page, 0, 4);
    }
  }

  /// A row of sqlite_schema: type, name, tbl_name, rootpage, sql. The sql comes last and is not
  /// needed.
  void AddTree(const Content& page, size_t at) {
    const size_t record = at;
    const uint64_t header_bytes = Varint(page, &at);
    uint64_t types[4];
    for (uint64_t& type : types) type = Varint(page, &at);
    if (header_bytes > page.size()) return;
    size_t body = record + static_cast<size_t>(header_bytes);
    std::string texts[3];
    for (int i = 0; i < 3; ++i) {
      const uint64_t size = types[i] >= 13 ? (types[i] - 13) / 2 : 0;
      if (body > page.size() || size > page.size() - body) return;
      texts[i].assign(reinterpret_cast<const char*>(page.data()) + body, static_cast<size_t>(size));
      body += static_cast<size_t>(size);
    }
    // Serial types 1 to 4 are integers of as many bytes.
    if (types[3] == 0 || types[3] > 4) return;
    const uint32_t root = Number(page, body, static_cast<uint32_t>(types[3]));
    trees_.push_back({root, CleanText(texts[0] + " " + texts[1])});
  }

  void WalkFreeList(uint32_t trunk) {
    Content page;
    while (Claim(trunk, PageKind::kFreeTrunk, 0)) {
      if (!pages_->Read(trunk, &page)) return;
      const uint32_t count =
          std::min<uint32_t>(Number(page, 4, 4), static_cast<uint32_t>(page.size() / 4));
      for (uint32_t i = 0; i < count; ++i) {
        Claim(Number(page, 8 + size_t{i} * 4, 4), PageKind::kFree, 0);
      }
      trunk = Number(page, 0, 4);
    }
  }

  /// With auto-vacuum every so many pages there is one that says who points at the others.
  void MarkPointerMaps() {
    for (uint64_t page = 2; page <= map_->pages.size(); page += usable_ / 5 + 1) {
      Claim(static_cast<uint32_t>(page), PageKind::kPointerMap, 0);
    }
  }

  PageSource* const pages_;
  PageMap* const map_;
  uint32_t usable_ = 0;
  std::vector<Tree> trees_;
};

}  // namespace

PageMap ReadPageMap(const RegionBytes& source, const Snapshot& snapshot, uint32_t file) {
  PageMap map;
  map.requested = true;
  map.file = file;
  map.read_at_ns = source.NowNs();
  for (const FileSnapshot& known : snapshot.files) {
    if (known.number == file) map.path = known.path;
  }
  shm::ShmHeader header;
  const Result<shm::RegionGeometry> geometry = diag::LoadHeader(source, &header);
  if (!geometry.ok()) {
    map.problem = geometry.status().message();
    return map;
  }
  PageSource pages(source, snapshot, geometry->files_offset, file);
  map.page_size_bytes = pages.page_size();
  map.pages.resize(pages.Count(kMostPages));
  if (map.pages.empty()) {
    map.problem = "There are no pages to read: the database is empty, or a capture lacks them.";
    return map;
  }
  for (uint32_t i = 0; i < map.pages.size(); ++i) map.pages[i].in_log = pages.InLog(i + 1);
  Walk(&pages, &map).Run();
  return map;
}

}  // namespace glasswal::inspector
