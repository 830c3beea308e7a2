#include "diag/log_text.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "glasswal/snapshot_kinds.h"

namespace glasswal::diag {
namespace {

bool ReadNumber(std::string_view digits, int base, uint64_t* number) {
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, *number, base);
  return !digits.empty() && result.ec == std::errc() && result.ptr == end;
}

/// Appends a character of the plane that \u can name.
void AppendCharacter(uint64_t code, std::string* text) {
  const auto low = static_cast<char>(0x80 | (code & 0x3f));
  if (code < 0x800) {
    *text += static_cast<char>(0xc0 | code >> 6);
  } else {
    *text += static_cast<char>(0xe0 | code >> 12);
    *text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  *text += low;
}

/// Takes the escape that `rest` begins with, behind its backslash.
bool TakeEscape(std::string_view* rest, std::string* text) {
  if (rest->empty()) return false;
  const char kind = rest->front();
  rest->remove_prefix(1);
  if (kind == '"' || kind == '\\') {
    *text += kind;
    return true;
  }
  const size_t digits = kind == 'x' ? 2 : 4;
  uint64_t code = 0;
  if ((kind != 'x' && kind != 'u') || rest->size() < digits ||
      !ReadNumber(rest->substr(0, digits), 16, &code)) {
    return false;
  }
  rest->remove_prefix(digits);
  // \x is a byte of something that is no UTF-8, or a control of ASCII.
  if (kind == 'x') {
    *text += static_cast<char>(code);
  } else {
    AppendCharacter(code, text);
  }
  return true;
}

/// Takes a value in quotes, of which the first is gone.
bool TakeQuoted(std::string_view* rest, std::string* text) {
  while (!rest->empty()) {
    const char character = rest->front();
    rest->remove_prefix(1);
    if (character == '"') return true;
    if (character != '\\') {
      *text += character;
    } else if (!TakeEscape(rest, text)) {
      return false;
    }
  }
  return false;
}

bool IsNameCharacter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
         character == '_';
}

/// Takes "name=value" and the space behind it.
bool TakeDetail(std::string_view* rest, LogDetail* detail) {
  const size_t equals = rest->find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  const std::string_view name = rest->substr(0, equals);
  if (!std::all_of(name.begin(), name.end(), IsNameCharacter)) return false;
  *detail = {std::string(name), true, {}, 0};
  rest->remove_prefix(equals + 1);
  if (rest->starts_with('"')) {
    rest->remove_prefix(1);
    if (!TakeQuoted(rest, &detail->text)) return false;
  } else {
    const std::string_view value = rest->substr(0, rest->find(' '));
    if (value.empty()) return false;
    rest->remove_prefix(value.size());
    detail->is_text = !ReadNumber(value, 10, &detail->number);
    if (detail->is_text) detail->text = value;
  }
  if (rest->empty()) return true;
  const bool goes_on = rest->starts_with(' ') && rest->size() > 1;
  rest->remove_prefix(1);
  return goes_on;
}

}  // namespace

bool ReadLine(std::string_view line, LogRecord* record) {
  *record = {};
  record->client = kNoLogClient;
  record->message = line;
  LogDetail detail;
  if (!TakeDetail(&line, &detail) || detail.name != "event" || !detail.is_text) return false;
  record->event = detail.text;
  if (!TakeDetail(&line, &detail) || detail.name != "sequence" || detail.is_text) return false;
  record->sequence = detail.number;
  while (!line.empty()) {
    if (!TakeDetail(&line, &detail)) return false;
    if (detail.name == "client" && !detail.is_text && record->details.empty()) {
      record->client = static_cast<uint32_t>(detail.number);
      continue;
    }
    const auto has_its_name = [&](const LogDetail& other) { return other.name == detail.name; };
    if (std::any_of(record->details.begin(), record->details.end(), has_its_name)) return false;
    record->details.push_back(detail);
  }
  return true;
}

void WriteDetails(const std::vector<LogDetail>& details, JsonWriter* json) {
  json->BeginObject();
  for (const LogDetail& detail : details) {
    json->Key(CamelCase(detail.name));
    detail.is_text ? json->String(detail.text) : json->Number(detail.number);
  }
  json->EndObject();
}

void WriteMembers(const LogRecord& record, JsonWriter* json) {
  json->Key("level"), json->String(Name(record.level));
  json->Key("event"), json->String(record.event);
  json->Key("sequence"), json->Number(record.sequence);
  json->Key("timeMs"), json->Milliseconds(record.time_ns);
  json->Key("client");
  record.client == kNoLogClient ? json->Null() : json->Number(record.client);
  json->Key("details"), WriteDetails(record.details, json);
  json->Key("message"), json->String(record.message);
}

}  // namespace glasswal::diag
