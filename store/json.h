// The project's dialect of RapidJSON: how its files and requests are parsed and written.
#ifndef LINEWATCH_STORE_JSON_H_
#define LINEWATCH_STORE_JSON_H_

#include <rapidjson/document.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <functional>
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

// A RapidJSON output stream that hands its text on in pieces: a list of any length is written with the same memory.
class JsonSink {
 public:
  using Ch = char;
  using Taker = std::function<void(std::string_view)>;
  static constexpr size_t kPiece = 32 * 1024;

  explicit JsonSink(Taker take) : take_(std::move(take)) { buffer_.reserve(kPiece); }
  void Put(char c) {
    if (buffer_.size() == kPiece) Flush();
    buffer_.push_back(c);
  }
  void Flush() {
    take_(buffer_);
    buffer_.clear();
  }

 private:
  Taker take_;
  std::string buffer_;
};
using JsonWriter = rapidjson::Writer<JsonSink>;

// What `write` writes, as a string.
std::string JsonText(const std::function<void(JsonWriter&)>& write);

inline void WriteString(JsonWriter& out, std::string_view text) {
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

// At most three decimals, trailing zeros dropped; what is no number is written as null. A tenth of the cost of the
// shortest exact decimal, and all that a time or a percentage needs.
void WriteNumber(JsonWriter& out, double value);

inline std::string_view StringOf(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

// The member, or null if `object` has none of that name.
const rapidjson::Value* FindMember(const rapidjson::Value& object, std::string_view name);

// RFC 7396: members of `patch` replace those of `target`, null removes, objects are merged.
void MergePatch(rapidjson::Value& target, const rapidjson::Value& patch, rapidjson::Document::AllocatorType& allocator);

}  // namespace linewatch

#endif
