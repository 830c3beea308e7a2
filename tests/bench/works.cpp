#include "works.h"

#include <ctime>

namespace glasswal::bench {
namespace {

/// Rows that fit into a connection's own cache.
constexpr size_t kHotRows = 10'000;

/// One city each time into a new table, which commits by itself.
class AutocommitInsert : public Job {
 public:
  explicit AutocommitInsert(const Place& place)
      : store_(place), database_(Created(store_)), insert_(database_, kInsertCity) {}

  void Run(int64_t times) override {
    const std::vector<City>& cities = Cities();
    for (; times > 0; --times) {
      Bind(insert_, cities[next_++ % cities.size()]);
      insert_.Run();
    }
  }

 protected:
  const Database& database() const { return database_; }

 private:
  static Database Created(const Store& store) {
    Database database = store.Connect();
    database.Execute(kCreateCities);
    return database;
  }

  const Store store_;
  const Database database_;
  const Statement insert_;
  size_t next_ = 0;
};

/// The same in one transaction.
class BulkInsert : public AutocommitInsert {
 public:
  using AutocommitInsert::AutocommitInsert;
  void Run(int64_t times) override {
    database().Execute("BEGIN IMMEDIATE");
    AutocommitInsert::Run(times);
    database().Execute("COMMIT");
  }
};

/// One row each time, by its rowid.
class PointRead : public Job {
 public:
  PointRead(const LoadedStore& loaded, size_t rows)
      : select_(loaded.connection, kPointRead), places_(rows) {}

  void Run(int64_t times) override {
    int64_t sum = 0;
    for (; times > 0; --times) {
      sqlite3_bind_int64(select_.handle(), 1, places_.Next());
      select_.Run(&sum);
    }
  }

 private:
  const Statement select_;
  Places places_;
};

/// A transaction that finds nothing: what reading costs before anything is read.
class EmptyRead : public Job {
 public:
  explicit EmptyRead(const Place& place)
      : begin_(Loaded(place).connection, "BEGIN"),
        select_(Loaded(place).connection, "SELECT id FROM cities WHERE id = 0"),
        commit_(Loaded(place).connection, "COMMIT") {}

  void Run(int64_t times) override {
    for (; times > 0; --times) {
      begin_.Run();
      select_.Run();
      commit_.Run();
    }
  }

 private:
  const Statement begin_;
  const Statement select_;
  const Statement commit_;
};

/// A query over all rows each time.
class Query : public Job {
 public:
  Query(const Place& place, const char* sql) : select_(Loaded(place).connection, sql) {}
  void Run(int64_t times) override {
    for (; times > 0; --times) select_.Run();
  }

 private:
  const Statement select_;
};

std::unique_ptr<Job> Inserting(const Place& place) {
  return std::make_unique<AutocommitInsert>(place);
}

std::unique_ptr<Job> Loading(const Place& place) { return std::make_unique<BulkInsert>(place); }

/// Rowids all over the table, so that most pages are not in the connection's own cache.
std::unique_ptr<Job> Reading(const Place& place) {
  return std::make_unique<PointRead>(Loaded(place), Cities().size());
}

/// From a part of the table that fits into the cache: what is measured is the transaction.
std::unique_ptr<Job> ReadingHot(const Place& place) {
  return std::make_unique<PointRead>(Loaded(place), kHotRows);
}

std::unique_ptr<Job> ReadingLog(const Place& place) {
  return std::make_unique<PointRead>(LoadedWithLog(place), Cities().size());
}

std::unique_ptr<Job> ReadingNothing(const Place& place) {
  return std::make_unique<EmptyRead>(place);
}

std::unique_ptr<Job> Scanning(const Place& place) {
  return std::make_unique<Query>(place, "SELECT sum(length(name)) FROM cities");
}

std::unique_ptr<Job> Grouping(const Place& place) {
  return std::make_unique<Query>(place,
                                 "SELECT count(*), avg(latitude) FROM cities GROUP BY country");
}

std::unique_ptr<Job> Ordering(const Place& place) {
  return std::make_unique<Query>(place, "SELECT id FROM cities ORDER BY latitude");
}

double ProcessorNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

const std::vector<Work>& Works() {
  static const std::vector<Work> works = {
      {"autocommit_insert", 20'000, 4'000, false, Inserting},
      {"bulk_insert", 150'000, 20'000, false, Loading},
      {"hot_point_read", 60'000, 10'000, false, ReadingHot},
      {"point_read", 60'000, 10'000, false, Reading},
      {"log_point_read", 60'000, 0, false, ReadingLog},
      {"empty_read", 60'000, 10'000, false, ReadingNothing},
      {"scan", 3, 2, true, Scanning},
      {"group_by", 1, 1, true, Grouping},
      {"order_by", 1, 0, true, Ordering},
  };
  return works;
}

const Work& WorkOf(const std::string& name) {
  for (const Work& work : Works()) {
    if (name == work.name) return work;
  }
  Die("there is no work " + name);
}

int64_t OperationsOf(const Work& work, int64_t times) {
  return work.is_per_row ? times * static_cast<int64_t>(Cities().size()) : times;
}

double NanosecondsOf(const Work& work, const Place& place, int64_t times) {
  const std::unique_ptr<Job> job = work.prepare(place);
  const double began_ns = ProcessorNs();
  GlasswalBenchMeasured(job.get(), times);
  return (ProcessorNs() - began_ns) / static_cast<double>(OperationsOf(work, times));
}

}  // namespace glasswal::bench

[[gnu::noinline]] void GlasswalBenchMeasured(glasswal::bench::Job* job, int64_t times) {
  job->Run(times);
  // Something to do afterwards, so that the compiler does not jump into the job instead of calling
  // it, and callgrind sees when this function is left.
  asm volatile("" ::: "memory");
}
