#include "cli/top/screen.h"

#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// Its functions, not macros of the same names.
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>
#undef lines  // A capability of terminals there.

namespace glasswal::inspector::cli {
namespace {

enum ColourPair : short { kGreenPair = 1, kYellowPair, kRedPair };

class NcursesScreen final : public Screen {
 public:
  explicit NcursesScreen(SCREEN* screen)
      : screen_(screen), is_utf8_(std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    // A lone Escape is not waited after for long.
    set_escdelay(50);
    curs_set(0);
    const char* no_colour = std::getenv("NO_COLOR");
    colours_ = has_colors() == TRUE && (no_colour == nullptr || *no_colour == '\0');
    if (!colours_) return;
    start_color();
    use_default_colors();
    init_pair(kGreenPair, COLOR_GREEN, -1);
    init_pair(kYellowPair, COLOR_YELLOW, -1);
    init_pair(kRedPair, COLOR_RED, -1);
  }

  ~NcursesScreen() override {
    endwin();
    delscreen(screen_);
  }

  TopSize size() const override {
    return {static_cast<size_t>(getmaxx(stdscr)), static_cast<size_t>(getmaxy(stdscr))};
  }

  void Draw(const std::vector<Line>& lines) override {
    erase();
    for (size_t row = 0; row < lines.size(); ++row) {
      move(static_cast<int>(row), 0);
      for (const Span& span : lines[row]) {
        attrset(static_cast<int>(AttributesOf(span.style)));
        addstr(is_utf8_ ? span.text.c_str() : ToAscii(span.text).c_str());
      }
    }
    attrset(A_NORMAL);
    refresh();
  }

  int WaitForKey(int timeout_ms) override {
    const int ready = getch();
    if (ready != ERR) return KeyOf(ready);
    pollfd input = {STDIN_FILENO, POLLIN, 0};
    const int answer = poll(&input, 1, timeout_ms);
    if (answer == 0) return kKeyNone;
    // A change of the window's size comes as a signal, and as a key of ncurses.
    if (answer > 0 && (input.revents & POLLIN) == 0) return kKeyHangUp;
    const int key = getch();
    if (key == ERR) return answer > 0 ? kKeyHangUp : kKeyNone;
    return KeyOf(key);
  }

 private:
  static int KeyOf(int key) {
    switch (key) {
      case KEY_UP:
        return kKeyUp;
      case KEY_DOWN:
        return kKeyDown;
      case KEY_PPAGE:
        return kKeyPageUp;
      case KEY_NPAGE:
        return kKeyPageDown;
      case KEY_HOME:
        return kKeyHome;
      case KEY_END:
        return kKeyEnd;
      case KEY_RESIZE:
        return kKeyResize;
      case KEY_LEFT:
        return '<';
      case KEY_RIGHT:
        return '>';
      default:
        return key < 0x100 ? key : kKeyNone;
    }
  }

  attr_t Coloured(ColourPair pair, attr_t otherwise) const {
    return colours_ ? static_cast<attr_t>(COLOR_PAIR(pair)) : otherwise;
  }

  attr_t AttributesOf(Style style) const {
    switch (style) {
      case Style::kHeading:
      case Style::kSelected:
        return A_REVERSE;
      case Style::kTitle:
      case Style::kKey:
        return A_BOLD;
      case Style::kDim:
        return A_DIM;
      case Style::kGood:
        return Coloured(kGreenPair, A_NORMAL);
      case Style::kWarning:
        return Coloured(kYellowPair, A_BOLD);
      case Style::kBad:
        return Coloured(kRedPair, A_NORMAL) | A_BOLD;
      default:
        return A_NORMAL;
    }
  }

  SCREEN* const screen_;
  const bool is_utf8_;
  bool colours_ = false;
};

}  // namespace

std::unique_ptr<Screen> Screen::Open() {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) return nullptr;
  int error = 0;
  if (setupterm(nullptr, STDOUT_FILENO, &error) != OK) return nullptr;
  char capability[] = "cup";
  const char* move_cursor = tigetstr(capability);
  if (move_cursor == nullptr || move_cursor == reinterpret_cast<const char*>(-1)) return nullptr;
  SCREEN* screen = newterm(nullptr, stdout, stdin);
  if (screen == nullptr) return nullptr;
  return std::make_unique<NcursesScreen>(screen);
}

}  // namespace glasswal::inspector::cli
