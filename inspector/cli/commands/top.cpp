// glasswal top: a region, watched.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "cli/act.h"
#include "cli/command.h"
#include "cli/target.h"
#include "cli/top/frame.h"
#include "cli/top/screen.h"
#include "cli/top/watch.h"

namespace glasswal::inspector::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr uint32_t kEvictionMs = 5000;
constexpr double kShortestS = 0.1;
constexpr double kLongestS = 60;

// For handlers, which may only say that a signal came.
volatile std::sig_atomic_t ended_by = 0;

uint64_t NowNs() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
          .count());
}

std::chrono::nanoseconds IntervalOf(double seconds) {
  return std::chrono::nanoseconds(static_cast<int64_t>(seconds * 1e9));
}

/// One picture after the other, for pipes, files and terminals that can do no more.
int Print(const Arguments& arguments, Watch* watch, Output* output) {
  TopState state;
  state.sort = SortByName(arguments.sort);
  state.interval_s = arguments.interval_s;
  for (uint32_t times = 0; output->ok(); ++times) {
    if (times > 0) std::this_thread::sleep_for(IntervalOf(arguments.interval_s));
    if (!output->IsRead()) break;
    const bool news = watch->Look(NowNs());
    if (!news && !watch->model().problem().empty()) {
      output->Flush();
      const int code = Complain(watch->model().problem());
      return times > 0 ? static_cast<int>(kDone) : code;
    }
    state.dead = watch->dead();
    if (arguments.json) {
      output->Json(ToJson(watch->untouched()));
    } else {
      if (times > 0) output->Raw("\n");
      for (const Line& line : TopFrame(watch->model(), {output->width(), 0}, &state)) {
        output->Write(line);
      }
    }
    output->Flush();
    if (times + 1 == arguments.times || !watch->model().live()) return kDone;
  }
  return kDone;
}

/// The user's session with a screen.
class Session {
 public:
  Session(const Arguments& arguments, Watch* watch, Screen* screen)
      : arguments_(arguments), watch_(watch), screen_(screen) {
    state_.sort = SortByName(arguments.sort);
    state_.interval_s = arguments.interval_s;
  }

  void Run() {
    uint32_t looks = 0;
    Clock::time_point next = Clock::now();
    while (ended_by == 0 && !ended_) {
      if (Clock::now() >= next && !state_.paused) {
        watch_->Look(NowNs());
        state_.dead = watch_->dead();
        next = Clock::now() + IntervalOf(state_.interval_s);
        if (++looks > arguments_.times && arguments_.times > 0) return;
      }
      Draw();
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now());
      const int most_ms = state_.paused ? 1000 : static_cast<int>(left.count()) + 1;
      const int key = screen_->WaitForKey(std::clamp(most_ms, 0, 1000));
      if (key == kKeyHangUp) return;
      if (key != kKeyNone && key != kKeyResize) Handle(key, &next);
    }
  }

 private:
  void Draw() {
    const TopSize size = screen_->size();
    if (size.width == 0 || size.height == 0) return;
    screen_->Draw(TopFrame(watch_->model(), size, &state_));
  }

  /// The client that is selected; null if there is none, or it has left.
  const ClientSnapshot* Selected() const {
    if (!watch_->model().has_snapshot() || !state_.slot) return nullptr;
    for (const ClientSnapshot& client : watch_->model().snapshot().clients) {
      if (client.slot == *state_.slot && client.generation == state_.generation) return &client;
    }
    return nullptr;
  }

  void Select(int by) {
    const std::vector<TopRow> rows = RowsOf(watch_->model(), state_);
    if (rows.empty()) return;
    const auto last = static_cast<std::ptrdiff_t>(rows.size()) - 1;
    std::ptrdiff_t at = by > 0 ? -1 : last + 1;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].client.slot == state_.slot && rows[i].client.generation == state_.generation) {
        at = static_cast<std::ptrdiff_t>(i);
      }
    }
    const ClientSnapshot& client =
        rows[static_cast<size_t>(std::clamp<std::ptrdiff_t>(at + by, 0, last))].client;
    state_.slot = client.slot;
    state_.generation = client.generation;
  }

  void Handle(int key, Clock::time_point* next) {
    state_.message.clear();
    if (!state_.question.empty()) {
      Answer(key);
      return;
    }
    constexpr int kMany = 1 << 20;
    const int page = static_cast<int>(screen_->size().height / 2);
    switch (key) {
      case 'q':
      case 'Q':
        ended_ = true;
        break;
      case '?':
      case 'h':
        state_.help = !state_.help;
        break;
      case 27:  // Escape.
        state_.help = false;
        state_.slot.reset();
        break;
      case ' ':
        state_.paused = !state_.paused;
        *next = Clock::now();
        break;
      case '\t':
        state_.pane = static_cast<TopPane>((static_cast<uint32_t>(state_.pane) + 1) %
                                           static_cast<uint32_t>(TopPane::kCount));
        break;
      case '<':
      case '>':
        state_.sort = static_cast<TopSort>(
            (static_cast<uint32_t>(state_.sort) + (key == '>' ? 1 : kTopSorts - 1)) % kTopSorts);
        break;
      case 'r':
        state_.reversed = !state_.reversed;
        break;
      case '+':
      case '-':
        state_.interval_s =
            std::clamp(state_.interval_s * (key == '+' ? 0.5 : 2.0), kShortestS, kLongestS);
        *next = Clock::now();
        break;
      case kKeyUp:
      case 'k':
        Select(-1);
        break;
      case kKeyDown:
      case 'j':
        Select(1);
        break;
      case kKeyPageUp:
        Select(-page);
        break;
      case kKeyPageDown:
        Select(page);
        break;
      case kKeyHome:
        Select(-kMany);
        break;
      case kKeyEnd:
        Select(kMany);
        break;
      case 'c':
      case 'e':
        Ask(key);
        break;
      default:
        break;
    }
  }

  void Ask(int key) {
    if (!watch_->model().live() || !watch_->model().problem().empty()) {
      state_.message = "There is nothing to change here: the region is gone, or this is a capture.";
      return;
    }
    const ClientSnapshot* client = Selected();
    if (client == nullptr) {
      state_.message = "Choose a client first: Up and Down.";
      return;
    }
    chosen_ = *client;
    if (key == 'c') {
      const Status status = CancelClient(arguments_.target, chosen_);
      state_.message =
          status.ok() ? "Cancelled what " + chosen_.name + " runs." : Shown(status.message());
      return;
    }
    state_.question = "End " + Who(chosen_) + " for good? y/n";
  }

  void Answer(int key) {
    state_.question.clear();
    if (key != 'y' && key != 'Y') {
      state_.message = "Nothing was done.";
      return;
    }
    state_.message = "Ending " + Who(chosen_) + " ...";
    Draw();
    const Status status = EvictClient(arguments_.target, chosen_, kEvictionMs);
    state_.message = Who(chosen_) + (status.ok() ? " was evicted and recovered from."
                                                 : " was not evicted: " + Shown(status.message()));
  }

  const Arguments& arguments_;
  Watch* const watch_;
  Screen* const screen_;
  TopState state_;
  ClientSnapshot chosen_;  // That a question is about.
  bool ended_ = false;
};

}  // namespace

int RunTop(const Arguments& arguments, Output* output) {
  Result<std::unique_ptr<Source>> source = OpenWhole(arguments.target);
  if (!source.ok()) return Complain(source.status());
  Watch watch(std::move(*source));
  // What cannot be read at all is told without a screen.
  if (!watch.Look(NowNs())) return Complain(watch.model().problem(), kFailed);
  std::unique_ptr<Screen> screen = arguments.json ? nullptr : Screen::Open();
  if (screen == nullptr) return Print(arguments, &watch, output);
  // The terminal is given back as it was found, however the session ends.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, [](int which) { ended_by = which; });
  }
  Session(arguments, &watch, screen.get()).Run();
  screen.reset();
  if (ended_by != 0 && ended_by != SIGINT) {
    std::signal(ended_by, SIG_DFL);
    std::raise(ended_by);
  }
  return kDone;
}

}  // namespace glasswal::inspector::cli
