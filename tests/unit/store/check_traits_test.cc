#include "store/check_traits.h"

#include <map>

#include "store/json/json.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

std::vector<CheckKind> Kinds() {
  std::vector<CheckKind> kinds;
  for (size_t i = 0; i < kCheckKindNames.size(); ++i) kinds.push_back(static_cast<CheckKind>(i));
  return kinds;
}

Host HostOf(CheckKind kind) {
  Host host;
  host.id = "abc";
  host.check = kind;
  if (kind != CheckKind::kPing) host.check_settings = CheckSettings();
  return host;
}

TEST_CASE("a setting that two kinds of check have is the same for both", "[check_traits]") {
  std::map<std::string_view, CheckSetting> known;
  for (const CheckKind kind : Kinds())
    for (const CheckSetting& setting : TraitsOf(kind).settings) {
      CAPTURE(NameOf(kind), setting.name);
      const auto [same, is_new] = known.emplace(setting.name, setting);
      CHECK(same->second.schema == setting.schema);
      CHECK(same->second.member == setting.member);
    }
}

TEST_CASE("what may stand in a setting is said to whoever gets it wrong", "[check_traits]") {
  for (const CheckKind kind : Kinds())
    for (const CheckSetting& setting : TraitsOf(kind).settings) {
      CAPTURE(NameOf(kind), setting.name);
      rapidjson::Document schema;
      REQUIRE_FALSE(ParseJson(setting.schema, schema));
      CHECK(FindMember(schema, "description") != nullptr);
    }
}

TEST_CASE("what has no address is called by its URL or its topic", "[check_traits]") {
  Host site = HostOf(CheckKind::kHttp), sensor = HostOf(CheckKind::kMqtt), backup = HostOf(CheckKind::kPush);
  site.check_settings->url = "http://192.0.2.1/";
  sensor.check_settings->topic = "hall/3";
  CHECK(AddressText(site) == "http://192.0.2.1/");
  CHECK(AddressText(sensor) == "hall/3");
  CHECK(AddressText(backup).empty());
  site.ip = "192.0.2.9";
  CHECK(AddressText(site) == "192.0.2.9");
}

TEST_CASE("another question to the same address is another target", "[check_traits]") {
  const auto changed = [](CheckKind kind, auto change) {
    Host one = HostOf(kind), other = HostOf(kind);
    one.ip = other.ip = "192.0.2.1";
    change(other);
    return TargetOf(one) != TargetOf(other);
  };
  CHECK(changed(CheckKind::kHttp, [](Host& host) { host.check_settings->url = "http://192.0.2.1/other"; }));
  CHECK(changed(CheckKind::kHttp, [](Host& host) { host.check_settings->method = "HEAD"; }));
  CHECK(changed(CheckKind::kHttp, [](Host& host) { host.check_settings->ip_version = 6; }));
  CHECK(changed(CheckKind::kHttp, [](Host& host) { host.check_settings->keyword = "welcome"; }));
  for (const auto kind : {CheckKind::kPing, CheckKind::kTls, CheckKind::kTcp, CheckKind::kDns}) {
    CHECK(changed(kind, [](Host& host) {
      if (!host.check_settings) host.check_settings = CheckSettings();
      host.check_settings->ip_version = 6;
    }));
  }
  CHECK(changed(CheckKind::kTls, [](Host& host) { host.check_settings->server_name = "example.org"; }));
  CHECK(changed(CheckKind::kTls, [](Host& host) { host.check_settings->port = 993; }));
  CHECK(changed(CheckKind::kTcp, [](Host& host) { host.check_settings->port = 22; }));
  CHECK(changed(CheckKind::kDns, [](Host& host) { host.check_settings->query = "example.org"; }));
  CHECK(changed(CheckKind::kDns, [](Host& host) { host.check_settings->record = "MX"; }));
  CHECK(changed(CheckKind::kMqtt, [](Host& host) { host.check_settings->topic = "hall/3"; }));
  CHECK(changed(CheckKind::kPush, [](Host& host) { host.id = "def"; }));

  CHECK_FALSE(changed(CheckKind::kTls, [](Host& host) { host.check_settings->port = 443; }));
  CHECK_FALSE(changed(CheckKind::kDns, [](Host& host) { host.check_settings->port = 53; }));
  CHECK_FALSE(changed(CheckKind::kTcp, [](Host& host) { host.check_settings->expect = "SSH-2.0"; }));
  CHECK_FALSE(changed(CheckKind::kPing, [](Host& host) { host.id = "def"; }));
}

}  // namespace
}  // namespace linewatch
