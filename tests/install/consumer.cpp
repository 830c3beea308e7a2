// What both consumers build: the smallest program that needs the headers and the libraries.
//
// It runs on the SQLite that glasswal brings, with the features that the library promises of it.

#include <glasswal/status.h>
#include <sqlite3.h>

#include <cstdio>

namespace {

bool Promised() {
  return sqlite3_libversion_number() == SQLITE_VERSION_NUMBER &&
         sqlite3_compileoption_used("ENABLE_SNAPSHOT") != 0 &&
         sqlite3_compileoption_used("ENABLE_SETLK_TIMEOUT") != 0;
}

}  // namespace

int main() {
  if (!Promised()) {
    std::puts("this is not the SQLite that glasswal was installed with");
    return 1;
  }
  std::printf("glasswal on SQLite %s\n", sqlite3_libversion());
  return 0;
}
