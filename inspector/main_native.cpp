// glasswal-inspector: looks into a live region, or into a capture.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "app/inspector.h"
#include "glasswal/capture.h"
#include "platform/files.h"
#include "platform/native.h"
#include "platform/open_target.h"
#include "source/record.h"
#include "view/panel.h"

namespace glasswal::inspector {
namespace {

constexpr const char* kUsage =
    "usage: glasswal-inspector NAME|FILE [OPTION]...\n"
    "  NAME is a live region, FILE a capture of one.\n"
    "  --capture FILE     save a capture of NAME and end; no window\n"
    "  --contents         with --capture: the databases' contents too\n"
    "  --seconds N        with --capture: what happens in the N seconds before it too (1 to 300)\n"
    "  --json             print a snapshot of it and end; no window\n"
    "  --shot FILE.png    save a picture and end\n"
    "  --frames N         how many frames are drawn before it (20)\n"
    "  --theme THEME      dark (at first) or light\n"
    "  --panel PANEL      which panel is shown first\n"
    "  --select THING     what is selected, such as client:3\n"
    "  --size WxH         of the window, in points (1280x720)\n"
    "  --pixel-ratio R    pixels to a point (what the screen has)\n"
    "What is not given is as it was left; a picture is always as at the first time.\n";

struct Arguments {
  std::string target;
  std::string capture;
  bool contents = false;
  int seconds = 0;
  bool json = false;
  std::string shot;
  int frames = 20;
  std::string link;
  std::optional<Theme> theme;
  WindowOptions window;
};

/// What is wrong with the option, or nothing.
std::optional<std::string> SetOption(const std::string& option, const std::string& value,
                                     Arguments* arguments) {
  if (option == "--capture") {
    arguments->capture = value;
  } else if (option == "--seconds") {
    arguments->seconds = std::atoi(value.c_str());
    if (arguments->seconds < 1 || arguments->seconds > 300) {
      return "--seconds is a number from 1 to 300, not " + value;
    }
  } else if (option == "--shot") {
    arguments->shot = value;
  } else if (option == "--frames") {
    arguments->frames = std::atoi(value.c_str());
    if (arguments->frames < 1) return "--frames is a number from 1 on, not " + value;
  } else if (option == "--theme") {
    if (value != "dark" && value != "light") return "--theme is dark or light, not " + value;
    arguments->theme = value == "dark" ? Theme::kDark : Theme::kLight;
  } else if (option == "--panel") {
    if (!PanelByName(value)) return "there is no panel " + value;
    arguments->link += "&panel=" + value;
  } else if (option == "--select") {
    arguments->link += "&select=" + value;
  } else if (option == "--size") {
    WindowOptions& window = arguments->window;
    if (std::sscanf(value.c_str(), "%dx%d", &window.width, &window.height) != 2 ||
        window.width < 100 || window.height < 100 || window.width > 8192 || window.height > 8192) {
      return "--size is WIDTHxHEIGHT, each from 100 to 8192, not " + value;
    }
  } else if (option == "--pixel-ratio") {
    arguments->window.pixel_ratio = static_cast<float>(std::atof(value.c_str()));
    if (!(arguments->window.pixel_ratio >= 0.5f && arguments->window.pixel_ratio <= 6)) {
      return "--pixel-ratio is a number from 0.5 to 6, not " + value;
    }
  } else {
    return "what is " + option + "?";
  }
  return std::nullopt;
}

std::optional<std::string> Parse(int count, char** values, Arguments* arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string option = values[i];
    if (option.rfind("--", 0) != 0) {
      if (!arguments->target.empty()) return "only one region or file can be shown";
      arguments->target = option;
    } else if (option == "--contents") {
      arguments->contents = true;
    } else if (option == "--json") {
      arguments->json = true;
    } else if (++i == count) {
      return option + " needs a value";
    } else if (auto wrong = SetOption(option, values[i], arguments)) {
      return wrong;
    }
  }
  if (arguments->target.empty()) return "which region, or which capture?";
  if (arguments->seconds > 0 && arguments->capture.empty()) {
    return "--seconds is for --capture; a window records by itself";
  }
  return std::nullopt;
}

int Complain(const std::string& sentence) {
  std::fprintf(stderr, "glasswal-inspector: %s\n", sentence.c_str());
  return 1;
}

/// Says on stderr what of a capture is not whole: what comes without a window has no other place.
void SayProblems(const Source& source) {
  if (source.capture() == nullptr) return;
  for (const std::string& problem : source.capture()->problems) Complain(problem);
}

int PrintSnapshot(const Source& source) {
  const Result<Snapshot> snapshot = Observe(source.bytes());
  if (!snapshot.ok()) return Complain(snapshot.status().message());
  std::puts(ToJson(*snapshot).c_str());
  return 0;
}

int SaveCapture(const Source& source, const Arguments& arguments) {
  Recorder recorder;
  if (arguments.seconds > 0 && !source.live()) {
    return Complain("--seconds is for a live region, and " + source.title() + " is a capture.");
  }
  if (arguments.seconds > 0) {
    const Status status = Record(source, std::chrono::seconds(arguments.seconds), &recorder);
    // A region that ends meanwhile is what the capture is wanted for most.
    if (!status.ok()) std::fprintf(stderr, "glasswal-inspector: %s\n", status.message().c_str());
  }
  Result<std::vector<uint8_t>> file =
      WriteCapture(source.bytes(), {.contents = arguments.contents, .recorder = &recorder});
  if (!file.ok()) return Complain(file.status().message());
  const Status status = WriteFile(arguments.capture, *file);
  if (!status.ok()) return Complain(status.message());
  std::printf("%s: %zu bytes\n", arguments.capture.c_str(), file->size());
  return 0;
}

int SaveShot(NativePlatform* platform, const Inspector& inspector, const Arguments& arguments) {
  int width = 0;
  int height = 0;
  const std::vector<uint8_t> picture = platform->Shoot(arguments.frames, &width, &height);
  const Status status = WriteFile(
      arguments.shot, ToPng(picture, static_cast<uint32_t>(width), static_cast<uint32_t>(height)));
  if (!status.ok()) return Complain(status.message());
  const InspectorCost& cost = inspector.cost();
  std::printf("%s: %d x %d, %.2f ms a frame, worst %.2f ms, %llu bytes copied\n",
              arguments.shot.c_str(), width, height, cost.frame_ms, cost.frame_worst_ms,
              static_cast<unsigned long long>(cost.copied_bytes));
  return 0;
}

int Main(int count, char** values) {
  // A file beyond the limit of the process (ulimit -f) is an error that WriteFile() tells.
  std::signal(SIGXFSZ, SIG_IGN);
  if (count == 2 && (std::string(values[1]) == "--help" || std::string(values[1]) == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  Arguments arguments;
  if (auto wrong = Parse(count, values, &arguments)) {
    std::fprintf(stderr, "glasswal-inspector: %s\n%s", wrong->c_str(), kUsage);
    return 2;
  }
  Result<std::unique_ptr<Source>> source = OpenTarget(arguments.target);
  if (!source.ok()) return Complain(source.status().message());
  if (arguments.json || !arguments.capture.empty()) SayProblems(**source);
  if (arguments.json) return PrintSnapshot(**source);
  if (!arguments.capture.empty()) return SaveCapture(**source, arguments);
  Result<std::unique_ptr<NativePlatform>> platform = NativePlatform::Open(arguments.window);
  if (!platform.ok()) return Complain(platform.status().message());
  Inspector inspector(platform->get(), {});
  (*platform)->Bind(&inspector);
  // A picture is the same whatever was looked at before.
  if (arguments.shot.empty()) (*platform)->Remember(LayoutFile::OfUser());
  if (arguments.theme) inspector.SetTheme(*arguments.theme);
  inspector.Attach(std::move(*source));
  inspector.OpenLink(arguments.link);
  int result = 0;
  if (arguments.shot.empty()) {
    (*platform)->Run();
  } else {
    result = SaveShot(platform->get(), inspector, arguments);
  }
  (*platform)->Unbind();
  return result;
}

}  // namespace
}  // namespace glasswal::inspector

int main(int count, char** values) { return glasswal::inspector::Main(count, values); }
