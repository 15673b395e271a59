// The project's dialect of RapidJSON: how its files and requests are parsed and written.
#ifndef LINEWATCH_STORE_JSON_JSON_H_
#define LINEWATCH_STORE_JSON_JSON_H_

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace linewatch {

// Iterative, so that 100,000 opening brackets are an answer and not a stack overflow; encoding checked, because what
// is not UTF-8 must not travel on into a page or a mail.
inline constexpr unsigned kJsonParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

struct JsonFault {
  size_t line;  // from 1
  std::string what;
};
// Nothing when `text` is one JSON value, which `document` then holds. What is nested deeper than kMaxJsonDepth is a
// fault: copying, merging and checking a value recurse.
inline constexpr int kMaxJsonDepth = 32;
std::optional<JsonFault> ParseJson(std::string_view text, rapidjson::Document& document);
std::optional<JsonFault> CheckJsonDepth(std::string_view text);
// Whether an object in it has more than kMostMembers, or a list more than kMostEntries: that is beyond all that is
// taken anywhere. What is found member by member, or compared entry by entry, takes the square of their number: a MiB
// of them would keep a worker busy for ten seconds.
inline constexpr size_t kMostMembers = 1000, kMostEntries = 10000;
bool is_oversized(const rapidjson::Value& value);

// One value that `stream` begins with, and with `is_whole` nothing behind it. Null, or what is wrong; it stands where
// the stream then is.
const char* ReadJsonValue(rapidjson::MemoryStream& stream, bool is_whole, rapidjson::Document& document);

// Writes JSON, and hands it on in pieces: a list of any length takes the same memory. Takes the events of a RapidJSON
// value (value.Accept(out)). Our own instead of rapidjson::Writer, because the whole list is written each cycle, and
// this is several times as fast: whatever is short looks for room once, and goes there in a few instructions.
class JsonWriter {
 public:
  using Ch = char;
  using Taker = std::function<void(std::string_view)>;

  explicit JsonWriter(Taker take) : take_(std::move(take)), buffer_(new char[kPiece]) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  bool StartObject() { return Open('{'); }
  // A name that stands in the program: nothing in it is to be escaped.
  template <size_t N>
  bool Key(const char (&name)[N]) {
    return End(PutKey(Room(N + 2), name));
  }
  bool Key(std::string_view name) {
    String(name);
    buffer_[size_ - 1] = ':';
    return true;
  }
  bool EndObject(rapidjson::SizeType = 0) { return Close('}'); }
  bool StartArray() { return Open('['); }
  bool EndArray(rapidjson::SizeType = 0) { return Close(']'); }

  // A value of at most kMost characters: `put` writes it to the place it is given, and answers where it ends. The
  // second is Key and Value in one.
  static constexpr size_t kMostOfNumber = 32;
  template <size_t kMost = kMostOfNumber, class Put>
  bool Value(const Put& put) {
    return End(PutComma(put(Room(kMost + 1))));
  }
  template <size_t kMost = kMostOfNumber, size_t N, class Put>
  bool Member(const char (&name)[N], const Put& put) {
    return End(PutComma(put(PutKey(Room(N + 2 + kMost + 1), name))));
  }

  bool Null();
  bool Bool(bool value);
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Uint64(value); }
  bool Int64(int64_t value);
  bool Uint64(uint64_t value);
  bool Double(double value);  // the shortest that reads back the same
  bool String(std::string_view text);
  // A value that is JSON already.
  bool Raw(std::string_view json);

  // To be called at the end: what is left goes to the taker.
  void Flush();

  // For rapidjson::Value::Accept.
  bool Key(const char* text, rapidjson::SizeType length, bool) { return Key(std::string_view(text, length)); }
  bool String(const char* text, rapidjson::SizeType length, bool) { return String({text, length}); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return Raw({text, length}); }

 private:
  static constexpr size_t kPiece = 32 * 1024;

  // The end of what is written, with room for `length` more, which is less than kPiece.
  char* Room(size_t length) {
    if (length > kPiece - size_) HandOn();
    return buffer_.get() + size_;
  }
  void HandOn();
  bool End(const char* end) {
    size_ = static_cast<size_t>(end - buffer_.get());
    return true;
  }
  // Behind each value. Where none follows, the bracket takes its place.
  static char* PutComma(char* end) {
    *end++ = ',';
    return end;
  }
  template <size_t N>
  static char* PutKey(char* end, const char (&name)[N]) {
    *end++ = '"';
    std::memcpy(end, name, N - 1);
    end += N - 1;
    *end++ = '"';
    *end++ = ':';
    return end;
  }
  bool Open(char bracket) {
    char* end = Room(1);
    *end++ = bracket;
    return End(end);
  }
  bool Close(char bracket) {
    char* end = Room(2);
    if (end[-1] == ',') --end;
    *end++ = bracket;
    return End(PutComma(end));
  }

  Taker take_;
  std::unique_ptr<char[]> buffer_;
  size_t size_ = 0;  // of what is in the buffer: never empty once something is written
};

// For JsonWriter::Value.
char* PutNull(char* end);
char* PutBool(char* end, bool value);
char* PutInteger(char* end, int64_t value);
// `value` / 1000, trailing zeros dropped.
char* PutThousandths(char* end, int64_t value);
// At most three decimals, trailing zeros dropped; what is no number is written as null. All that a time or a percentage
// needs, at a tenth of the cost of the shortest exact decimal.
char* PutNumber(char* end, double value);
// The shortest that reads back the same: what somebody has typed, and wants to find again.
char* PutExactNumber(char* end, double value);

// What `write` writes, as a string.
std::string JsonText(const std::function<void(JsonWriter&)>& write);

inline std::string_view StringOf(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

// The member, or null if `object` has none of that name.
const rapidjson::Value* FindMember(const rapidjson::Value& object, std::string_view name);

// RFC 7396: members of `patch` replace those of `target`, null removes, objects are merged.
void MergePatch(rapidjson::Value& target, const rapidjson::Value& patch, rapidjson::Document::AllocatorType& allocator);

}  // namespace linewatch

#endif
