#include "store/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>

#include <charconv>
#include <cmath>
#include <cstring>

namespace linewatch {

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

std::optional<JsonFault> ParseJson(std::string_view text, rapidjson::Document& document) {
  if (auto fault = CheckJsonDepth(text)) return fault;
  rapidjson::MemoryStream stream(text.data(), text.size());
  document.ParseStream<kJsonParseFlags>(stream);
  if (!document.HasParseError()) {
    if (stream.Tell() == text.size()) return std::nullopt;
    return JsonFault{LineAt(text, stream.Tell()), "a zero byte"};  // RapidJSON takes it for the end
  }
  return JsonFault{LineAt(text, document.GetErrorOffset()), rapidjson::GetParseError_En(document.GetParseError())};
}

std::string JsonText(const std::function<void(JsonWriter&)>& write) {
  std::string text;
  JsonWriter out([&text](std::string_view piece) { text += piece; });
  write(out);
  out.Flush();
  return text;
}

bool JsonWriter::Int64(int64_t value) {
  char text[24];
  return Raw({text, std::to_chars(text, text + sizeof text, value).ptr});
}

bool JsonWriter::Uint64(uint64_t value) {
  char text[24];
  return Raw({text, std::to_chars(text, text + sizeof text, value).ptr});
}

bool JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  char text[32];
  return Raw({text, std::to_chars(text, text + sizeof text, value).ptr});
}

void JsonWriter::PutText(std::string_view text) {
  while (text.size() > kPiece - size_) {
    const auto part = text.substr(0, kPiece - size_);
    std::memcpy(buffer_.get() + size_, part.data(), part.size());
    size_ += part.size();
    text.remove_prefix(part.size());
    Flush();
  }
  std::memcpy(buffer_.get() + size_, text.data(), text.size());
  size_ += text.size();
}

void JsonWriter::PutString(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  // RFC 8259, section 7: these have a letter of their own.
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt";
  Put('"');
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    PutText(text.substr(begin, i - begin));
    begin = i + 1;
    Put('\\');
    if (const size_t place = kNamed.find(text[i]); place != std::string_view::npos) {
      Put(kNames[place]);
    } else {
      PutText("u00");
      Put(kHex[c >> 4]);
      Put(kHex[c & 0xf]);
    }
  }
  PutText(text.substr(begin));
  Put('"');
}

void WriteNumber(JsonWriter& out, double value) {
  constexpr double kLargest = 9e15;  // below it a double counts thousandths exactly enough for a time in seconds
  if (!std::isfinite(value) || std::fabs(value) >= kLargest / 1000) {
    out.Null();
    return;
  }
  const auto thousandths = std::llround(std::fabs(value) * 1000);
  char text[32];
  char* end = text;
  if (value < 0 && thousandths != 0) *end++ = '-';
  end = std::to_chars(end, text + sizeof text, thousandths / 1000).ptr;
  if (auto rest = static_cast<int>(thousandths % 1000); rest != 0) {
    *end++ = '.';
    for (int unit = 100; rest != 0; unit /= 10) {
      *end++ = static_cast<char>('0' + rest / unit);
      rest %= unit;
    }
  }
  out.Raw({text, end});
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
