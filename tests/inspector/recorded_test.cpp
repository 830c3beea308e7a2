// What an inspector saw is in the captures that it makes: who opens one sees the same past.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "app/session.h"
#include "diag/capture.h"
#include "inspector/frames.h"
#include "inspector/scene.h"
#include "port/clock.h"

namespace glasswal::inspector {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kStepNs = 250'000'000;

/// A region's bytes with a clock that goes as it is told.
class ClockedBytes final : public RegionBytes {
 public:
  ClockedBytes(std::unique_ptr<RegionBytes> bytes, const uint64_t* now_ns)
      : bytes_(std::move(bytes)), now_ns_(now_ns) {}
  uint64_t size_bytes() const override { return bytes_->size_bytes(); }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    return bytes_->Copy(offset, size_bytes, to);
  }
  uint64_t NowNs() const override { return *now_ns_; }

 private:
  const std::unique_ptr<RegionBytes> bytes_;
  const uint64_t* const now_ns_;
};

/// A session that watches a region at work.
class Watched {
 public:
  Watched() : writer_(scene_.Open()), session_(&model_) {
    Scene::Run(writer_, "CREATE TABLE t(x)");
    session_.Attach(
        NewSource(std::make_unique<ClockedBytes>(scene_.Bytes(), &now_ns_), "scene", true));
  }

  /// Some work, and a look at it.
  void Work(int rows) {
    for (int i = 0; i < rows; ++i) Scene::Run(writer_, "INSERT INTO t VALUES(randomblob(300))");
    now_ns_ += kStepNs;
    EXPECT_TRUE(session_.Poll(now_ns_, {}));
  }
  std::vector<uint8_t> Capture() {
    now_ns_ += kStepNs;
    Result<std::vector<uint8_t>> file = session_.Capture(false);
    EXPECT_TRUE(file.ok()) << file.status().message();
    return std::move(*file);
  }
  const Model& model() const { return model_; }

 private:
  uint64_t now_ns_ = port::NowNs();
  Scene scene_;
  sqlite3* const writer_;
  Model model_;
  Session session_;
};

/// A session on a capture.
struct Opened {
  explicit Opened(std::vector<uint8_t> file) : session(&model) {
    Result<std::unique_ptr<Source>> source = OpenCapture(std::move(file), "a capture");
    EXPECT_TRUE(source.ok()) << source.status().message();
    if (source.ok()) session.Attach(std::move(*source));
  }

  Model model;
  Session session;
};

/// What is drawn of a sample: its numbers and its rates.
std::string Shown(const Sample& sample) {
  const Rates& r = sample.rates;
  std::string text = ToJson(*sample.snapshot);
  for (const double rate : {r.seconds, r.commits, r.commit_frames, r.reads, r.read_bytes,
                            r.write_bytes, r.transactions, r.busy, r.events, r.waiting}) {
    text += " " + std::to_string(rate);
  }
  return text + " " + std::to_string(r.hold_p50_ns) + " " + std::to_string(r.hold_p99_ns);
}

/// The first difference between the two pasts, or nothing.
std::string Difference(const History& one, const History& other, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const std::string a = Shown(one.samples()[i]);
    const std::string b = Shown(other.samples()[i]);
    if (a == b) continue;
    const auto at = static_cast<size_t>(
        std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    const size_t from = at > 60 ? at - 60 : 0;
    return std::to_string(i) + ": ..." + a.substr(from, 120) + "\n and ..." + b.substr(from, 120);
  }
  return "";
}

std::string EventsOf(const Model& model, size_t count) {
  const auto& events = model.events().events();
  return EventsToJson({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count)});
}

TEST(RecordedCapture, HasThePastThatTheInspectorSaw) {
  Watched live;
  for (int i = 0; i < 40; ++i) live.Work(i % 7 + 1);
  const std::vector<uint8_t> file = live.Capture();
  Opened opened(file);
  const History& past = opened.model.history();
  const size_t looks = live.model().history().samples().size();
  ASSERT_EQ(looks, 41u);
  ASSERT_EQ(past.samples().size(), looks + 1) << "the capture is a moment of its own";
  EXPECT_EQ(Difference(live.model().history(), past, looks), "");
  EXPECT_GT(past.samples()[20].rates.commits, 10);
  const size_t events = live.model().events().events().size();
  ASSERT_GE(opened.model.events().events().size(), events);
  EXPECT_EQ(EventsOf(opened.model, events), EventsOf(live.model(), events));
  EXPECT_EQ(opened.model.events().lost(), live.model().events().lost());
  EXPECT_EQ(opened.model.lock_timeline().lanes().size(),
            live.model().lock_timeline().lanes().size());
  EXPECT_THAT(opened.model.origin(), HasSubstr("recorded for 10.2 s until then"));
  EXPECT_EQ(opened.model.problem(), "");
}

TEST(RecordedCapture, IsScrubbedAsALiveRegionIs) {
  Watched live;
  for (int i = 0; i < 12; ++i) live.Work(2);
  Opened opened(live.Capture());
  opened.model.ScrubTo(5);
  EXPECT_TRUE(opened.model.paused());
  EXPECT_EQ(Shown(opened.model.shown()), Shown(live.model().history().samples()[5]));
  EXPECT_LT(opened.model.shown_events(), opened.model.events().events().size());
  EXPECT_EQ(opened.model.ShownWhen(), "2.00 s ago");
  opened.model.SetPaused(false);
  EXPECT_EQ(opened.model.ShownWhen(), "captured");
}

TEST(RecordedCapture, KeepsItsPastWhenItIsSavedAgain) {
  Watched live;
  for (int i = 0; i < 10; ++i) live.Work(3);
  Opened opened(live.Capture());
  Result<std::vector<uint8_t>> again = opened.session.Capture(false);
  ASSERT_TRUE(again.ok()) << again.status().message();
  Opened reopened(std::move(*again));
  const size_t looks = opened.model.history().samples().size();
  ASSERT_EQ(reopened.model.history().samples().size(), looks);
  EXPECT_EQ(Difference(opened.model.history(), reopened.model.history(), looks), "");
  EXPECT_EQ(reopened.model.origin().substr(31), opened.model.origin().substr(31));
}

TEST(RecordedCapture, HasEventsThatTheRingHasNotAnyMore) {
  Watched live;
  const uint64_t ring = live.model().snapshot().events.capacity;
  for (uint64_t done = 0; done < 2 * ring; done += 500) live.Work(500);
  Opened opened(live.Capture());
  EXPECT_GT(opened.model.events().events().size(), ring * 3 / 2);
  EXPECT_EQ(opened.model.events().events().front().sequence,
            live.model().events().events().front().sequence);
  EXPECT_EQ(opened.model.events().lost(), live.model().events().lost());
  EXPECT_EQ(opened.session.new_events().events.size(), opened.model.events().events().size());
}

TEST(RecordedCapture, HasAsManyLooksAsTheInspectorKeeps) {
  Watched live;
  for (size_t i = 0; i < kMostSamples + 50; ++i) live.Work(1);
  Opened opened(live.Capture());
  EXPECT_EQ(live.model().history().samples().size(), kMostSamples);
  ASSERT_EQ(opened.model.history().samples().size(), kMostSamples);
  // The oldest gave way to the capture itself, and of the next nothing is known that was before.
  const Snapshot& oldest = *opened.model.history().samples()[0].snapshot;
  EXPECT_EQ(oldest.observed_ns, live.model().history().samples()[1].snapshot->observed_ns);
  EXPECT_EQ(opened.model.history().samples()[0].rates.seconds, 0);
  EXPECT_EQ(Shown(opened.model.history().samples()[600]),
            Shown(live.model().history().samples()[601]));
}

TEST(RecordedCapture, SaysWhatOfItIsDamagedAndShowsTheRest) {
  Watched live;
  for (int i = 0; i < 5; ++i) live.Work(1);
  std::vector<uint8_t> file = live.Capture();
  Frames frames;
  frames.inspector.OpenCapture(file, "whole.glasswal");
  frames.Pass(100);
  EXPECT_TRUE(frames.Has(Role::kStatus, "capture"));
  EXPECT_TRUE(frames.Has(Role::kButton, "Show the moment of the capture"));
  diag::CapturePart history;
  std::memcpy(&history, file.data() + sizeof(diag::CaptureHeader) + sizeof(history),
              sizeof(history));
  ASSERT_STREQ(history.name, "history");
  file[history.offset + history.size_bytes / 2] ^= 1;
  frames.inspector.OpenCapture(file, "damaged.glasswal");
  frames.Pass(100);
  EXPECT_TRUE(frames.Has(Role::kStatus, "capture, damaged"));
  EXPECT_FALSE(frames.Has(Role::kButton, "Show the moment of the capture"));
  Opened opened(file);
  EXPECT_THAT(opened.model.problem(), HasSubstr("\"history\" of this capture is damaged"));
  EXPECT_EQ(opened.model.history().samples().size(), 1u);
  EXPECT_GT(opened.model.snapshot().totals.commits, 5u);
  EXPECT_FALSE(opened.model.events().events().empty());
}

}  // namespace
}  // namespace glasswal::inspector
