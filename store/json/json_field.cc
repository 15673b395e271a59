#include "store/json/json_field.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "store/json/raw_numbers.h"

namespace linewatch {
namespace {

// What leads one level down. A number between brackets is a place in a list, what stands between dots a name in an
// object; in a pointer it depends on what is there.
struct Step {
  std::string name;
  std::optional<size_t> place;
  bool is_place_only = false;
};
using Steps = std::vector<Step>;

std::optional<size_t> PlaceIn(std::string_view text) {
  size_t place = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place);
  const bool is_one = error == std::errc() && end == text.data() + text.size() && (text.size() == 1 || text[0] != '0');
  return is_one ? std::optional(place) : std::nullopt;
}

// Of RFC 6901, behind its first slash.
std::optional<Steps> PointerSteps(std::string_view path) {
  Steps steps(1);
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/') {
      steps.emplace_back();
    } else if (path[i] == '~') {
      if (++i == path.size() || (path[i] != '0' && path[i] != '1')) return std::nullopt;
      steps.back().name += path[i] == '0' ? '~' : '/';
    } else {
      steps.back().name += path[i];
    }
  }
  for (Step& step : steps) step.place = PlaceIn(step.name);
  return steps;
}

std::optional<Steps> DottedSteps(std::string_view path) {
  // Of JSONPath, which this is not.
  if (path.starts_with("$.") || path.starts_with("$[")) return std::nullopt;
  Steps steps;
  bool needs_name = path.empty() || path[0] != '[';
  while (needs_name || !path.empty()) {
    Step step;
    if (needs_name) {
      step.name = path.substr(0, path.find_first_of(".[]"));
      path.remove_prefix(step.name.size());
      if (step.name.empty()) return std::nullopt;
    } else {
      const size_t end = path.find(']');
      if (path[0] != '[' || end == std::string_view::npos) return std::nullopt;
      step.place = PlaceIn(path.substr(1, end - 1));
      if (!step.place) return std::nullopt;
      step.is_place_only = true;
      path.remove_prefix(end + 1);
    }
    steps.push_back(std::move(step));
    needs_name = path.starts_with('.');
    if (needs_name) path.remove_prefix(1);
  }
  return steps;
}

std::optional<Steps> StepsOf(std::string_view path) {
  return path.starts_with('/') ? PointerSteps(path.substr(1)) : DottedSteps(path);
}

// Follows the steps through what a reader reports. Levels beside the way are only counted.
class Finder : public RawNumbersOnly {
 public:
  Finder(const Steps& steps, const rapidjson::MemoryStream& stream) : steps_(steps), stream_(stream) {}

  JsonField found;

  bool Null() { return Scalar("null"); }
  bool Bool(bool value) { return Scalar(value ? "true" : "false"); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return Scalar({text, length}); }
  bool String(const char* text, rapidjson::SizeType length, bool) { return Scalar({text, length}); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (beside_ == 0) levels_.back().is_next = StepHere().name == std::string_view(text, length);
    return true;
  }
  bool StartObject() { return Start(false); }
  bool StartArray() { return Start(true); }
  bool EndObject(rapidjson::SizeType) { return End(); }
  bool EndArray(rapidjson::SizeType) { return End(); }

 private:
  // An object or a list on the way, and which of its values leads on.
  struct Level {
    bool is_list;
    size_t place;  // of the next value of a list
    bool is_next;  // the next value of an object
  };

  // Of the innermost level on the way.
  const Step& StepHere() const { return steps_[levels_.size() - 1]; }

  // Whether the value that begins is on the way.
  bool Enter() {
    if (beside_ > 0) return false;
    if (levels_.empty()) return true;
    Level& level = levels_.back();
    const Step& step = StepHere();
    const bool is_on_way = level.is_list ? step.place == level.place : level.is_next && !step.is_place_only;
    if (level.is_list) ++level.place;
    // What a name leads to twice is what it leads to last.
    if (is_on_way) found = {};
    return is_on_way;
  }
  bool is_at_end() const { return levels_.size() == steps_.size(); }

  bool Scalar(std::string_view text) {
    if (Enter() && is_at_end()) found = {JsonField::State::kFound, std::string(text)};
    return true;
  }
  bool Start(bool is_list) {
    if (!Enter()) {
      ++beside_;
    } else if (is_at_end()) {
      ++beside_;
      begin_ = stream_.Tell();
      is_within_ = true;
    } else {
      levels_.push_back({is_list, 0, false});
    }
    return true;
  }
  // The reader stands before the bracket, at the beginning and here.
  bool End() {
    if (beside_ == 0) {
      levels_.pop_back();
    } else if (--beside_ == 0 && std::exchange(is_within_, false)) {
      found = {JsonField::State::kFound, std::string(stream_.begin_ + begin_, stream_.Tell() + 1 - begin_)};
    }
    return true;
  }

  const Steps& steps_;
  const rapidjson::MemoryStream& stream_;
  std::vector<Level> levels_;
  size_t beside_ = 0;  // levels that do not lead on
  size_t begin_ = 0;   // of what was found, if it is an object or a list
  bool is_within_ = false;
};

}  // namespace

bool is_json_field(std::string_view path) { return StepsOf(path).has_value(); }

JsonField ReadJsonField(std::string_view json, std::string_view path) {
  const auto steps = StepsOf(path);
  if (!steps) return {};
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (json.starts_with(kByteOrderMark)) json.remove_prefix(kByteOrderMark.size());
  // As programs in C send it with a text. Within the text the reader would take one for the end.
  json = json.substr(0, json.find_last_not_of('\0') + 1);
  rapidjson::MemoryStream stream(json.data(), json.size());
  Finder finder(*steps, stream);
  rapidjson::Reader reader;
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseNanAndInfFlag;
  if (reader.Parse<kFlags>(stream, finder).IsError() || stream.Tell() < json.size())
    return {JsonField::State::kNoJson, ""};
  return std::move(finder.found);
}

}  // namespace linewatch
