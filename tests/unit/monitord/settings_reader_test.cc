#include "monitord/settings_reader.h"

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

// A config.json at a start, and the copy of the last good one.
struct ConfigFile {
  ConfigFile() = default;
  explicit ConfigFile(const std::string& text) { Write(text); }

  void Write(const std::string& text) const { WriteInPlace(path, text); }
  void Keep() const { KeepGoodConfig(path, folder / "lock", 1s); }
  void WriteAndKeep(const std::string& text) const {
    Write(text);
    Keep();
  }

  const TempDir folder;
  const std::filesystem::path path = folder / "config.json", previous = folder / "config.json.prev";
};

// A data folder with a config.json, and its reader.
struct Site {
  TempDir folder;
  NoticeList notices;
  std::optional<SettingsReader> reader;

  explicit Site(const std::string& config) {
    WriteInPlace(folder / "config.json", config);
    reader.emplace(folder / "config.json", std::get<Config>(ParseConfig(config)),
                   LocateFolders(folder.path(), folder.path()), std::chrono::milliseconds(400), notices);
  }

  std::string notice(std::string_view code) const {
    for (const Notice& notice : notices.all())
      if (notice.code == code) return notice.message;
    return "";
  }
};

TEST_CASE("a good file is the settings, without a fault", "[settings_reader]") {
  const ConfigFile file(R"({"interval": 30})");
  const auto loaded = LoadConfigOrPrevious(file.path);
  REQUIRE(loaded.config);
  CHECK(loaded.config->interval == 30s);
  CHECK(loaded.fault.empty());
}

TEST_CASE("a file that is missing or bad is named, with what to do about it", "[settings_reader]") {
  const ConfigFile file;
  const auto missing = LoadConfigOrPrevious(file.path);
  CHECK_FALSE(missing.config);
  CHECK(missing.fault ==
        "config.json cannot be read: No such file or directory; create it, {} is enough: every setting has a default");
  file.Write(R"({"interval": "often"})");
  const auto bad = LoadConfigOrPrevious(file.path);
  CHECK_FALSE(bad.config);
  CHECK_THAT(bad.fault, Catch::Matchers::StartsWith("config.json: ") && Catch::Matchers::ContainsSubstring("interval"));
}

TEST_CASE("the settings that were good before go on when an edit is bad, and the fault is told", "[settings_reader]") {
  const ConfigFile file;
  file.WriteAndKeep(R"({"interval": 30})");
  file.Write(R"({"interval": 20)");
  const auto loaded = LoadConfigOrPrevious(file.path);
  REQUIRE(loaded.config);
  CHECK(loaded.config->interval == 30s);
  CHECK_FALSE(loaded.fault.empty());
}

TEST_CASE("a copy is kept of the last good file, for its owner alone", "[settings_reader]") {
  const ConfigFile file;
  file.WriteAndKeep(R"({"interval": 30})");
  CHECK(Contents(file.previous) == R"({"interval": 30})");
  CHECK(std::filesystem::status(file.previous).permissions() == std::filesystem::perms(kConfigMode));
  const auto written = std::filesystem::last_write_time(file.previous);
  file.Keep();  // nothing new: the card is spared
  CHECK(std::filesystem::last_write_time(file.previous) == written);
  file.WriteAndKeep(R"({"interval": 20})");
  CHECK(Contents(file.previous) == R"({"interval": 20})");
}

TEST_CASE("a copy that cannot be kept is no fault of the settings", "[settings_reader]") {
  const ConfigFile file;
  CHECK_NOTHROW(file.Keep());  // there is nothing to copy
  CHECK_FALSE(std::filesystem::exists(file.previous));
}

TEST_CASE("settings are read again only when their file has changed", "[settings_reader]") {
  Site site(R"({"interval": 20})");
  CHECK_FALSE(site.reader->ReadConfig());
  WriteInPlace(site.folder / "config.json", R"({"interval": 30, "title": "NOC"})");
  CHECK(site.reader->ReadConfig());
  CHECK(site.reader->config().interval == std::chrono::seconds(30));
  CHECK_FALSE(site.reader->ReadConfig());
  site.reader->ForgetConfig();
  CHECK(site.reader->ReadConfig());
}

TEST_CASE("a bad edit keeps the last good settings, and is shown until it is mended", "[settings_reader]") {
  Site site(R"({"interval": 20})");
  WriteInPlace(site.folder / "config.json", R"({"interval": "often"})");
  CHECK_FALSE(site.reader->ReadConfig());
  CHECK(site.reader->config().interval == std::chrono::seconds(20));
  CHECK(site.notice("config_broken").find("interval") != std::string::npos);
  CHECK(site.notice("config_broken").find("the last good settings go on") != std::string::npos);
  WriteInPlace(site.folder / "config.json", R"({"interval": 40})");
  CHECK(site.reader->ReadConfig());
  CHECK(site.notice("config_broken").empty());
}

TEST_CASE("a setting that a server has changed is written as an edit is, unless somebody changed it",
          "[settings_reader]") {
  Site site(R"({"title": "NOC", "telegram": {"token": "1:a", "chat_id": "-5"}})");
  CHECK(site.reader->TakeOver(Channel::kTelegram, "chat_id", "-5", "-1005"));
  CHECK(site.reader->ReadConfig());
  CHECK(site.reader->config().SettingOf(Channel::kTelegram, "chat_id") == "-1005");
  CHECK(site.reader->config().SettingOf(Channel::kTelegram, "token") == "1:a");
  CHECK(site.reader->config().title == "NOC");
  CHECK_FALSE(site.reader->TakeOver(Channel::kTelegram, "chat_id", "-5", "-1006"));
  CHECK_FALSE(site.reader->ReadConfig());
  CHECK(site.notices.all().empty());
}

TEST_CASE("a changed setting that cannot be written is shown until somebody enters it", "[settings_reader]") {
  Site site(R"({"telegram": {"token": "1:a", "chat_id": "-5"}})");
  std::filesystem::create_directory(site.folder / "config.json.tmp");  // in the way, for root as for everybody
  CHECK_FALSE(site.reader->TakeOver(Channel::kTelegram, "chat_id", "-5", "-1005"));
  CHECK(site.notice("setting_moved").starts_with("telegram.chat_id is -1005 now, the server says"));
  WriteInPlace(site.folder / "config.json", R"({"telegram": {"token": "1:a", "chat_id": "-1005"}})");
  CHECK(site.reader->ReadConfig());
  CHECK(site.notice("setting_moved").empty());
}

TEST_CASE("secrets that cannot be read leave those that were read before", "[settings_reader]") {
  Site site("{}");
  WriteInPlace(site.folder / "secrets.json", R"({"format":1,"hosts":{"a":{"password":"old"}}})");
  CHECK(site.reader->ReadSecrets());
  CHECK(site.reader->secrets().at("a").password == "old");
  WriteInPlace(site.folder / "secrets.json", R"({"format":1,"hosts":)");
  CHECK_FALSE(site.reader->ReadSecrets());
  CHECK(site.reader->secrets().at("a").password == "old");
  CHECK(site.notice("secrets_broken").find("those that were read before go on") != std::string::npos);
}

}  // namespace
}  // namespace linewatch
