/* What a call of module/pager.c tells JavaScript of a database: plain data, for C and for C++.
**
** Thread-safety: an instance has one thread. */
#ifndef GLASSWAL_WASM_MODULE_PAGER_VIEW_H_
#define GLASSWAL_WASM_MODULE_PAGER_VIEW_H_

#include <stdint.h>

/* Its fields: type, name. */
#define GLASSWAL_PAGER_VIEW(X)                                                         \
  X(uint32_t, data_version) /* Another one than before: so are the pages, perhaps. */  \
  X(uint32_t, page_size)    /* In bytes. */                                            \
  X(uint32_t, pages)        /* What the transaction sees, its own changes included. */ \
  X(uint32_t, flags)        /* Of kPager*. */                                          \
  X(uint32_t, log_frames)   /* In the write-ahead log after a commit. */               \
  X(int32_t, code)          /* The result code of a call that gives an address instead. */

/* Its flags: name, number. */
#define GLASSWAL_PAGER_FLAGS(X)                                                                  \
  X(kPagerInWal, 1)     /* The database is in WAL mode. */                                       \
  X(kPagerIsEmpty, 2)   /* It has one page, the first, and nobody has put anything there yet. */ \
  X(kPagerIsWriting, 4) /* The transaction is one that writes. */

#define GLASSWAL_PAGER_FIELD(type, name) type name;
struct PagerView {
  GLASSWAL_PAGER_VIEW(GLASSWAL_PAGER_FIELD)
};
#undef GLASSWAL_PAGER_FIELD

#endif /* GLASSWAL_WASM_MODULE_PAGER_VIEW_H_ */
