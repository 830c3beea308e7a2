#include "report.h"

#include <cstdio>
#include <initializer_list>
#include <memory>

#include "works.h"

namespace glasswal::bench {
namespace {

std::string Time(double ns) {
  char text[32];
  if (ns <= 0) return "-";
  if (ns < 1e4) {
    std::snprintf(text, sizeof(text), ns < 100 ? "%.1f ns" : "%.0f ns", ns);
  } else if (ns < 1e6) {
    std::snprintf(text, sizeof(text), "%.1f us", ns / 1e3);
  } else {
    std::snprintf(text, sizeof(text), "%.2f ms", ns / 1e6);
  }
  return text;
}

void PrintHeader(const char* title, int width, std::initializer_list<const char*> columns) {
  std::printf("\n%s\n  %-*s", title, width, "");
  for (const char* column : columns) std::printf("%12.11s", column);
  std::printf("\n");
}

void PrintWorks(const Samples& samples) {
  const auto columns = {"memory", "memdb",       "anonymous",   "anonymous_copied",
                        "named",  "unix_normal", "unix_mapped", "unix_off"};
  PrintHeader("One client, processor time of an operation or a row (medians)", 18, columns);
  for (const Work& work : Works()) {
    std::printf("  %-18s", work.name);
    for (const char* column : columns) {
      std::printf("%12s", Time(Median(samples, std::string(work.name) + "/" + column)).c_str());
    }
    std::printf("\n");
  }
}

void PrintCrowds(const Samples& samples) {
  PrintHeader("Several clients, wall clock of a commit or a read of all together (medians)", 34,
              {"0", "1", "2", "4", "8", "16", "32"});
  for (const char* work :
       {"writer_beside_threads", "writer_beside_processes", "readers", "writers"}) {
    for (const char* backend : {"memdb", "unix_off", "anonymous", "named"}) {
      const std::string name = std::string(work) + "/" + backend;
      if (samples.find(name + "/2") == samples.end()) continue;
      std::printf("  %-34s", name.c_str());
      for (const char* count : {"0", "1", "2", "4", "8", "16", "32"}) {
        std::printf("%12s", Time(Median(samples, name + "/" + count)).c_str());
      }
      std::printf("\n");
    }
  }
}

void PrintPageSizes(const Samples& samples) {
  PrintHeader("Sizes of a page, anonymous (medians)", 18, {"1 KiB", "2 KiB", "4 KiB", "8 KiB"});
  const auto places = {"1024", "2048", "4096", "8192"};
  for (const char* work : {"autocommit_insert", "hot_point_read", "scan"}) {
    std::printf("  %-18s", work);
    for (const char* page : places) {
      const std::string name = std::string(work) + "/anonymous:page=" + page;
      std::printf("%12s", Time(Median(samples, name)).c_str());
    }
    std::printf("\n");
  }
  std::printf("  %-18s", "size, all cities");
  for (const char* page : places) {
    const double bytes = Median(samples, std::string("size_bytes/anonymous:page=") + page);
    std::printf("%8.2f MiB", bytes / 1024 / 1024);
  }
  std::printf("\n");
}

}  // namespace

void PrintMedians(const Samples& samples) {
  PrintWorks(samples);
  PrintCrowds(samples);
  PrintPageSizes(samples);
}

void WriteJson(const Samples& samples, const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "w"), &std::fclose);
  if (file == nullptr) Die(path + " cannot be written; is its folder there?");
  const char* before = "{\n";
  for (const auto& [name, values] : samples) {
    std::fprintf(file.get(), "%s  \"%s\": [", before, name.c_str());
    for (size_t i = 0; i < values.size(); ++i) {
      std::fprintf(file.get(), "%s%.4g", i == 0 ? "" : ", ", values[i]);
    }
    std::fprintf(file.get(), "]");
    before = ",\n";
  }
  std::fprintf(file.get(), "\n}\n");
}

}  // namespace glasswal::bench
