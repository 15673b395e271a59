#include "monitord/system/config_file.h"

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

struct Folder {
  void Write(const std::string& text) const { WriteInPlace(path, text); }
  void Keep() const { KeepGoodConfig(path, folder / "lock", 1s); }

  const TempDir folder;
  const std::filesystem::path path = folder / "config.json", previous = folder / "config.json.prev";
};

TEST_CASE("a good file is the settings, without a fault", "[config_file]") {
  const Folder files;
  files.Write(R"({"interval": 30})");
  const auto loaded = LoadConfigOrPrevious(files.path);
  REQUIRE(loaded.config);
  CHECK(loaded.config->interval == 30s);
  CHECK(loaded.fault.empty());
}

TEST_CASE("a file that is missing or bad is named, with what to do about it", "[config_file]") {
  const Folder files;
  const auto missing = LoadConfigFile(files.path);
  CHECK_FALSE(missing.config);
  CHECK(missing.fault ==
        "config.json cannot be read: No such file or directory; create it, {} is enough: every setting has a default");
  files.Write(R"({"interval": "often"})");
  const auto bad = LoadConfigFile(files.path);
  CHECK_FALSE(bad.config);
  CHECK_THAT(bad.fault, Catch::Matchers::StartsWith("config.json: ") && Catch::Matchers::ContainsSubstring("interval"));
}

TEST_CASE("the settings that were good before go on when an edit is bad, and the fault is told", "[config_file]") {
  const Folder files;
  files.Write(R"({"interval": 30})");
  files.Keep();
  files.Write(R"({"interval": 20)");
  const auto loaded = LoadConfigOrPrevious(files.path);
  REQUIRE(loaded.config);
  CHECK(loaded.config->interval == 30s);
  CHECK_FALSE(loaded.fault.empty());
}

TEST_CASE("a copy is kept of the last good file, for its owner alone", "[config_file]") {
  const Folder files;
  files.Write(R"({"interval": 30})");
  files.Keep();
  CHECK(Contents(files.previous) == R"({"interval": 30})");
  CHECK(std::filesystem::status(files.previous).permissions() == std::filesystem::perms(kConfigMode));
  const auto written = std::filesystem::last_write_time(files.previous);
  files.Keep();  // nothing new: the card is spared
  CHECK(std::filesystem::last_write_time(files.previous) == written);
  files.Write(R"({"interval": 20})");
  files.Keep();
  CHECK(Contents(files.previous) == R"({"interval": 20})");
}

TEST_CASE("a copy that cannot be kept is no fault of the settings", "[config_file]") {
  const Folder files;
  CHECK_NOTHROW(files.Keep());  // there is nothing to copy
  CHECK_FALSE(std::filesystem::exists(files.previous));
}

}  // namespace
}  // namespace linewatch
