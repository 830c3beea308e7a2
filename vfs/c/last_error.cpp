#include "c/last_error.h"

#include <cstring>
#include <utility>

namespace glasswal::c {
namespace {

constexpr size_t kMostTextBytes = 4096;

thread_local std::string last_error;

static_assert(GLASSWAL_OK == static_cast<int>(StatusCode::kOk));
static_assert(GLASSWAL_INVALID_ARGUMENT == static_cast<int>(StatusCode::kInvalidArgument));
static_assert(GLASSWAL_NOT_FOUND == static_cast<int>(StatusCode::kNotFound));
static_assert(GLASSWAL_ALREADY_EXISTS == static_cast<int>(StatusCode::kAlreadyExists));
static_assert(GLASSWAL_NOT_READY == static_cast<int>(StatusCode::kNotReady));
static_assert(GLASSWAL_CORRUPT == static_cast<int>(StatusCode::kCorrupt));
static_assert(GLASSWAL_VERSION_MISMATCH == static_cast<int>(StatusCode::kVersionMismatch));
static_assert(GLASSWAL_FULL == static_cast<int>(StatusCode::kFull));
static_assert(GLASSWAL_BUSY == static_cast<int>(StatusCode::kBusy));
static_assert(GLASSWAL_NOT_DEAD == static_cast<int>(StatusCode::kNotDead));
static_assert(GLASSWAL_SYSTEM == static_cast<int>(StatusCode::kSystem));
static_assert(GLASSWAL_REFUSED == static_cast<int>(StatusCode::kRefused));
static_assert(GLASSWAL_REFUSED == static_cast<int>(kLastStatusCode));

}  // namespace

glasswal_status Give(const Status& status) {
  if (!status.ok()) last_error = status.message();
  return static_cast<glasswal_status>(status.code());
}

glasswal_status Refuse(std::string sentence) {
  return Give(Status(StatusCode::kInvalidArgument, std::move(sentence)));
}

bool IsText(const char* text, const char* what) {
  if (text == nullptr) {
    (void)Refuse(std::string(what) + " is NULL: give a string that ends with a zero character");
    return false;
  }
  if (strnlen(text, kMostTextBytes) == kMostTextBytes) {
    (void)Refuse(std::string(what) + " has " + std::to_string(kMostTextBytes) +
                 " characters or more, or does not end with a zero character");
    return false;
  }
  return true;
}

}  // namespace glasswal::c

extern "C" const char* glasswal_last_error(void) { return glasswal::c::last_error.c_str(); }
