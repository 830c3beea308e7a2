#include "diag/checksum.h"

#include <bit>
#include <cstring>

namespace glasswal::diag {
namespace {

// The primes that XXH64 is defined with.
constexpr uint64_t kPrime1 = 0x9e3779b185ebca87;
constexpr uint64_t kPrime2 = 0xc2b2ae3d27d4eb4f;
constexpr uint64_t kPrime3 = 0x165667b19e3779f9;
constexpr uint64_t kPrime4 = 0x85ebca77c2b2ae63;
constexpr uint64_t kPrime5 = 0x27d4eb2f165667c5;
constexpr size_t kLanes = 4;

template <typename Word>
Word Load(const uint8_t* from) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

uint64_t Round(uint64_t lane, uint64_t word) {
  return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}

uint64_t MixLanes(const uint64_t* lanes) {
  uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                  std::rotl(lanes[3], 18);
  for (size_t i = 0; i < kLanes; ++i) hash = (hash ^ Round(0, lanes[i])) * kPrime1 + kPrime4;
  return hash;
}

/// The last bytes, too few for all lanes, and the avalanche.
uint64_t Finish(uint64_t hash, const uint8_t* bytes, size_t size) {
  for (; size >= 8; bytes += 8, size -= 8) {
    hash = std::rotl(hash ^ Round(0, Load<uint64_t>(bytes)), 27) * kPrime1 + kPrime4;
  }
  if (size >= 4) {
    hash = std::rotl(hash ^ Load<uint32_t>(bytes) * kPrime1, 23) * kPrime2 + kPrime3;
    bytes += 4;
    size -= 4;
  }
  for (; size > 0; ++bytes, --size) hash = std::rotl(hash ^ *bytes * kPrime5, 11) * kPrime1;
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

}  // namespace

uint64_t Checksum(const uint8_t* bytes, size_t size) {
  const uint64_t whole = size;
  if (size < kLanes * sizeof(uint64_t)) return Finish(kPrime5 + whole, bytes, size);
  uint64_t lanes[kLanes] = {kPrime1 + kPrime2, kPrime2, 0, uint64_t{0} - kPrime1};
  while (size >= kLanes * sizeof(uint64_t)) {
    for (uint64_t& lane : lanes) {
      lane = Round(lane, Load<uint64_t>(bytes));
      bytes += sizeof(uint64_t);
      size -= sizeof(uint64_t);
    }
  }
  return Finish(MixLanes(lanes) + whole, bytes, size);
}

}  // namespace glasswal::diag
