#include "store/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>

#include <charconv>
#include <cmath>

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
  JsonSink sink([&text](std::string_view piece) { text += piece; });
  JsonWriter out(sink);
  write(out);
  sink.Flush();
  return text;
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
  out.RawValue(text, static_cast<size_t>(end - text), rapidjson::kNumberType);
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
