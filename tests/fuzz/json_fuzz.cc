// Any text as JSON: what parses is written, and reads back the same.
#include "store/json/json.h"
#include "store/text/plain_text.h"

#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

int DepthOf(const rapidjson::Value& value) {
  int depth = 0;
  if (value.IsObject())
    for (const auto& member : value.GetObject()) depth = std::max(depth, DepthOf(member.value));
  if (value.IsArray())
    for (const auto& element : value.GetArray()) depth = std::max(depth, DepthOf(element));
  return value.IsObject() || value.IsArray() ? depth + 1 : 0;
}

std::string Text(const rapidjson::Value& value) {
  return JsonText([&](JsonWriter& out) { value.Accept(out); });
}

void Try(std::string_view text) {
  rapidjson::Document document;
  if (const auto fault = ParseJson(text, document)) {
    Require(fault->line >= 1 && fault->line <= LineAt(text, text.size()), "a fault stands in a line of the text");
    Require(!fault->what.empty(), "a fault has a name");
    return;
  }
  Require(DepthOf(document) <= kMaxJsonDepth, "nothing is nested deeper than allowed");

  rapidjson::Document again;
  const std::string written = Text(document);
  Require(!ParseJson(written, again), "what is written parses");
  RequireSame(written, Text(again), "and is the same");

  // Patched with itself twice it is what it is after the first time: null means "not there".
  MergePatch(again, document, again.GetAllocator());
  const std::string merged = Text(again);
  MergePatch(again, document, again.GetAllocator());
  RequireSame(merged, Text(again), "a patch that is applied twice is applied once");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
