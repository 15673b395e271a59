// Reading and writing the members of a JSON object by a list of (name, field): one list serves both directions.
//
//   template <MaybeConst<Point> P>
//   void VisitMembers(P& point, auto&& visit) { visit("x", point.x); visit("y", point.y); }
//
// With that, a Point is read and written as an object, as a member of other objects too. A type that is no object takes
// part by a ReadJson and a WriteJson of its own, in the namespace of the type.
#ifndef LINEWATCH_STORE_JSON_JSON_MEMBERS_H_
#define LINEWATCH_STORE_JSON_JSON_MEMBERS_H_

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/json/json.h"
#include "store/value/rare_text.h"
#include "store/value/small_optional.h"
#include "store/value/wall_time.h"

namespace linewatch {

template <class C, class T>
concept MaybeConst = std::same_as<std::remove_const_t<C>, T>;

template <class T>
concept HasMembers = requires(T& value) {
  VisitMembers(value, [](std::string_view, auto&) {});
};

// std::optional and those of small_optional.h.
template <class T>
concept IsOptional = requires(const T& value) {
  value.has_value();
  *value;
};
template <IsOptional T>
using ValueOf = std::remove_cvref_t<decltype(*std::declval<T>())>;

// ---- Writing. Durations are seconds, times Unix seconds; "never" and "not set" are null.

// Takes bool alone: a pointer to text would be converted to one.
char* PutJson(char* end, std::same_as<bool> auto value) { return PutBool(end, value); }
inline char* PutJson(char* end, int value) { return PutInteger(end, value); }
inline char* PutJson(char* end, int64_t value) { return PutInteger(end, value); }
inline char* PutJson(char* end, size_t value) { return PutInteger(end, static_cast<int64_t>(value)); }
inline char* PutJson(char* end, float value) { return PutNumber(end, static_cast<double>(value)); }
inline char* PutJson(char* end, double value) { return PutNumber(end, value); }
inline char* PutJson(char* end, std::chrono::milliseconds value) { return PutThousandths(end, value.count()); }
inline char* PutJson(char* end, WallTime value) {
  if (value == kNever) return PutNull(end);
  return PutThousandths(end, std::chrono::round<std::chrono::milliseconds>(value).time_since_epoch().count());
}

// Settings: what was measured is a float or a double.
inline char* PutJson(char* end, const PackedOptional<double>& value) {
  return value ? PutExactNumber(end, *value) : PutNull(end);
}

// What is always short takes the shorter way.
template <class T>
concept IsPut = requires(char* end, const T& value) {
  PutJson(end, value);
};

template <IsOptional Optional>
requires IsPut<ValueOf<Optional>>
char* PutJson(char* end, const Optional& value) { return value ? PutJson(end, *value) : PutNull(end); }
template <IsPut T>
void WriteJson(JsonWriter& out, const T& value) {
  out.Value([&](char* end) { return PutJson(end, value); });
}

inline void WriteJson(JsonWriter& out, const std::string& value) { out.String(value); }
inline void WriteJson(JsonWriter& out, std::string_view value) { out.String(value); }
inline void WriteJson(JsonWriter& out, const RareText& value) { out.String(value.str()); }
template <IsOptional Optional>
requires(!IsPut<Optional>) void WriteJson(JsonWriter& out, const Optional& value) {
  if (value) {
    WriteJson(out, *value);
  } else {
    out.Null();
  }
}
template <class T>
void WriteJson(JsonWriter& out, const std::vector<T>& values) {
  out.StartArray();
  for (const T& value : values) WriteJson(out, value);
  out.EndArray();
}

template <HasMembers T>
void WriteJson(JsonWriter& out, const T& value);

// A value by itself.
template <class T>
std::string JsonTextOf(const T& value) {
  return JsonText([&](JsonWriter& out) { WriteJson(out, value); });
}

class MemberWriter {
 public:
  explicit MemberWriter(JsonWriter& out) : out_(out) {}
  template <size_t N, class T>
  void operator()(const char (&name)[N], const T& value) const {
    if constexpr (IsPut<T>) {
      out_.Member(name, [&](char* end) { return PutJson(end, value); });
    } else {
      out_.Key(name);
      WriteJson(out_, value);
    }
  }
  template <class T>
  void operator()(std::string_view name, const T& value) const {
    out_.Key(name);
    WriteJson(out_, value);
  }

 private:
  JsonWriter& out_;
};

template <HasMembers T>
void WriteJson(JsonWriter& out, const T& value) {
  out.StartObject();
  VisitMembers(value, MemberWriter(out));
  out.EndObject();
}

// ---- Reading. Answers whether the value was of the right type; if not, the field stays as it was.

inline bool ReadJson(const rapidjson::Value& json, std::string& value) {
  if (!json.IsString()) return false;
  value = StringOf(json);
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, RareText& value) {
  if (!json.IsString()) return false;
  value = std::string(StringOf(json));
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, bool& value) {
  if (!json.IsBool()) return false;
  value = json.GetBool();
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, int& value) {
  if (!json.IsInt()) return false;
  value = json.GetInt();
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, int64_t& value) {
  if (!json.IsInt64()) return false;
  value = json.GetInt64();
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, double& value) {
  if (!json.IsNumber()) return false;
  value = json.GetDouble();
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, float& value) {
  if (!json.IsNumber()) return false;
  value = static_cast<float>(json.GetDouble());
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, std::chrono::milliseconds& value) {
  constexpr double kTenYears = 3.2e8;  // longer than anything that can be set, and safe to multiply
  if (!json.IsNumber() || !(json.GetDouble() >= 0 && json.GetDouble() < kTenYears)) return false;
  value = std::chrono::milliseconds(std::llround(json.GetDouble() * 1000));
  return true;
}
inline bool ReadJson(const rapidjson::Value& json, WallTime& value) {
  if (!json.IsNumber()) return false;
  value = FromUnixSeconds(json.GetDouble());
  return true;
}
template <IsOptional Optional>
bool ReadJson(const rapidjson::Value& json, Optional& value) {
  ValueOf<Optional> read{};
  if (!ReadJson(json, read)) return json.IsNull();
  value = std::move(read);
  return true;
}
template <class T>
bool ReadJson(const rapidjson::Value& json, std::vector<T>& values) {
  if (!json.IsArray()) return false;
  values.clear();
  values.reserve(json.Size());
  for (const auto& element : json.GetArray()) {
    T read{};
    if (ReadJson(element, read)) values.push_back(std::move(read));
  }
  return true;
}
// The place of a name in a list of names.
template <class Names, class Enum>
bool ReadName(const rapidjson::Value& json, const Names& names, Enum& value) {
  if (!json.IsString()) return false;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] != StringOf(json)) continue;
    value = static_cast<Enum>(i);
    return true;
  }
  return false;
}

template <HasMembers T>
bool ReadJson(const rapidjson::Value& json, T& value);

class MemberReader {
 public:
  explicit MemberReader(const rapidjson::Value& object) : object_(object) {
    if (object.IsObject()) next_ = object.MemberBegin();
  }
  template <class T>
  void operator()(std::string_view name, T& value) {
    if (const rapidjson::Value* member = Find(name)) ReadJson(*member, value);
  }

  // How many of the members were read.
  size_t found() const { return found_; }

 private:
  const rapidjson::Value* Find(std::string_view name) {
    if (!object_.IsObject()) return nullptr;
    const auto is_it = [name](const auto& member) { return StringOf(member.name) == name; };
    const auto end = object_.MemberEnd();
    // What we have written ourselves has its members in the order in which they are read.
    const auto member = next_ != end && is_it(*next_) ? next_ : std::find_if(object_.MemberBegin(), end, is_it);
    if (member == end) return nullptr;
    next_ = member + 1;
    ++found_;
    return &member->value;
  }

  const rapidjson::Value& object_;
  rapidjson::Value::ConstMemberIterator next_{};
  size_t found_ = 0;
};

template <HasMembers T>
bool ReadJson(const rapidjson::Value& json, T& value) {
  if (!json.IsObject()) return false;
  VisitMembers(value, MemberReader(json));
  return true;
}

}  // namespace linewatch

#endif
