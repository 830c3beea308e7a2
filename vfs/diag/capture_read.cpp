// Reading a capture: what of it is whole, and a sentence for what is not.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "diag/capture.h"
#include "diag/capture_ranges.h"
#include "diag/checksum.h"
#include "diag/recording.h"
#include "diag/region_image.h"
#include "glasswal/capture.h"

namespace glasswal {
namespace {

using diag::CaptureHeader;
using diag::CapturePart;
using diag::PlacedRanges;
using File = std::vector<uint8_t>;
static_assert(kCaptureBeginning.size() == sizeof(diag::kCaptureMagic));

constexpr char kGetAnother[] = " Fetch the file once more, or have another capture made.";

Status NoCapture(const std::string& why) {
  return Status(StatusCode::kCorrupt, "This is no whole capture: " + why + "." + kGetAnother);
}

std::string BytesText(uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

std::string Hex(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::string WrongChecksum(uint64_t is, uint64_t should) {
  return "checksum " + Hex(is) + " in the place of " + Hex(should);
}

/// The first fields of the header, which all versions have.
Status ReadHeader(const File& file, CaptureHeader* header) {
  if (file.size() < diag::kUncheckedHeaderBytes) {
    return NoCapture("it has " + BytesText(file.size()) + ", and its header alone has more");
  }
  std::memcpy(header, file.data(), std::min(file.size(), sizeof(*header)));
  if (header->magic != diag::kCaptureMagic) {
    return NoCapture("it does not begin with \"" + std::string(kCaptureBeginning) + "\"");
  }
  if (header->version == diag::kCaptureVersion ||
      header->version == diag::kUncheckedCaptureVersion) {
    return Status::Ok();
  }
  return Status(StatusCode::kVersionMismatch,
                "This capture is of version " + std::to_string(header->version) +
                    ", and this build reads versions 1 to " +
                    std::to_string(diag::kCaptureVersion) +
                    ". Open it with the version of glasswal that made it.");
}

/// The table of parts, if its checksum and the header's is right and they follow each other.
Result<std::vector<CapturePart>> ReadTable(const File& file, CaptureHeader header) {
  const uint64_t count = header.part_count;
  const uint64_t end = sizeof(header) + count * sizeof(CapturePart);
  if (count > diag::kMaxCaptureParts) return NoCapture("its table of parts is damaged");
  if (end > file.size()) {
    return NoCapture("it was cut short to " + BytesText(file.size()) +
                     ", and its table of parts ends at " + std::to_string(end));
  }
  File beginning(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(end));
  const uint64_t should = std::exchange(header.checksum, 0);
  std::memcpy(beginning.data(), &header, sizeof(header));
  const uint64_t is = diag::Checksum(beginning.data(), beginning.size());
  if (is != should) {
    return NoCapture("its header or its table of parts is damaged (" + WrongChecksum(is, should) +
                     ")");
  }
  std::vector<CapturePart> table(count);
  if (count > 0) std::memcpy(table.data(), file.data() + sizeof(header), end - sizeof(header));
  uint64_t last = end;
  for (const CapturePart& part : table) {
    if (part.offset < last || part.size_bytes > UINT64_MAX - part.offset) {
      return NoCapture("its parts lie over each other");
    }
    last = part.offset + part.size_bytes;
  }
  return table;
}

/// Why the part is not whole; empty if it is.
std::string PartProblem(const File& file, const CapturePart& part) {
  const uint64_t end = part.offset + part.size_bytes;
  if (end > file.size()) {
    return "is cut short (the file has " + BytesText(file.size()) + ", and it ends at " +
           std::to_string(end) + ")";
  }
  const uint64_t is = diag::Checksum(file.data() + part.offset, part.size_bytes);
  return is == part.checksum ? "" : "is damaged (" + WrongChecksum(is, part.checksum) + ")";
}

const CapturePart* FindPart(const std::vector<CapturePart>& table, const char* name) {
  char wanted[diag::kPartNameBytes] = {};
  std::memcpy(wanted, name, std::strlen(name));
  for (const CapturePart& part : table) {
    if (std::memcmp(part.name, wanted, sizeof(wanted)) == 0) return &part;
  }
  return nullptr;
}

Result<PlacedRanges> RangesOf(const File& file, const CapturePart& part, uint64_t region_bytes) {
  const uint64_t end = part.offset + part.size_bytes;
  uint64_t count = 0;
  if (part.size_bytes < sizeof(count)) {
    return Status(StatusCode::kCorrupt, "it has no list of ranges");
  }
  std::memcpy(&count, file.data() + part.offset, sizeof(count));
  return diag::PlaceRanges(file, part.offset + sizeof(count), end, count, region_bytes);
}

/// All tables must be there: what a reader allocates for them is then no more than the file holds.
Status CheckTables(const RegionBytes& bytes, const PlacedRanges& ranges) {
  shm::ShmHeader region;
  if (ranges.front().offset != 0 || !bytes.Copy(0, sizeof(region), static_cast<void*>(&region))) {
    return NoCapture("the region's tables are not in it");
  }
  return shm::ReadGeometry(region, ranges.front().size_bytes).status();
}

Status SetRegion(File file, std::vector<PlacedRanges> lists, const CaptureHeader& header,
                 Capture* capture) {
  const PlacedRanges first = lists.front();
  capture->region = std::make_unique<diag::CaptureBytes>(std::move(file), std::move(lists),
                                                         header.region_bytes, header.time_ns);
  return CheckTables(*capture->region, first);
}

Result<Capture> ReadUnchecked(File file, const CaptureHeader& header) {
  Result<PlacedRanges> ranges = diag::PlaceRanges(file, diag::kUncheckedHeaderBytes, file.size(),
                                                  header.range_count, header.region_bytes);
  if (!ranges.ok()) return NoCapture(ranges.status().message());
  Capture capture;
  capture.checked = false;
  const Status status = SetRegion(std::move(file), {std::move(*ranges)}, header, &capture);
  if (!status.ok()) return status;
  return capture;
}

/// Reads the parts of a capture one by one; what is wrong with one that it can do without becomes a
/// problem of the capture.
class PartReader {
 public:
  PartReader(const File& file, const std::vector<CapturePart>& table, Capture* capture)
      : file_(file), table_(table), capture_(capture) {}

  /// The part, if it is there and whole.
  const CapturePart* Whole(const char* name, const char* instead) {
    const CapturePart* part = FindPart(table_, name);
    if (part == nullptr) return nullptr;
    const std::string problem = PartProblem(file_, *part);
    if (problem.empty()) return part;
    AddProblem(name, problem, instead);
    return nullptr;
  }

  void AddProblem(const char* name, const std::string& what, const char* instead) {
    capture_->problems.push_back("The part \"" + std::string(name) + "\" of this capture " + what +
                                 ": " + instead);
  }

  File BytesOf(const CapturePart& part) const {
    const auto begin = file_.begin() + static_cast<std::ptrdiff_t>(part.offset);
    return File(begin, begin + static_cast<std::ptrdiff_t>(part.size_bytes));
  }

 private:
  const File& file_;
  const std::vector<CapturePart>& table_;
  Capture* const capture_;
};

void ReadHistory(PartReader* parts, Capture* capture) {
  constexpr char kInstead[] = "the plots and the past are missing; the region's state is shown.";
  const CapturePart* part = parts->Whole(diag::kHistoryPart, kInstead);
  if (part == nullptr) return;
  Result<std::unique_ptr<RecordedLooks>> looks = diag::ReadLooks(parts->BytesOf(*part));
  if (looks.ok()) {
    capture->looks = std::move(*looks);
  } else {
    parts->AddProblem(diag::kHistoryPart, looks.status().message(), kInstead);
  }
}

void ReadEvents(PartReader* parts, Capture* capture) {
  constexpr char kInstead[] = "only the events that the region itself still had are shown.";
  const CapturePart* part = parts->Whole(diag::kEventsPart, kInstead);
  if (part == nullptr) return;
  Result<EventBatch> events = diag::ReadRecordedEvents(parts->BytesOf(*part));
  if (events.ok()) {
    capture->events = std::move(*events);
  } else {
    parts->AddProblem(diag::kEventsPart, events.status().message(), kInstead);
  }
}

Result<Capture> ReadParts(File file, const CaptureHeader& header) {
  const Result<std::vector<CapturePart>> table = ReadTable(file, header);
  if (!table.ok()) return table.status();
  const CapturePart* region = FindPart(*table, diag::kRegionPart);
  if (region == nullptr)
    return NoCapture("it has no part \"region\", without which there is nothing to show");
  const std::string problem = PartProblem(file, *region);
  if (!problem.empty()) {
    return NoCapture("its part \"region\" " + problem + ", without which there is nothing to show");
  }
  std::vector<PlacedRanges> lists;
  Result<PlacedRanges> ranges = RangesOf(file, *region, header.region_bytes);
  if (!ranges.ok()) return NoCapture(ranges.status().message());
  lists.push_back(std::move(*ranges));

  Capture capture;
  capture.made_unix_ms = header.made_unix_ms;
  PartReader parts(file, *table, &capture);
  constexpr char kNoPages[] = "pages cannot be read from it; the region's state is shown.";
  if (const CapturePart* contents = parts.Whole(diag::kContentsPart, kNoPages)) {
    Result<PlacedRanges> placed = RangesOf(file, *contents, header.region_bytes);
    if (placed.ok()) {
      lists.push_back(std::move(*placed));
    } else {
      parts.AddProblem(diag::kContentsPart, "makes no sense: " + placed.status().message(),
                       kNoPages);
    }
  }
  ReadHistory(&parts, &capture);
  ReadEvents(&parts, &capture);
  const Status status = SetRegion(std::move(file), std::move(lists), header, &capture);
  if (!status.ok()) return status;
  return capture;
}

}  // namespace

Result<Capture> ReadCapture(std::vector<uint8_t> file) {
  CaptureHeader header;
  const Status status = ReadHeader(file, &header);
  if (!status.ok()) return status;
  if (header.version == diag::kUncheckedCaptureVersion) {
    return ReadUnchecked(std::move(file), header);
  }
  if (file.size() < sizeof(header)) {
    return NoCapture("it has " + BytesText(file.size()) + ", and its header alone has more");
  }
  return ReadParts(std::move(file), header);
}

}  // namespace glasswal
