#include "store/json/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "store/json/raw_numbers.h"
#include "store/text/plain_text.h"

namespace linewatch {
namespace {

char* Put(char* end, std::string_view text) {
  std::memcpy(end, text.data(), text.size());
  return end + text.size();
}

constexpr size_t kMostOfEscape = 6;  // characters
char* PutEscape(char* end, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  // RFC 8259, section 7: these have a letter of their own.
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt";
  *end++ = '\\';
  if (const size_t place = kNamed.find(c); place != std::string_view::npos) {
    *end++ = kNames[place];
    return end;
  }
  end = Put(end, "u00");
  *end++ = kHex[static_cast<unsigned char>(c) >> 4];
  *end++ = kHex[c & 0xf];
  return end;
}

// Half of a pair, which RapidJSON takes from "\ude00" and writes in UTF-8, where no reader accepts it.
bool has_lone_surrogate(std::string_view text) {
  for (size_t at = 0; (at = text.find('\xed', at)) != text.npos; ++at)
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0) return true;
  return false;
}

// Builds a document from what a RapidJSON reader reports, and sees to what RapidJSON 1.1.0 does wrong. Numbers are read
// by std::from_chars: a zero of many decimals or with a large exponent, "0e58", becomes any number there (clz of 0).
class Builder : public RawNumbersOnly {
 public:
  explicit Builder(rapidjson::Document& document) : document_(document) {}

  // Why it has stopped the reader, if it has.
  const char* fault() const { return fault_; }

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool String(const char* text, rapidjson::SizeType length, bool copy) {
    if (has_lone_surrogate({text, length})) return Stop("half of a surrogate pair in a string");
    return document_.String(text, length, copy);
  }
  bool StartObject() { return document_.StartObject(); }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) { return String(text, length, copy); }
  bool EndObject(rapidjson::SizeType count) { return document_.EndObject(count); }
  bool StartArray() { return document_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) { return document_.EndArray(count); }

  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    const auto read = [&](auto& number) {
      const auto [end, error] = std::from_chars(text, text + length, number);
      return error == std::errc() && end == text + length;
    };
    if (int64_t number = 0; read(number)) return document_.Int64(number);
    if (uint64_t number = 0; read(number)) return document_.Uint64(number);
    double number = 0;
    if (!read(number)) return Stop("a number too large or too small");
    return document_.Double(number == 0 ? 0 : number);  // a negative zero would not be written as it was read
  }

 private:
  bool Stop(const char* why) {
    fault_ = why;
    return false;
  }

  rapidjson::Document& document_;
  const char* fault_ = nullptr;
};

}  // namespace

const char* ReadJsonValue(rapidjson::MemoryStream& stream, bool is_whole, rapidjson::Document& document) {
  constexpr unsigned kFlags = kJsonParseFlags | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::Reader reader;
  const char* fault = nullptr;
  const auto generate = [&](rapidjson::Document& into) {
    Builder builder(into);
    const auto result = is_whole ? reader.Parse<kFlags>(stream, builder)
                                 : reader.Parse<kFlags | rapidjson::kParseStopWhenDoneFlag>(stream, builder);
    if (result.IsError()) fault = builder.fault() ? builder.fault() : rapidjson::GetParseError_En(result.Code());
    return !result.IsError();
  };
  document.Populate(generate);
  return fault;
}

std::optional<JsonFault> CheckJsonDepth(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth)
        return JsonFault{LineAt(text, i), "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels"};
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::nullopt;
}

bool is_oversized(const rapidjson::Value& value) {
  if (value.IsArray()) return value.Size() > kMostEntries || std::any_of(value.Begin(), value.End(), is_oversized);
  if (!value.IsObject()) return false;
  return value.MemberCount() > kMostMembers ||
         std::any_of(value.MemberBegin(), value.MemberEnd(),
                     [](const auto& member) { return is_oversized(member.value); });
}

std::optional<JsonFault> ParseJson(std::string_view text, rapidjson::Document& document) {
  if (auto fault = CheckJsonDepth(text)) return fault;
  rapidjson::MemoryStream stream(text.data(), text.size());
  const char* fault = ReadJsonValue(stream, true, document);
  if (fault == nullptr && stream.Tell() < text.size()) fault = "a zero byte";  // RapidJSON takes it for the end
  if (fault != nullptr) return JsonFault{LineAt(text, stream.Tell()), fault};
  return std::nullopt;
}

std::string JsonText(const std::function<void(JsonWriter&)>& write) {
  std::string text;
  JsonWriter out([&text](std::string_view piece) { text += piece; });
  write(out);
  out.Flush();
  return text;
}

bool JsonWriter::Null() { return Value(PutNull); }

bool JsonWriter::Bool(bool value) {
  return Value([=](char* end) { return PutBool(end, value); });
}

bool JsonWriter::Int64(int64_t value) {
  return Value([=](char* end) { return PutInteger(end, value); });
}

bool JsonWriter::Uint64(uint64_t value) {
  return Value([=](char* end) { return std::to_chars(end, end + kMostOfNumber, value).ptr; });
}

bool JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  return Value([=](char* end) { return std::to_chars(end, end + kMostOfNumber, value).ptr; });
}

bool JsonWriter::String(std::string_view text) {
  constexpr size_t kPart = 4096;
  char* end = Room(std::min(text.size(), kPart) * kMostOfEscape + 3);
  *end++ = '"';
  while (true) {
    for (const char c : text.substr(0, kPart)) {
      if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
        end = PutEscape(end, c);
      } else {
        *end++ = c;
      }
    }
    if (text.size() <= kPart) break;
    text.remove_prefix(kPart);
    End(end);
    end = Room(std::min(text.size(), kPart) * kMostOfEscape + 2);
  }
  *end++ = '"';
  return End(PutComma(end));
}

bool JsonWriter::Raw(std::string_view json) {
  constexpr size_t kPart = kPiece / 2;
  for (; json.size() > kPart; json.remove_prefix(kPart)) End(Put(Room(kPart), json.substr(0, kPart)));
  return End(PutComma(Put(Room(json.size() + 1), json)));
}

// The last character stays here: it may be a comma too many.
void JsonWriter::HandOn() {
  take_({buffer_.get(), size_ - 1});
  buffer_[0] = buffer_[size_ - 1];
  size_ = 1;
}

void JsonWriter::Flush() {
  if (size_ > 0 && buffer_[size_ - 1] == ',') --size_;
  take_({buffer_.get(), size_});
  size_ = 0;
}

char* PutNull(char* end) { return Put(end, "null"); }

char* PutBool(char* end, bool value) { return Put(end, value ? "true" : "false"); }

char* PutInteger(char* end, int64_t value) { return std::to_chars(end, end + JsonWriter::kMostOfNumber, value).ptr; }

char* PutThousandths(char* end, int64_t value) {
  if (value < 0) *end++ = '-';
  const uint64_t thousandths = value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  end = std::to_chars(end, end + JsonWriter::kMostOfNumber, thousandths / 1000).ptr;
  if (const auto rest = static_cast<unsigned>(thousandths % 1000); rest != 0) {
    *end++ = '.';
    *end++ = static_cast<char>('0' + rest / 100);
    *end++ = static_cast<char>('0' + rest / 10 % 10);
    *end++ = static_cast<char>('0' + rest % 10);
    while (end[-1] == '0') --end;
  }
  return end;
}

constexpr double kLargest = 9e12;  // below it a double counts thousandths exactly enough for a time in seconds

char* PutNumber(char* end, double value) {
  if (!std::isfinite(value) || std::fabs(value) >= kLargest) return PutNull(end);
  return PutThousandths(end, std::llround(value * 1000));
}

char* PutExactNumber(char* end, double value) {
  if (!std::isfinite(value)) return PutNull(end);
  if (std::fabs(value) < kLargest) {
    const auto thousandths = std::llround(value * 1000);
    if (static_cast<double>(thousandths) / 1000 == value) return PutThousandths(end, thousandths);
  }
  return std::to_chars(end, end + JsonWriter::kMostOfNumber, value).ptr;
}

const rapidjson::Value* FindMember(const rapidjson::Value& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  const auto key = rapidjson::Value::StringRefType(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  const auto found = object.FindMember(rapidjson::Value(key));
  return found == object.MemberEnd() ? nullptr : &found->value;
}

void MergePatch(rapidjson::Value& target, const rapidjson::Value& patch,
                rapidjson::Document::AllocatorType& allocator) {
  if (!patch.IsObject()) {
    target.CopyFrom(patch, allocator);
    return;
  }
  if (!target.IsObject()) target.SetObject();
  for (const auto& member : patch.GetObject()) {
    const auto found = target.FindMember(member.name);
    if (member.value.IsNull()) {
      if (found != target.MemberEnd()) target.EraseMember(found);
      continue;
    }
    if (found != target.MemberEnd()) {
      MergePatch(found->value, member.value, allocator);
      continue;
    }
    rapidjson::Value merged;
    MergePatch(merged, member.value, allocator);
    target.AddMember(rapidjson::Value(member.name, allocator), merged, allocator);
  }
}

}  // namespace linewatch
