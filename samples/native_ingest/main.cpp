// native_ingest: several processes fill one shared in-memory SQLite database while one is killed.
// See README.md.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "roles.h"

int main(int argc, char** argv) {
  const std::string role = argc > 1 ? argv[1] : "";
  if (role == "writer" && argc == 6) {
    return native_ingest::PlayWriter(argv[2], argv[3], argv[4], std::atoi(argv[5]));
  }
  if (role == "searcher" && argc == 4) return native_ingest::PlaySearcher(argv[2], argv[3]);
  if (argc > 2 || role == "--help") {
    std::puts("usage: native_ingest [cities.json]");
    return role == "--help" ? 0 : 2;
  }
  return native_ingest::PlayStory(argc == 2 ? role : GLASSWAL_CITIES_FILE);
}
