// As much of JSON as the benchmark's requests and cases need: a parser into one plain struct.
#pragma once

#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

struct Json {
  enum Kind { Null, Boolean, Number, String, Array, Object } kind = Null;
  double number = 0;  // of a boolean 0 or 1
  std::string text;
  std::vector<Json> items;
  std::map<std::string, Json> fields;

  const Json& operator[](const std::string& name) const {
    const auto found = fields.find(name);
    if (found == fields.end()) throw std::invalid_argument("Cannot read a message: there is no \"" + name + "\"");
    return found->second;
  }
};

class JsonParser {
 public:
  static Json parse(const std::string& source) {
    JsonParser parser(source);
    Json value = parser.value(0);
    parser.space();
    if (parser.at_ != source.size()) parser.fail();
    return value;
  }

 private:
  explicit JsonParser(const std::string& source) : source_(source) {}

  [[noreturn]] void fail() const {
    throw std::invalid_argument("Cannot read JSON: something is wrong at character " + std::to_string(at_));
  }

  char peek() const { return at_ < source_.size() ? source_[at_] : '\0'; }

  void space() {
    while (at_ < source_.size() && std::string(" \t\r\n").find(source_[at_]) != std::string::npos) at_++;
  }

  bool take(char wanted) {
    space();
    if (peek() != wanted || at_ >= source_.size()) return false;
    at_++;
    return true;
  }

  void expect(char wanted) {
    if (!take(wanted)) fail();
  }

  bool word(const std::string& wanted) {
    if (source_.compare(at_, wanted.size(), wanted) != 0) return false;
    at_ += wanted.size();
    return true;
  }

  Json value(int depth) {
    if (depth > 64) fail();
    Json result;
    space();
    if (take('{')) {
      result.kind = Json::Object;
      if (take('}')) return result;
      do {
        space();
        const std::string name = string();
        expect(':');
        result.fields[name] = value(depth + 1);
      } while (take(','));
      expect('}');
    } else if (take('[')) {
      result.kind = Json::Array;
      if (take(']')) return result;
      do result.items.push_back(value(depth + 1));
      while (take(','));
      expect(']');
    } else if (peek() == '"') {
      result.kind = Json::String;
      result.text = string();
    } else if (word("true") || word("false")) {
      result.kind = Json::Boolean;
      result.number = source_[at_ - 2] == 'u';
    } else if (!word("null")) {
      const char* start = source_.c_str() + at_;
      char* end = nullptr;
      result.kind = Json::Number;
      result.number = std::strtod(start, &end);
      if (end == start) fail();
      at_ += end - start;
    }
    return result;
  }

  std::string string() {
    if (peek() != '"') fail();
    std::string result;
    for (at_++; at_ < source_.size(); at_++) {
      const char c = source_[at_];
      if (c == '"') {
        at_++;
        return result;
      }
      if (c == '\\') {
        at_++;
        escape(result);
      } else {
        result += c;
      }
    }
    fail();
  }

  void escape(std::string& result) {
    static const std::string names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const auto known = names.find(peek());
    if (peek() != '\0' && known != std::string::npos) {
      result += meanings[known];
      return;
    }
    if (peek() != 'u' || at_ + 4 >= source_.size()) fail();
    const std::string digits = source_.substr(at_ + 1, 4);
    char* end = nullptr;
    const unsigned long code = std::strtoul(digits.c_str(), &end, 16);
    if (*end != '\0') fail();
    at_ += 4;
    if (code < 0x80) {
      result += static_cast<char>(code);
    } else if (code < 0x800) {
      result += static_cast<char>(0xC0 | code >> 6);
      result += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      result += static_cast<char>(0xE0 | code >> 12);
      result += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      result += static_cast<char>(0x80 | (code & 0x3F));
    }
  }

  const std::string& source_;
  std::size_t at_ = 0;
};

// A JSON string of a text, on one line.
inline std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result + "\"";
}
