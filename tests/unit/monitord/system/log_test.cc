#include "monitord/system/log.h"

#include <unistd.h>

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

// What is written to stderr meanwhile.
std::string Logged(const std::function<void()>& write) {
  const TempDir folder;
  std::FILE* const file = std::fopen((folder / "log").c_str(), "w");
  const int before = dup(STDERR_FILENO);
  if (file == nullptr || before < 0) throw std::runtime_error("stderr cannot be redirected");
  dup2(fileno(file), STDERR_FILENO);
  write();
  dup2(before, STDERR_FILENO);
  close(before);
  std::fclose(file);
  return Contents(folder / "log");
}

// What is put before each line for the journal is the matter of tests/system/test_systemd.py.
TEST_CASE("one event is one line, whatever is in it", "[log]") {
  const std::string text = Logged([] { LogWarning("first\nsecond\r\tthird\x1b[31m\x7f"); });
  CHECK(text == "monitord: first second  third [31m \n");
  CHECK(Logged([] {
          LogInfo("one");
          LogError("two");
        }) == "monitord: one\nmonitord: two\n");
}

}  // namespace
}  // namespace linewatch
