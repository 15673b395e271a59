// Any lines as those of requests.jsonl.
#include "store/request_queue.h"

#include "tests/fuzz/property.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

void Try(std::string_view text) {
  static const TempDir folder;
  const RequestQueue given(folder / "given"), written(folder / "written");
  WriteInPlace(given.path(), std::string(text));
  const auto requests = given.Drain();
  Require(std::filesystem::file_size(given.path()) == 0, "a drained queue is empty");

  for (const Request& request : requests) Require(written.Append(request), "what was read can be written");
  const auto again = written.Drain();
  Require(again.size() == requests.size(), "and is all read");
  for (size_t i = 0; i < again.size(); ++i)
    Require(again[i].kind == requests[i].kind && again[i].host == requests[i].host &&
                again[i].channel == requests[i].channel && again[i].answer == requests[i].answer,
            "the same");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
