#include "cli/output.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "diag/json_writer.h"
#include "port/printable.h"

namespace glasswal::inspector::cli {
namespace {

const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

const char* ColourOf(Style style) {
  switch (style) {
    case Style::kHeading:
    case Style::kTitle:
    case Style::kKey:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kGood:
      return "\x1b[32m";
    case Style::kWarning:
      return "\x1b[33m";
    case Style::kBad:
      return "\x1b[1;31m";
    case Style::kSelected:
      return "\x1b[7m";
    case Style::kPlain:
      break;
  }
  return "";
}

}  // namespace

Output::Output(FILE* file) : file_(file), is_terminal_(isatty(fileno(file)) != 0) {
  has_colours_ = is_terminal_ && *Variable("NO_COLOR") == '\0' && *Variable("TERM") != '\0' &&
                 std::strcmp(Variable("TERM"), "dumb") != 0;
}

size_t Output::width() const {
  winsize size = {};
  if (!is_terminal_ || ioctl(fileno(file_), TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

void Output::Raw(std::string_view bytes) {
  if (!ok_ || bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return;
  pipe_closed_ = errno == EPIPE;
  ok_ = false;
  if (!pipe_closed_) Complain(std::string("The output cannot be written: ") + std::strerror(errno));
}

void Output::Write(const Line& line) {
  const size_t cells = width();
  std::string text;
  for (const Span& span : cells > 0 ? Clipped(line, cells) : line) {
    const char* colour = has_colours_ ? ColourOf(span.style) : "";
    text += colour;
    text += span.text;
    if (*colour != '\0') text += "\x1b[0m";
  }
  // A line that was padded for what follows it ends where its text does.
  if (!has_colours_) text.erase(text.find_last_not_of(' ') + 1);
  Raw(text + "\n");
}

void Output::Json(const std::string& json) { Raw(HarmlessJson(json) + "\n"); }

void Output::Flush() {
  if (!ok_ || std::fflush(file_) == 0) return;
  pipe_closed_ = errno == EPIPE;
  ok_ = false;
  if (!pipe_closed_) Complain(std::string("The output cannot be written: ") + std::strerror(errno));
}

bool Output::IsRead() {
  pollfd reader = {fileno(file_), 0, 0};
  // The reading end of a pipe is closed: that is an error of the writing end.
  if (ok_ && poll(&reader, 1, 0) > 0 && (reader.revents & (POLLERR | POLLHUP)) != 0) {
    pipe_closed_ = true;
    ok_ = false;
  }
  return ok_;
}

std::string HarmlessJson(std::string_view json) {
  std::string harmless;
  harmless.reserve(json.size());
  while (!json.empty()) {
    const port::Utf8Character next = port::FirstCharacter(json);
    const size_t bytes = next.size_bytes == 0 ? 1 : next.size_bytes;
    if (next.size_bytes == 0) {
      harmless += "\\ufffd";
    } else if (next.code >= 0x7f && !port::IsPrintable(next.code)) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", next.code & 0xffff);
      harmless += escaped;
    } else {
      harmless += json.substr(0, bytes);
    }
    json.remove_prefix(bytes);
  }
  return harmless;
}

std::string JsonString(std::string_view text) {
  std::string json;
  diag::JsonWriter(&json).String(text);
  return HarmlessJson(json);
}

int Complain(const std::string& sentence, ExitCode code) {
  std::fprintf(stderr, "glasswal: %s\n", Shown(sentence).c_str());
  return code;
}

int Complain(const Status& status) {
  switch (status.code()) {
    case StatusCode::kCorrupt:
    case StatusCode::kVersionMismatch:
    case StatusCode::kSystem:
    case StatusCode::kFull:
      return Complain(status.message(), kFailed);
    default:
      return Complain(status.message(), kRefused);
  }
}

}  // namespace glasswal::inspector::cli
