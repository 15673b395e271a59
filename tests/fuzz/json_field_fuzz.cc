// A path in the first line, JSON behind it: whatever both are, nothing is read beyond the text, and what is found in an
// object that wraps it is what was found without.
#include "store/json/json_field.h"

#include <algorithm>

#include "store/json/json.h"

#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

void Try(std::string_view text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view path = text.substr(0, end), json = text.substr(std::min(end + 1, text.size()));
  const bool is_path = is_json_field(path);
  const JsonField field = ReadJsonField(json, path);
  if (!is_path) {
    Require(field.state == JsonField::State::kAbsent, "what is no path leads nowhere");
    return;
  }
  rapidjson::Document document;
  if (!ParseJson(json, document))
    Require(field.state != JsonField::State::kNoJson, "what parses elsewhere is JSON here");
  if (field.state == JsonField::State::kNoJson || json.starts_with("\xef\xbb\xbf")) return;

  const bool is_pointer = path.starts_with('/'), begins_with_place = path.starts_with('[');
  const std::string longer = std::string(is_pointer ? "/w" : begins_with_place ? "w" : "w.").append(path);
  const JsonField within = ReadJsonField("{\"x\": [], \"w\": " + std::string(json) + "}", longer);
  Require(within.state == field.state, "within another object it is found as well");
  RequireSame(within.text, field.text, "and is the same");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
