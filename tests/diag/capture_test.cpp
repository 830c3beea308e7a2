// Captures part by part: what was put in comes out, and whatever is damaged is found and named.
#include "diag/capture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>

#include "diag/checksum.h"
#include "diag/event_code.h"
#include "diag/populated_region.h"
#include "glasswal/capture.h"

namespace glasswal {
namespace {

using Bytes = std::vector<uint8_t>;

/// A region in which something happens between the looks of a recorder.
class RecordedRegion {
 public:
  RecordedRegion()
      : bytes_(NewMappedBytes(populated_.region().bytes(), populated_.region().size_bytes())) {
    for (uint64_t i = 0; i < 5; ++i) Look();
  }

  shm::Region& region() { return *populated_.region(); }
  const RegionBytes& bytes() const { return *bytes_; }
  /// What the looks saw, as JSON.
  const std::vector<std::string>& looks() const { return looks_; }
  const std::vector<Event>& events() const { return events_; }

  void Look() {
    region().client(2)->heartbeat.store(1000 + looks_.size());
    trace::Record(region(), EventKind::kCommit, {.client = 2, .client_generation = 5});
    Result<Snapshot> snapshot = recorder_.Observe(*bytes_);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status().message();
    looks_.push_back(ToJson(*snapshot));
    Result<EventBatch> batch = recorder_.ObserveEvents(*bytes_);
    ASSERT_TRUE(batch.ok());
    events_.insert(events_.end(), batch->events.begin(), batch->events.end());
  }

  Bytes Write(bool contents, bool recorded = true) const {
    Result<Bytes> file =
        WriteCapture(*bytes_, {.contents = contents, .recorder = recorded ? &recorder_ : nullptr});
    EXPECT_TRUE(file.ok()) << file.status().message();
    return std::move(*file);
  }

 private:
  testing::PopulatedRegion populated_;
  const std::unique_ptr<RegionBytes> bytes_;
  Recorder recorder_;
  std::vector<std::string> looks_;
  std::vector<Event> events_;
};

diag::CaptureHeader HeaderOf(const Bytes& file) {
  diag::CaptureHeader header;
  std::memcpy(&header, file.data(), sizeof(header));
  return header;
}

std::vector<diag::CapturePart> PartsOf(const Bytes& file) {
  std::vector<diag::CapturePart> parts(HeaderOf(file).part_count);
  std::memcpy(parts.data(), file.data() + sizeof(diag::CaptureHeader),
              parts.size() * sizeof(parts[0]));
  return parts;
}

/// Puts the table into the file and makes the checksum of the beginning right again.
void Seal(diag::CaptureHeader header, const std::vector<diag::CapturePart>& parts, Bytes* file) {
  header.part_count = static_cast<uint32_t>(parts.size());
  header.checksum = 0;
  const size_t size = parts.size() * sizeof(parts[0]);
  std::memcpy(file->data(), &header, sizeof(header));
  std::memcpy(file->data() + sizeof(header), parts.data(), size);
  header.checksum = diag::Checksum(file->data(), sizeof(header) + size);
  std::memcpy(file->data(), &header, sizeof(header));
}

std::vector<std::string> LooksOf(const Capture& capture) {
  std::vector<std::string> looks;
  if (!capture.looks) return looks;
  while (const RegionBytes* bytes = capture.looks->Next()) {
    Result<Snapshot> snapshot = Observe(*bytes);
    EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
    if (snapshot.ok()) looks.push_back(ToJson(*snapshot));
  }
  return looks;
}

std::string JsonOf(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) text += ToJson(event) + "\n";
  return text;
}

/// Everything that a capture shows, in one text.
std::string Shown(const Capture& capture) {
  std::string text = ToJson(*Observe(*capture.region));
  for (const std::string& look : LooksOf(capture)) text += "\nlook " + look;
  return text + "\nevents " + JsonOf(capture.events.events);
}

TEST(Checksum, IsXxh64) {
  const auto of = [](const std::string& text) {
    return diag::Checksum(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  // From the reference implementation.
  EXPECT_EQ(of(""), 0xef46db3751d8e999);
  EXPECT_EQ(of("a"), 0xd24ec4f1a98c6e5b);
  EXPECT_EQ(of("abc"), 0x44bc2cf5ad770999);
  EXPECT_EQ(of("Nobody inspects the spammish repetition"), 0xfbcea83c8a378bf1);
}

TEST(CaptureParts, HoldWhatWasRecorded) {
  RecordedRegion recorded;
  Result<Capture> capture = ReadCapture(recorded.Write(false));
  ASSERT_TRUE(capture.ok()) << capture.status().message();
  EXPECT_TRUE(capture->problems.empty());
  EXPECT_TRUE(capture->checked);
  EXPECT_GT(capture->made_unix_ms, 1'600'000'000'000u);
  EXPECT_EQ(capture->looks->count(), 5u);
  EXPECT_EQ(LooksOf(*capture), recorded.looks());
  EXPECT_EQ(JsonOf(capture->events.events), JsonOf(recorded.events()));
  ASSERT_GE(capture->events.events.size(), 5u);
  EXPECT_EQ(capture->events.next_sequence, capture->events.events.back().sequence + 1);
}

TEST(CaptureParts, WithoutARecorderAreTheRegionAlone) {
  RecordedRegion recorded;
  Result<Capture> capture = ReadCapture(recorded.Write(false, false));
  ASSERT_TRUE(capture.ok());
  EXPECT_EQ(capture->looks, nullptr);
  EXPECT_TRUE(capture->events.events.empty());
  EXPECT_TRUE(capture->problems.empty());
}

/// Every place of the beginning and of what is small, and some of what is large: the region itself is
/// half a megabyte of tables, of which a checksum takes all alike.
std::vector<size_t> PlacesToDamage(const Bytes& file) {
  const std::vector<diag::CapturePart> parts = PartsOf(file);
  std::vector<size_t> places;
  for (size_t at = 0; at < file.size();) {
    places.push_back(at);
    size_t step = 1;
    for (const diag::CapturePart& part : parts) {
      const uint64_t end = part.offset + part.size_bytes;
      // The lists of ranges are at the beginning of their parts.
      const bool inside = at >= part.offset + 256 && at < end;
      if (inside) step = std::min<uint64_t>(part.size_bytes > 65'536 ? 1009 : 5, end - at);
    }
    at += step;
  }
  return places;
}

TEST(CaptureParts, AFlippedByteAnywhereIsFoundAndWhatIsShownIsRight) {
  RecordedRegion recorded;
  const Bytes file = recorded.Write(true);
  ASSERT_EQ(PartsOf(file).size(), 4u);
  const Result<Capture> whole = ReadCapture(file);
  const std::string state = ToJson(*Observe(*whole->region));
  uint8_t change = 1;
  uint32_t shown = 0;
  for (const size_t place : PlacesToDamage(file)) {
    Bytes damaged = file;
    change = static_cast<uint8_t>(change == 255 ? 1 : change + 1);
    damaged[place] = static_cast<uint8_t>(damaged[place] ^ change);
    Result<Capture> capture = ReadCapture(std::move(damaged));
    if (!capture.ok()) {
      ASSERT_NE(capture.status().message(), "") << place;
      continue;
    }
    ASSERT_EQ(capture->problems.size(), 1u) << place;
    // Making texts of all that is shown takes longest.
    if (++shown % 16 != 0) continue;
    ASSERT_EQ(ToJson(*Observe(*capture->region)), state) << place;
    // What is not damaged is what it was.
    ASSERT_TRUE(!capture->looks || LooksOf(*capture) == recorded.looks()) << place;
    ASSERT_TRUE(capture->events.events.empty() ||
                JsonOf(capture->events.events) == JsonOf(recorded.events()))
        << place;
  }
  EXPECT_GT(shown, 300u);
}

TEST(CaptureParts, ACutAnywhereIsFoundAndWhatIsWholeIsShown) {
  RecordedRegion recorded;
  const Bytes file = recorded.Write(false);
  const std::vector<diag::CapturePart> parts = PartsOf(file);
  ASSERT_STREQ(parts[0].name, "region");
  const uint64_t region_end = parts[0].offset + parts[0].size_bytes;
  const uint64_t history_end = parts[1].offset + parts[1].size_bytes;
  for (const size_t size : PlacesToDamage(file)) {
    Result<Capture> capture = ReadCapture(Bytes(file.data(), file.data() + size));
    ASSERT_EQ(capture.ok(), size >= region_end) << size;
    if (!capture.ok()) {
      ASSERT_EQ(capture.status().code(), StatusCode::kCorrupt) << size;
      continue;
    }
    ASSERT_EQ(capture->looks != nullptr, size >= history_end) << size;
    ASSERT_TRUE(capture->events.events.empty()) << size;
    ASSERT_EQ(capture->problems.size(), size >= history_end ? 1u : 2u) << size;
    ASSERT_NE(capture->problems[0].find("cut short"), std::string::npos) << size;
  }
}

TEST(CaptureParts, SayInWordsWhatIsDamaged) {
  RecordedRegion recorded;
  const Bytes file = recorded.Write(true);
  const std::vector<diag::CapturePart> parts = PartsOf(file);
  const auto damaged = [&](size_t place) {
    Bytes other = file;
    other[place] ^= 0x10;
    return ReadCapture(std::move(other));
  };
  const auto said = [](const Result<Capture>& capture) {
    return capture.ok() ? capture->problems.at(0) : capture.status().message();
  };
  EXPECT_NE(said(damaged(0)).find("does not begin with \"glwalcap\""), std::string::npos);
  EXPECT_NE(said(damaged(40)).find("header or its table of parts is damaged (checksum "),
            std::string::npos);
  EXPECT_NE(said(damaged(parts[0].offset + 99)).find("part \"region\" is damaged (checksum "),
            std::string::npos);
  EXPECT_NE(said(damaged(parts[0].offset + 99)).find("Fetch the file once more"),
            std::string::npos);
  EXPECT_NE(said(damaged(parts[1].offset + 99)).find("pages cannot be read"), std::string::npos);
  EXPECT_NE(said(damaged(parts[2].offset + 9)).find("\"history\" of this capture is damaged"),
            std::string::npos);
  EXPECT_NE(said(damaged(parts[2].offset + 9)).find("the region's state is shown"),
            std::string::npos);
  EXPECT_NE(said(damaged(parts[3].offset + 9)).find("\"events\" of this capture is damaged"),
            std::string::npos);
}

TEST(CaptureParts, ThatAReaderDoesNotKnowAreSkipped) {
  RecordedRegion recorded;
  Bytes file = recorded.Write(false);
  std::vector<diag::CapturePart> parts = PartsOf(file);
  const std::string shown = Shown(*ReadCapture(file));
  for (const char* name : {"history", "events"}) {
    Bytes without = file;
    std::vector<diag::CapturePart> renamed = parts;
    for (diag::CapturePart& part : renamed) {
      if (std::strcmp(part.name, name) == 0) std::memcpy(part.name, "later\0\0\0", 8);
    }
    Seal(HeaderOf(file), renamed, &without);
    Result<Capture> capture = ReadCapture(without);
    ASSERT_TRUE(capture.ok()) << capture.status().message();
    EXPECT_TRUE(capture->problems.empty());
    EXPECT_NE(Shown(*capture), shown);
  }
  std::memcpy(parts[0].name, "later\0", 6);
  Seal(HeaderOf(file), parts, &file);
  EXPECT_NE(ReadCapture(file).status().message().find("no part \"region\""), std::string::npos);
}

// Whoever can write a file can make its checksums right: what lies behind them is input as well.
TEST(CaptureParts, OfALiarAreReadWithSuspicion) {
  RecordedRegion recorded;
  const Bytes file = recorded.Write(false);
  for (size_t part = 1; part < 3; ++part) {
    std::vector<diag::CapturePart> parts = PartsOf(file);
    const size_t begin = parts[part].offset;
    const size_t size = parts[part].size_bytes;
    for (size_t i = 0; i < size; ++i) {
      for (const int change : {0x01, 0x80, 0xff}) {
        Bytes forged = file;
        forged[begin + i] = static_cast<uint8_t>(forged[begin + i] ^ change);
        parts[part].checksum = diag::Checksum(forged.data() + begin, size);
        Seal(HeaderOf(file), parts, &forged);
        Result<Capture> capture = ReadCapture(std::move(forged));
        ASSERT_TRUE(capture.ok()) << i;
        if (!capture->looks) continue;
        while (const RegionBytes* bytes = capture->looks->Next()) (void)Observe(*bytes);
      }
    }
  }
}

// A later version's events have more fields, an earlier one's had fewer.
TEST(CaptureParts, OfEventsAreReadWhateverFieldsTheyHave) {
  for (const uint32_t fields : {6u, diag::kEventFields, diag::kEventFields + 3}) {
    Bytes code;
    diag::PutVarint(1, &code);
    diag::PutDifference(0, 7, &code);
    diag::PutDifference(0, 1'000'000, &code);
    for (uint32_t i = 2; i < fields; ++i) diag::PutVarint(i == 3 ? 2 : i, &code);
    diag::VarintReader reader(code.data(), code.size());
    std::vector<Event> events;
    ASSERT_TRUE(diag::TakeEvents(&reader, fields, 10, &events)) << fields;
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(events.at(0).sequence, 7u);
    EXPECT_EQ(events[0].client_generation, 5u);
    EXPECT_EQ(events[0].file, fields > 7 ? 7u : 0u);
  }
}

TEST(CaptureParts, OfAnotherVersionAreRefusedByName) {
  RecordedRegion recorded;
  Bytes file = recorded.Write(false);
  file[offsetof(diag::CaptureHeader, version)] = 9;
  const Status status = ReadCapture(file).status();
  EXPECT_EQ(status.code(), StatusCode::kVersionMismatch);
  EXPECT_NE(status.message().find("of version 9, and this build reads versions 1 to 2"),
            std::string::npos);
  // Version 1 has no checksums: one byte must not turn a capture into one of those.
  file[offsetof(diag::CaptureHeader, version)] = 1;
  EXPECT_EQ(ReadCapture(file).status().code(), StatusCode::kCorrupt);
}

/// A capture as version 1 wrote it.
Bytes WriteVersion1(const Bytes& file) {
  const diag::CapturePart region = PartsOf(file)[0];
  diag::CaptureHeader header = HeaderOf(file);
  uint64_t ranges = 0;
  std::memcpy(&ranges, file.data() + region.offset, sizeof(ranges));
  header.version = 1;
  header.range_count = static_cast<uint32_t>(ranges);
  header.part_count = 0;
  Bytes old(56);
  std::memcpy(old.data(), &header, old.size());
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>(region.offset + sizeof(ranges));
  old.insert(old.end(), begin,
             begin + static_cast<std::ptrdiff_t>(region.size_bytes - sizeof(ranges)));
  return old;
}

TEST(CaptureParts, OfVersion1AreReadAndSaidToBeUnchecked) {
  RecordedRegion recorded;
  const Bytes file = recorded.Write(false, false);
  const Bytes old = WriteVersion1(file);
  Result<Capture> capture = ReadCapture(old);
  ASSERT_TRUE(capture.ok()) << capture.status().message();
  EXPECT_FALSE(capture->checked);
  EXPECT_EQ(Shown(*capture), Shown(*ReadCapture(file)));
  for (size_t size = 0; size < old.size(); size += 97) {
    EXPECT_FALSE(ReadCapture(Bytes(old.data(), old.data() + size)).ok());
  }
}

TEST(Recorder, ForgetsTheOldest) {
  testing::PopulatedRegion populated;
  shm::Region& region = *populated.region();
  const auto bytes = NewMappedBytes(populated.region().bytes(), populated.region().size_bytes());
  Recorder recorder({.most_looks = 3, .most_events = 300});
  std::vector<std::string> looks;
  std::vector<Event> events;
  for (uint64_t i = 0; i < 2000; ++i) {
    region.client(2)->heartbeat.store(5000 + i);
    trace::Record(region, EventKind::kCommit, {.client = 2, .client_generation = 5});
    if (i % 10 != 0) continue;
    looks.push_back(ToJson(*recorder.Observe(*bytes)));
    const EventBatch batch = *recorder.ObserveEvents(*bytes);
    events.insert(events.end(), batch.events.begin(), batch.events.end());
  }
  EXPECT_EQ(recorder.looks(), 3u);
  Result<Capture> capture = ReadCapture(*WriteCapture(*bytes, {.recorder = &recorder}));
  ASSERT_TRUE(capture.ok()) << capture.status().message();
  looks.erase(looks.begin(), looks.end() - 3);
  EXPECT_EQ(LooksOf(*capture), looks);
  ASSERT_EQ(capture->events.events.size(), 300u);
  events.erase(events.begin(), events.end() - 300);
  EXPECT_EQ(JsonOf(capture->events.events), JsonOf(events));
}

TEST(Recorder, KeepsNoMoreThanItsBytes) {
  testing::PopulatedRegion populated;
  shm::Region& region = *populated.region();
  const auto bytes = NewMappedBytes(populated.region().bytes(), populated.region().size_bytes());
  Recorder recorder({.most_look_bytes = 500});
  for (uint64_t i = 0; i < 100; ++i) {
    region.client(2)->heartbeat.store(i * 0x123456789abcdef);
    ASSERT_TRUE(recorder.Observe(*bytes).ok());
  }
  EXPECT_GT(recorder.looks(), 2u);
  EXPECT_LT(recorder.looks(), 60u);
}

// What a database holds is not among what looks read: of the segments only the tables in them.
TEST(Recorder, HasNothingOfTheContents) {
  RecordedRegion recorded;
  Result<Capture> capture = ReadCapture(recorded.Write(false));
  ASSERT_TRUE(capture.ok());
  const shm::RegionGeometry& geometry = recorded.region().geometry();
  const RegionBytes* look = capture->looks->Next();
  ASSERT_NE(look, nullptr);
  uint32_t checked = 0;
  for (uint32_t segment = geometry.first_segment; segment < geometry.segment_count; ++segment) {
    const auto kind = shm::SegmentKindOf(recorded.region().segment_word(segment)->load());
    if (kind == shm::kSegmentControl || kind == shm::kSegmentWalIndex) continue;
    uint64_t word = 0;
    ASSERT_FALSE(look->Copy(uint64_t{segment} * shm::kSegmentBytes, sizeof(word), &word));
    ++checked;
  }
  EXPECT_GT(checked, 10u);
}

}  // namespace
}  // namespace glasswal
