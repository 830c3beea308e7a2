// What the module takes from the inside of vfs/: this file alone includes it, and the rest of the module includes this one
// and the public headers. So what a change inside of vfs/ means for the module is seen here.
//
// A library outside of this repository would use glasswal/*.h alone. The module cannot: it is the program that a client in a
// browser consists of, so it founds the region and joins it on bytes that it has itself, and stands in for the parts of a C
// library and an operating system that its clients do not have (vfs/port).
#ifndef GLASSWAL_WASM_MODULE_INSIDE_H_
#define GLASSWAL_WASM_MODULE_INSIDE_H_

#include "amalgamation/private_controls.h"
#include "diag/json_writer.h"
#include "diag/log_names.h"
#include "port/assert.h"
#include "port/atomic.h"
#include "port/clock.h"
#include "port/commit_range.h"
#include "port/futex.h"
#include "port/memory.h"
#include "port/option_language.h"
#include "port/stack.h"
#include "port/stop.h"
#include "recovery/client.h"
#include "recovery/runtime_inside.h"
#include "shm/layout.h"
#include "shm/region.h"
#include "shm/segments.h"
#include "sqlite/tables.h"
#include "sqlite/vfs.h"
#include "store/client_context.h"
#include "store/segment_map.h"
#include "store/statements.h"
#include "store/words.h"

#endif  // GLASSWAL_WASM_MODULE_INSIDE_H_
