#include "monitord/settings_reader.h"

#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

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
