// Any text as hosts.json, and any entry of it as what somebody may have typed by hand.
#include "store/host_check.h"
#include "store/host_json.h"
#include "store/text/plain_text.h"
#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

std::string Text(const HostList& list) {
  return JsonText([&](JsonWriter& out) { WriteHostList(out, list); });
}

std::optional<JsonFault> Read(std::string_view text, HostList& list) {
  bool was_array = false;
  const auto accept = [](const rapidjson::Value& entry, size_t) {
    const bool is_good = CheckEntry(entry).empty();
    Require(!is_good || is_host_entry(entry), "a good entry has a name and an address");
    return is_host_entry(entry);
  };
  return ReadHostList(text, accept, list, was_array);
}

void Try(std::string_view text) {
  HostList header;
  const auto header_fault = ReadHostListHeader(text, header);
  HostList list;
  if (const auto fault = Read(text, list)) {
    Require(fault->line >= 1 && fault->line <= LineAt(text, text.size()), "a fault stands in a line of the text");
    return;
  }
  Require(!header_fault, "what can be read has a header that can");

  HostList again;
  const std::string written = Text(list);
  Require(!Read(written, again), "what is written is read");
  RequireSame(written, Text(again), "what is written reads back the same");

  for (const Host& host : list.hosts) {
    CheckParents(list, host);
    FindSameTarget(list, host);
  }
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
