// Any lines as those of events/.
#include "store/event_log.h"

#include "tests/fuzz/property.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

std::vector<Event> Events(const std::filesystem::path& folder) {
  std::vector<Event> events;
  EventLog(folder).Read(kNever, [&](const Event& event) { events.push_back(event); });
  return events;
}

// What a log that was written with `events` holds.
std::string Written(const TempDir& folder, const std::string& name, const std::vector<Event>& events) {
  const auto log = folder / name;
  std::filesystem::remove_all(log);
  EventLog(log).Append(events);
  if (events.empty()) return "";
  return Contents(std::filesystem::directory_iterator(log)->path());
}

void Try(std::string_view text) {
  static const TempDir folder;
  const auto log = folder / "given";
  std::filesystem::create_directory(log);
  WriteInPlace(log / "2026-11.jsonl", std::string(text));

  const auto given = Events(log);
  const std::string first = Written(folder, "first", given);
  const auto read = Events(folder / "first");
  Require(read.size() == given.size(), "every event that was written is read");
  RequireSame(first, Written(folder, "second", read), "an event reads back the same");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
