#include "diag/json_value.h"

#include <algorithm>
#include <charconv>

namespace glasswal::testing {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  JsonValue Whole() {
    JsonValue value = Value(0);
    return rest().empty() ? value : JsonValue{};
  }

 private:
  using Kind = JsonValue::Kind;
  std::string_view rest() const { return text_.substr(at_); }
  bool Take(std::string_view word) {
    if (rest().substr(0, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  JsonValue Value(int depth) {
    JsonValue value;
    if (depth > 20 || rest().empty()) return value;
    if (Take("null")) {
      value.kind = Kind::kNull;
    } else if (Take("true") || Take("false")) {
      value.kind = Kind::kBool;
      value.boolean = text_[at_ - 2] == 'u';
    } else if (rest()[0] == '"') {
      if (Text(&value.text)) value.kind = Kind::kString;
    } else if (Take("[")) {
      Array(&value, depth);
    } else if (Take("{")) {
      Object(&value, depth);
    } else {
      const auto result =
          std::from_chars(rest().data(), rest().data() + rest().size(), value.number);
      if (result.ec != std::errc()) return value;
      at_ = static_cast<size_t>(result.ptr - text_.data());
      value.kind = Kind::kNumber;
    }
    return value;
  }

  void Array(JsonValue* value, int depth) {
    if (!Take("]")) {
      do {
        value->items.push_back(Value(depth + 1));
        if (value->items.back().kind == Kind::kInvalid) return;
      } while (Take(","));
      if (!Take("]")) return;
    }
    value->kind = Kind::kArray;
  }

  void Object(JsonValue* value, int depth) {
    if (!Take("}")) {
      do {
        std::string name;
        if (!Text(&name) || !Take(":")) return;
        value->names.push_back(name);
        value->items.push_back(Value(depth + 1));
        if (value->items.back().kind == Kind::kInvalid) return;
      } while (Take(","));
      if (!Take("}")) return;
    }
    value->kind = Kind::kObject;
  }

  bool Text(std::string* text) {
    if (!Take("\"")) return false;
    while (!rest().empty() && rest()[0] != '"') {
      const char character = rest()[0];
      if (static_cast<unsigned char>(character) < 0x20) return false;
      ++at_;
      if (character != '\\') {
        *text += character;
      } else if (!Escape(text)) {
        return false;
      }
    }
    return Take("\"");
  }

  bool Escape(std::string* text) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (rest().empty()) return false;
    const size_t known = kNames.find(rest()[0]);
    if (known != std::string_view::npos) {
      *text += kMeanings[known];
      ++at_;
      return true;
    }
    uint32_t code = 0;
    if (!Take("u") || rest().size() < 4) return false;
    if (std::from_chars(rest().data(), rest().data() + 4, code, 16).ptr != rest().data() + 4) {
      return false;
    }
    at_ += 4;
    *text += static_cast<char>(code);  // The writer escapes only characters below 128 so.
    return code < 128;
  }

  std::string_view text_;
  size_t at_ = 0;
};

class Checker {
 public:
  explicit Checker(const JsonValue& root) : root_(root) {}
  std::vector<std::string> problems;

  void Check(const JsonValue& value, const JsonValue& schema, const std::string& where) {
    for (const auto& [word, rule_of_word] : schema.Members()) {
      const JsonValue& rule = *rule_of_word;
      if (word == "$ref") {
        Check(value, *root_.Find("$defs")->Find(rule.text.substr(8)), where);
      } else if (word == "type") {
        Expect(value.kind == KindOf(rule.text), where + " is no " + rule.text);
      } else if (word == "enum") {
        Expect(std::any_of(rule.items.begin(), rule.items.end(),
                           [&](const JsonValue& item) { return item.text == value.text; }),
               where + " has the value " + value.text);
      } else if (word == "minimum") {
        Expect(value.number >= rule.number, where + " is too small");
      } else if (word == "maximum") {
        Expect(value.number <= rule.number, where + " is too large");
      } else if (word == "minItems") {
        Expect(value.items.size() >= rule.number, where + " is too short");
      } else if (word == "maxItems") {
        Expect(value.items.size() <= rule.number, where + " is too long");
      } else if (word == "items") {
        for (size_t i = 0; i < value.items.size(); ++i) {
          Check(value.items[i], rule, where + "[" + std::to_string(i) + "]");
        }
      } else if (word == "anyOf") {
        CheckAnyOf(value, rule, where);
      } else if (word == "properties" || word == "additionalProperties") {
        CheckMembers(value, schema, word, rule, where);
      } else if (word == "required") {
        for (const JsonValue& name : rule.items) {
          Expect(value.Find(name.text) != nullptr, where + " has no " + name.text);
        }
      } else {
        Expect(word == "description" || word == "title" || word == "$schema" || word == "$defs",
               "the schema of " + where + " says '" + std::string(word) + "', which is not known");
      }
    }
  }

 private:
  static JsonValue::Kind KindOf(std::string_view type) {
    if (type == "object") return JsonValue::Kind::kObject;
    if (type == "array") return JsonValue::Kind::kArray;
    if (type == "string") return JsonValue::Kind::kString;
    if (type == "integer") return JsonValue::Kind::kNumber;
    if (type == "boolean") return JsonValue::Kind::kBool;
    return type == "null" ? JsonValue::Kind::kNull : JsonValue::Kind::kInvalid;
  }

  void Expect(bool holds, const std::string& problem) {
    if (!holds) problems.push_back(problem);
  }

  void CheckAnyOf(const JsonValue& value, const JsonValue& rules, const std::string& where) {
    const bool fits = std::any_of(rules.items.begin(), rules.items.end(), [&](const auto& rule) {
      return CheckSchema(value, rule, root_, where).empty();
    });
    Expect(fits, where + " is none of what it may be");
  }

  void CheckMembers(const JsonValue& value, const JsonValue& schema, std::string_view word,
                    const JsonValue& rule, const std::string& where) {
    const JsonValue* properties = schema.Find("properties");
    for (const auto& [name, member] : value.Members()) {
      const JsonValue* known = properties == nullptr ? nullptr : properties->Find(name);
      const std::string there = where + "." + std::string(name);
      if (word == "properties") {
        if (known != nullptr) Check(*member, *known, there);
      } else if (known == nullptr && rule.kind == JsonValue::Kind::kBool) {
        Expect(rule.boolean, there + " is not in the schema");
      } else if (known == nullptr) {
        Check(*member, rule, there);
      }
    }
  }

  const JsonValue& root_;
};

}  // namespace

const JsonValue* JsonValue::Find(std::string_view name) const {
  for (const auto& [key, value] : Members()) {
    if (key == name) return value;
  }
  return nullptr;
}

std::vector<std::pair<std::string_view, const JsonValue*>> JsonValue::Members() const {
  std::vector<std::pair<std::string_view, const JsonValue*>> members;
  for (size_t i = 0; i < names.size(); ++i) members.emplace_back(names[i], &items[i]);
  return members;
}

JsonValue ParseJson(std::string_view text) { return Parser(text).Whole(); }

std::vector<std::string> CheckSchema(const JsonValue& value, const JsonValue& schema,
                                     const JsonValue& root, const std::string& where) {
  Checker checker(root);
  checker.Check(value, schema, where);
  return checker.problems;
}

}  // namespace glasswal::testing
