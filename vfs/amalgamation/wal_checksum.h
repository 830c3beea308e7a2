/*
** The checksum of a frame of the write-ahead log, many words at a time.
**
** walChecksumBytes() goes over the words d[0], d[1], ... of a page with two sums that feed each other. Written as one
** sequence that is
**
**     u[k] = u[k-1] + u[k-2] + d[k]   (mod 2^32),
**
** from u[-2] = s1 and u[-1] = s2, and after n words s1 = u[n-2] and s2 = u[n-1]. Each step waits for the one before, which
** is what makes it slow. But the sequence is linear, and what d[k] adds to u[m] is F(m-k+1) * d[k], with the Fibonacci
** numbers F(0) = 0, F(1) = 1:
**
**     s2' = F(n+1)*s2 + F(n)*s1 + the sum of F(n-k) * d[k],
**     s1' = F(n)*s2 + F(n-1)*s1 + the sum of F(n-k-1) * d[k].
**
** The page is taken in rows of W words. A word in column j of a row that has p words in the rows behind it has the weight
** F(p+W-j) = F(p+1)*F(W-j) + F(p)*F(W-j-1). So a whole row needs two factors, F(p+1) and F(p), which are made while the
** row before is multiplied, and the columns get theirs once, at the end. Every operation is exact modulo 2^32: the result
** is the same value, bit for bit.
**
** It is used for words of this machine's byte order, which is what this machine writes. Thread-safety: pure functions.
*/
#if defined(__x86_64__) && defined(__GNUC__)
# define GLASSWAL_CHECKSUM_LANES 8
# define GLASSWAL_CHECKSUM_NAME glasswalChecksumAvx2
# define GLASSWAL_CHECKSUM_TARGET __attribute__((target("avx2")))
# include "amalgamation/wal_checksum_rows.h"
# define GLASSWAL_CHECKSUM_LANES 4
# define GLASSWAL_CHECKSUM_NAME glasswalChecksumSse41
# define GLASSWAL_CHECKSUM_TARGET __attribute__((target("sse4.1")))
# include "amalgamation/wal_checksum_rows.h"
#elif defined(__wasm_simd128__) || (defined(__aarch64__) && defined(__GNUC__))
# define GLASSWAL_CHECKSUM_LANES 4
# define GLASSWAL_CHECKSUM_NAME glasswalChecksumVector
# define GLASSWAL_CHECKSUM_TARGET
# include "amalgamation/wal_checksum_rows.h"
#endif

/*
** Carries *pS1 and *pS2 on over the nByte bytes at a[], and copies them to aTo[] where that is not 0: multiplying takes longer
** than reading, so that the copy is had meanwhile. Returns 0, and has done nothing, where this processor has no way of its own
** to do so or the bytes are no whole rows: then the caller goes word by word.
*/
static int glasswalChecksum(const u8 *a, u8 *aTo, int nByte, u32 *pS1, u32 *pS2){
#if defined(__x86_64__) && defined(__GNUC__)
  if( nByte%128==0 && __builtin_cpu_supports("avx2") ) return glasswalChecksumAvx2(a, aTo, nByte, pS1, pS2);
  if( nByte%64==0 && __builtin_cpu_supports("sse4.1") ) return glasswalChecksumSse41(a, aTo, nByte, pS1, pS2);
#elif defined(__wasm_simd128__) || (defined(__aarch64__) && defined(__GNUC__))
  if( nByte%64==0 ) return glasswalChecksumVector(a, aTo, nByte, pS1, pS2);
#endif
  (void)a; (void)aTo; (void)nByte; (void)pS1; (void)pS2;
  return 0;
}
