#include "amalgamation/checksum.h"

typedef uint8_t u8;
typedef uint32_t u32;
#define SQLITE_NOINLINE __attribute__((noinline))
#include "amalgamation/wal_checksum.h"

#if defined(__x86_64__)
int glasswal_checksum_ways(void) { return 3; }

const char* glasswal_checksum_name(int way) {
  static const char* const kNames[] = {"the chosen one", "AVX2", "SSE4.1"};
  return kNames[way];
}

int glasswal_checksum(int way, const uint8_t* bytes, uint8_t* copy, int count, uint32_t* sum1,
                      uint32_t* sum2) {
  if (way == 0) return glasswalChecksum(bytes, copy, count, sum1, sum2);
  if (way == 1) {
    if (count % 128 != 0 || !__builtin_cpu_supports("avx2")) return 0;
    return glasswalChecksumAvx2(bytes, copy, count, sum1, sum2);
  }
  if (count % 64 != 0 || !__builtin_cpu_supports("sse4.1")) return 0;
  return glasswalChecksumSse41(bytes, copy, count, sum1, sum2);
}
#else
int glasswal_checksum_ways(void) { return 1; }

const char* glasswal_checksum_name(int way) { return way == 0 ? "the chosen one" : ""; }

int glasswal_checksum(int way, const uint8_t* bytes, uint8_t* copy, int count, uint32_t* sum1,
                      uint32_t* sum2) {
  return way == 0 && glasswalChecksum(bytes, copy, count, sum1, sum2);
}
#endif
