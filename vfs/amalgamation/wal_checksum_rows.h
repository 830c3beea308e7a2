/*
** One function of wal_checksum.h, which explains it: included once for each kind of processor, with the name of the
** function, the number of lanes of a vector, and what lets the compiler use such vectors. A row is four vectors.
*/
#define GLASSWAL_PASTE_2(a, b) a##b
#define GLASSWAL_PASTE(a, b) GLASSWAL_PASTE_2(a, b)
#define GLASSWAL_LANES GLASSWAL_PASTE(GLASSWAL_CHECKSUM_NAME, Lanes)
#define GLASSWAL_LOADED GLASSWAL_PASTE(GLASSWAL_CHECKSUM_NAME, Loaded)

typedef u32 GLASSWAL_LANES __attribute__((vector_size(4*GLASSWAL_CHECKSUM_LANES)));
/* The same in memory: at any address, and over bytes of any type. */
typedef u32 GLASSWAL_LOADED __attribute__((vector_size(4*GLASSWAL_CHECKSUM_LANES), aligned(1), may_alias));

GLASSWAL_CHECKSUM_TARGET static SQLITE_NOINLINE int GLASSWAL_CHECKSUM_NAME(
  const u8 *a,            /* Whole rows */
  u8 *aTo,                /* OUT: a copy of them, if not 0 */
  int nByte,              /* Their size */
  u32 *pS1, u32 *pS2      /* IN/OUT: the two sums */
){
  enum { kRow = 16*GLASSWAL_CHECKSUM_LANES };  /* Bytes of a row */
  /* F(32), F(31), ..., F(0), F(-1): the weights of the columns, of which rows of 16 words use the last ones. */
  static const u32 aWeight[34] = {
    2178309, 1346269, 832040, 514229, 317811, 196418, 121393, 75025, 46368, 28657, 17711, 10946, 6765, 4181, 2584, 1597,
    987, 610, 377, 233, 144, 89, 55, 34, 21, 13, 8, 5, 3, 2, 1, 1, 0, 1
  };
  const u32 *aW = &aWeight[32 - kRow/4];
  const u32 stepUp = aW[0] + aW[1], step = aW[0], stepDown = aW[1];  /* F(W+1), F(W), F(W-1) */
  const GLASSWAL_LANES zero = {0};
  GLASSWAL_LANES x0 = zero, x1 = zero, x2 = zero, x3 = zero, y0 = zero, y1 = zero, y2 = zero, y3 = zero, p, q;
  u32 next = 1, here = 0;  /* F(p+1), F(p) */
  const u8 *pRow;
  for(pRow = a + nByte - kRow; pRow>=a; pRow -= kRow){
    const GLASSWAL_LOADED *d = (const GLASSWAL_LOADED*)pRow;
    const GLASSWAL_LANES d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3];
    const u32 later = next*stepUp + here*step;
    if( aTo ){
      GLASSWAL_LOADED *to = (GLASSWAL_LOADED*)(aTo + (pRow - a));
      to[0] = d0; to[1] = d1; to[2] = d2; to[3] = d3;
    }
    x0 += d0*next; x1 += d1*next; x2 += d2*next; x3 += d3*next;
    y0 += d0*here; y1 += d1*here; y2 += d2*here; y3 += d3*here;
    here = next*step + here*stepDown;
    next = later;
  }
#define GLASSWAL_COLUMN(i, by) (*(const GLASSWAL_LOADED*)&aW[(i)*GLASSWAL_CHECKSUM_LANES + (by)])
  p = x0*GLASSWAL_COLUMN(0, 0) + y0*GLASSWAL_COLUMN(0, 1) + x1*GLASSWAL_COLUMN(1, 0) + y1*GLASSWAL_COLUMN(1, 1)
    + x2*GLASSWAL_COLUMN(2, 0) + y2*GLASSWAL_COLUMN(2, 1) + x3*GLASSWAL_COLUMN(3, 0) + y3*GLASSWAL_COLUMN(3, 1);
  q = x0*GLASSWAL_COLUMN(0, 1) + y0*GLASSWAL_COLUMN(0, 2) + x1*GLASSWAL_COLUMN(1, 1) + y1*GLASSWAL_COLUMN(1, 2)
    + x2*GLASSWAL_COLUMN(2, 1) + y2*GLASSWAL_COLUMN(2, 2) + x3*GLASSWAL_COLUMN(3, 1) + y3*GLASSWAL_COLUMN(3, 2);
  {
    const u32 s1 = *pS1, s2 = *pS2;
    /* Lane by lane: for a loop clang would take all the vectors apart. */
    u32 sum1 = q[0] + q[1] + q[2] + q[3], sum2 = p[0] + p[1] + p[2] + p[3];
#if GLASSWAL_CHECKSUM_LANES==8
    sum1 += q[4] + q[5] + q[6] + q[7];
    sum2 += p[4] + p[5] + p[6] + p[7];
#endif
    *pS2 = next*s2 + here*s1 + sum2;
    *pS1 = here*s2 + (next - here)*s1 + sum1;
  }
  return 1;
}
#undef GLASSWAL_COLUMN
#undef GLASSWAL_LOADED
#undef GLASSWAL_LANES
#undef GLASSWAL_PASTE
#undef GLASSWAL_PASTE_2
#undef GLASSWAL_CHECKSUM_TARGET
#undef GLASSWAL_CHECKSUM_NAME
#undef GLASSWAL_CHECKSUM_LANES
