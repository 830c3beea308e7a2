#include "diag/table_image.h"

#include <algorithm>
#include <cstring>

namespace glasswal::diag {
namespace {

constexpr uint64_t kMostBlockNumber = UINT64_MAX / kImageBlockBytes;

/// A part of [offset, offset + size_bytes) that lies in one block.
struct Piece {
  uint64_t block = 0;
  size_t at = 0;
  size_t size = 0;
};

Piece FirstPiece(uint64_t offset, uint64_t size_bytes) {
  Piece piece;
  piece.block = offset / kImageBlockBytes;
  piece.at = static_cast<size_t>(offset % kImageBlockBytes);
  piece.size = static_cast<size_t>(std::min<uint64_t>(size_bytes, kImageBlockBytes - piece.at));
  return piece;
}

template <typename Block>
void PutBlock(uint64_t gap, const Block& before, const Block& now, std::vector<uint8_t>* code) {
  PutVarint(gap, code);
  size_t done = 0;
  for (size_t begin = 0; begin < now.size();) {
    if (now[begin] == before[begin]) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < now.size() && now[end] != before[end]) ++end;
    PutVarint(begin - done, code);
    PutVarint(end - begin, code);
    for (size_t i = begin; i < end; ++i) PutDifference(before[i], now[i], code);
    begin = done = end;
  }
  PutVarint(0, code);
  PutVarint(0, code);
}

template <typename Block>
bool TakeBlock(VarintReader* code, Block* block) {
  size_t at = 0;
  while (!code->failed()) {
    const uint64_t skip = code->Take();
    const uint64_t count = code->Take();
    if (count == 0) return !code->failed();
    const uint64_t room = block->size() - at;
    if (skip > room || count > room - skip) return false;
    at += static_cast<size_t>(skip);
    for (uint64_t i = 0; i < count; ++i, ++at) (*block)[at] = code->TakeDifference((*block)[at]);
  }
  return false;
}

}  // namespace

TableImage::Block* TableImage::Find(uint64_t number) {
  const auto found = blocks_.find(number);
  if (found != blocks_.end()) return &found->second;
  if (blocks_.size() >= kMostImageBlocks || number > kMostBlockNumber) return nullptr;
  return &blocks_.emplace(number, Block{}).first->second;
}

bool TableImage::Put(uint64_t offset, uint64_t size_bytes, const void* from) {
  const auto* bytes = static_cast<const uint8_t*>(from);
  while (size_bytes > 0) {
    const Piece piece = FirstPiece(offset, size_bytes);
    const size_t blocks = blocks_.size();
    Block* block = Find(piece.block);
    if (block == nullptr) return false;
    uint8_t* to = reinterpret_cast<uint8_t*>(block->data()) + piece.at;
    // A block that is new belongs to the code even if it is full of zeros.
    if (blocks_.size() != blocks || std::memcmp(to, bytes, piece.size) != 0) {
      before_.emplace(piece.block, *block);
      std::memcpy(to, bytes, piece.size);
    }
    offset += piece.size;
    bytes += piece.size;
    size_bytes -= piece.size;
  }
  return true;
}

bool TableImage::Copy(uint64_t offset, uint64_t size_bytes, void* to) const {
  if (size_bytes > UINT64_MAX - offset) return false;
  auto* bytes = static_cast<uint8_t*>(to);
  while (size_bytes > 0) {
    const Piece piece = FirstPiece(offset, size_bytes);
    const auto found = blocks_.find(piece.block);
    if (found == blocks_.end()) return false;
    std::memcpy(bytes, reinterpret_cast<const uint8_t*>(found->second.data()) + piece.at,
                piece.size);
    offset += piece.size;
    bytes += piece.size;
    size_bytes -= piece.size;
  }
  return true;
}

std::vector<uint8_t> TableImage::TakeChanges() {
  std::vector<uint8_t> code;
  PutVarint(before_.size(), &code);
  uint64_t last = 0;
  for (const auto& [number, before] : before_) {
    PutBlock(number - last, before, blocks_.at(number), &code);
    last = number;
  }
  before_.clear();
  return code;
}

std::vector<uint8_t> TableImage::Whole() const {
  std::vector<uint8_t> code;
  PutVarint(blocks_.size(), &code);
  uint64_t last = 0;
  for (const auto& [number, block] : blocks_) {
    PutBlock(number - last, Block{}, block, &code);
    last = number;
  }
  return code;
}

bool TableImage::Apply(VarintReader* code) {
  const uint64_t count = code->Take();
  if (count > kMostImageBlocks) return false;
  uint64_t number = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t gap = code->Take();
    if (gap > kMostBlockNumber - number) return false;
    number += gap;
    Block* block = Find(number);
    if (block == nullptr || !TakeBlock(code, block)) return false;
  }
  return !code->failed();
}

}  // namespace glasswal::diag
