// The project's dialect of RapidJSON: how its files and requests are parsed and written.
#ifndef LINEWATCH_STORE_JSON_H_
#define LINEWATCH_STORE_JSON_H_

#include <rapidjson/document.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace linewatch {

// Iterative, so that 100,000 opening brackets are an answer and not a stack overflow; encoding checked, because what
// is not UTF-8 must not travel on into a page or a mail; full precision, so that a stored number reads back the same.
inline constexpr unsigned kJsonParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

struct JsonFault {
  size_t line;  // from 1
  std::string what;
};
// Nothing when `text` is one JSON value, which `document` then holds. What is nested deeper than kMaxJsonDepth is a
// fault: copying, merging and checking a value recurse.
inline constexpr int kMaxJsonDepth = 32;
std::optional<JsonFault> ParseJson(std::string_view text, rapidjson::Document& document);
std::optional<JsonFault> CheckJsonDepth(std::string_view text);

inline size_t LineAt(std::string_view text, size_t offset) {
  const auto upto = text.substr(0, offset);
  return static_cast<size_t>(std::count(upto.begin(), upto.end(), '\n')) + 1;
}

// Writes JSON, and hands it on in pieces: a list of any length takes the same memory. Takes the events of a RapidJSON
// value (value.Accept(out)). Our own instead of rapidjson::Writer, because the whole list is written each cycle and this is
// three times as fast: text goes in by runs, not by characters.
class JsonWriter {
 public:
  using Ch = char;
  using Taker = std::function<void(std::string_view)>;

  explicit JsonWriter(Taker take) : take_(std::move(take)), buffer_(new char[kPiece]) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  bool StartObject() { return Open('{'); }
  bool Key(std::string_view name) {
    if (needs_comma_) Put(',');
    PutString(name);
    Put(':');
    needs_comma_ = false;
    return true;
  }
  bool EndObject(rapidjson::SizeType = 0) { return Close('}'); }
  bool StartArray() { return Open('['); }
  bool EndArray(rapidjson::SizeType = 0) { return Close(']'); }

  bool Null() { return Raw("null"); }
  bool Bool(bool value) { return Raw(value ? "true" : "false"); }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Uint64(value); }
  bool Int64(int64_t value);
  bool Uint64(uint64_t value);
  bool Double(double value);  // the shortest that reads back the same
  bool String(std::string_view text) {
    if (needs_comma_) Put(',');
    PutString(text);
    needs_comma_ = true;
    return true;
  }
  // A value that is JSON already.
  bool Raw(std::string_view json) {
    if (needs_comma_) Put(',');
    PutText(json);
    needs_comma_ = true;
    return true;
  }

  // To be called at the end: what is left goes to the taker.
  void Flush() {
    take_({buffer_.get(), size_});
    size_ = 0;
  }

  // For rapidjson::Value::Accept.
  bool Key(const char* text, rapidjson::SizeType length, bool) { return Key({text, length}); }
  bool String(const char* text, rapidjson::SizeType length, bool) { return String({text, length}); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return Raw({text, length}); }

 private:
  static constexpr size_t kPiece = 32 * 1024;

  void Put(char c) {
    if (size_ == kPiece) Flush();
    buffer_[size_++] = c;
  }
  void PutText(std::string_view text);
  void PutString(std::string_view text);  // in quotes, escaped
  bool Open(char bracket) {
    if (needs_comma_) Put(',');
    Put(bracket);
    needs_comma_ = false;
    return true;
  }
  bool Close(char bracket) {
    Put(bracket);
    needs_comma_ = true;
    return true;
  }

  Taker take_;
  std::unique_ptr<char[]> buffer_;
  size_t size_ = 0;
  bool needs_comma_ = false;  // before the next value or name
};

// What `write` writes, as a string.
std::string JsonText(const std::function<void(JsonWriter&)>& write);

// At most three decimals, trailing zeros dropped; what is no number is written as null. All that a time or a percentage
// needs, at a tenth of the cost of the shortest exact decimal.
void WriteNumber(JsonWriter& out, double value);

inline std::string_view StringOf(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

// The member, or null if `object` has none of that name.
const rapidjson::Value* FindMember(const rapidjson::Value& object, std::string_view name);

// RFC 7396: members of `patch` replace those of `target`, null removes, objects are merged.
void MergePatch(rapidjson::Value& target, const rapidjson::Value& patch, rapidjson::Document::AllocatorType& allocator);

}  // namespace linewatch

#endif
