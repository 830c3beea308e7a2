// Why the package throws: the codes of GlasswalError and MisuseError, and which of them a Status of
// the VFS becomes.
//
// Thread-safety: constants.
#ifndef GLASSWAL_WASM_MODULE_ERROR_CODES_H_
#define GLASSWAL_WASM_MODULE_ERROR_CODES_H_

#include "glasswal/status.h"

/// The table: code, what it says.
#define GLASSWAL_ERROR_CODES(X)                                                            \
  X(CLOSED, "The database was closed, or its client left or was evicted.")                 \
  X(FINALIZED, "The statement was finalized.")                                             \
  X(BUSY, "The statement, or the connection, is in use just now.")                         \
  X(MISUSE, "The call does not fit the statement or the state of the database.")           \
  X(NOT_A_DATABASE, "The bytes are no database that can be taken in.")                     \
  X(ENVIRONMENT, "Something that glasswal needs is missing where it runs.")                \
  X(OPTION, "An option was refused.")                                                      \
  X(VERSION, "Parts of different versions met.")                                           \
  X(FULL, "There is no room: no client slot, or no memory.")                               \
  X(NOT_FOUND, "What was asked for is not there.")                                         \
  X(EXISTS, "What was to be made is there already.")                                       \
  X(NOT_READY, "Who makes it has not finished.")                                           \
  X(NOT_DEAD, "The client is not proved dead.")                                            \
  X(CORRUPT, "The shared memory is damaged.")                                              \
  X(ABORTED,                                                                               \
    "The client came to a state that it cannot go on from: join anew, or end its worker.") \
  X(OUT_OF_MEMORY, "The module's heap has no room.")                                       \
  X(REMOTE, "The other side of a remote database is gone, or did not understand.")

namespace glasswal::wasm {

enum class ErrorCode {
#define GLASSWAL_ERROR_CODE(code, what) code,
  GLASSWAL_ERROR_CODES(GLASSWAL_ERROR_CODE)
#undef GLASSWAL_ERROR_CODE
};

/// What JavaScript throws for a failure of the module. A switch, so that the compiler names a
/// StatusCode that has none.
constexpr ErrorCode ErrorOf(StatusCode status) {
  switch (status) {
    case StatusCode::kOk:
      return ErrorCode::MISUSE;
    case StatusCode::kInvalidArgument:
      return ErrorCode::OPTION;
    case StatusCode::kNotFound:
      return ErrorCode::NOT_FOUND;
    case StatusCode::kAlreadyExists:
      return ErrorCode::EXISTS;
    case StatusCode::kNotReady:
      return ErrorCode::NOT_READY;
    case StatusCode::kCorrupt:
      return ErrorCode::CORRUPT;
    case StatusCode::kVersionMismatch:
      return ErrorCode::VERSION;
    case StatusCode::kFull:
      return ErrorCode::FULL;
    case StatusCode::kBusy:
      return ErrorCode::BUSY;
    case StatusCode::kNotDead:
      return ErrorCode::NOT_DEAD;
    case StatusCode::kSystem:
      return ErrorCode::ENVIRONMENT;
    case StatusCode::kRefused:
      return ErrorCode::ENVIRONMENT;
  }
  return ErrorCode::ENVIRONMENT;
}

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_ERROR_CODES_H_
