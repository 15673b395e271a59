#include "store/host_json.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

std::string Text(const HostList& list) {
  return JsonText([&](JsonWriter& out) { WriteHostList(out, list); });
}

HostList Parsed(const std::string& text) {
  HostList list;
  bool was_array = false;
  const auto fault = ReadHostList(
      text, [](const auto& entry, size_t) { return is_host_entry(entry); }, list, was_array);
  INFO((fault ? fault->what : ""));
  REQUIRE_FALSE(fault);
  return list;
}

std::optional<JsonFault> FaultOf(const std::string& text) {
  HostList list;
  bool was_array = false;
  return ReadHostList(
      text, [](const auto&, size_t) { return true; }, list, was_array);
}

HostList Example() {
  HostList list;
  list.revision = 57;
  list.updated = FromUnixSeconds(1763800000.12);
  list.interval = std::chrono::seconds(10);
  list.monitor.state = WatchState::kWatching;
  list.monitor.notices.push_back({"disk_full", "the disk is full", FromUnixSeconds(1763800001)});
  Host host;
  host.id = "k3f9w2x1ab";
  host.revision = 3;
  host.name = "Büro \"Süd\" <1>";
  host.ip = "192.168.0.1";
  host.enabled = false;
  host.tags = {"fibre", "gold"};
  host.parents = {"abc"};
  host.timeout = std::chrono::milliseconds(250);
  host.retries = 0;
  host.sla_percent = 99.95;
  host.maintenance.push_back(
      {MaintenanceWindow::Once{FromUnixSeconds(1763800000), FromUnixSeconds(1763803600)}, {}, "x"});
  host.maintenance.push_back({{}, MaintenanceWindow::Weekly{{1, 7}, 23 * 60, 2 * 60 + 5}, ""});
  host.acknowledged = Acknowledgement{"alice", FromUnixSeconds(1763800000.5), "cable cut"};
  host.seen.status = Status::kDown;
  host.seen.status_current = false;
  host.seen.fail_count = 12;
  host.seen.fail_since = FromUnixSeconds(1763799000);
  host.seen.reason = "no answer within 1 s";
  host.seen.uptime = 98.5F;
  host.seen.trail.Add(12.345F);
  host.seen.trail.Add(Trail::kFailed);
  list.hosts.push_back(host);
  return list;
}

TEST_CASE("what is written is read back the same", "[host_json]") {
  const std::string text = Text(Example());
  CHECK(Text(Parsed(text)) == text);
  const HostList list = Parsed(text);
  CHECK(list.revision == 57);
  REQUIRE(list.hosts.size() == 1);
  const Host& host = list.hosts[0];
  CHECK(host.name == "Büro \"Süd\" <1>");
  CHECK(host.timeout == std::chrono::milliseconds(250));
  CHECK(host.retries == 0);
  CHECK_FALSE(host.interval);
  CHECK(host.maintenance[1].weekly->to == 125);
  CHECK(host.seen.trail[0] == Catch::Approx(12.3F));
  CHECK(host.seen.trail[1] == Trail::kFailed);
  CHECK(list.monitor.notices[0].code == "disk_full");
}

TEST_CASE("what a website is asked for is written and read back the same", "[host_json]") {
  HostList list;
  Host host;
  host.id = host.name = "site";
  host.check = CheckKind::kHttp;
  host.check_settings = CheckSettings();
  list.hosts.push_back(host);
  const std::string usual = Text(list);
  CHECK_THAT(usual, Catch::Matchers::ContainsSubstring(R"("follow_redirects":true,"max_redirects":5,)"));
  CHECK_THAT(usual, Catch::Matchers::ContainsSubstring(R"("auth":"basic","body":"","content_type":"","field":"",)"));
  CheckSettings& settings = *list.hosts[0].check_settings;
  settings.follow_redirects = FollowRedirects::kAnywhere;
  settings.max_redirects = 9;
  settings.auth = "digest";
  settings.body = "{\"a\": 1}\n";
  settings.content_type = "application/json";
  settings.client_cert = "a.pem";
  settings.client_key = "a.key";
  settings.field = "a.b[0].c";
  settings.expect = "21.5";
  settings.min = 1.5;
  const HostList again = Parsed(Text(list));
  REQUIRE(again.hosts.size() == 1);
  CHECK(*again.hosts[0].check_settings == settings);
  CHECK_THAT(Text(list), Catch::Matchers::ContainsSubstring(R"("follow_redirects":"anywhere")"));
}

TEST_CASE("what is written without its defaults is read back the same", "[host_json]") {
  HostList list = Example();
  for (size_t kind = 0; kind < kCheckKindNames.size(); ++kind) {
    Host host;
    host.id = host.name = kCheckKindNames[kind];
    host.check = static_cast<CheckKind>(kind);
    if (host.check != CheckKind::kPing) host.check_settings = CheckSettings();
    list.hosts.push_back(host);
    // What is less than the default is not the default.
    host.id += "2";
    host.enabled = false;
    host.retries = 0;
    if (host.check_settings) {
      host.check_settings->warn_days.clear();
      host.check_settings->starttls = "imap";
      host.check_settings->client_cert = "noc.pem";
      host.check_settings->client_key = "noc.key";
      host.check_settings->verify_tls = host.check_settings->follow_redirects = false;
    }
    list.hosts.push_back(std::move(host));
  }
  const std::string text = JsonText([&](JsonWriter& out) { WriteHostList(out, list, Defaults::kLeftOut); });
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring(R"({"id":"ping","name":"ping","ip":""},)"));
  CHECK(Text(Parsed(text)) == Text(list));
}

TEST_CASE("a ping keeps which version of IP it asks for, and shows which address answered", "[host_json]") {
  HostList list;
  list.hosts.resize(2);
  for (Host& host : list.hosts) {
    host.id = &host == list.hosts.data() ? "a" : "b";
    host.name = host.ip = host.id + ".example";
  }
  CHECK(Text(list).find("ip_version") == std::string::npos);
  list.hosts[1].check_settings = CheckSettings();
  list.hosts[1].check_settings->ip_version = 6;
  list.hosts[1].seen.details = CheckDetails();
  list.hosts[1].seen.details->address = "2001:db8::1";
  const HostList read = Parsed(Text(list));
  CHECK_FALSE(read.hosts[0].check_settings.has_value());
  CHECK_FALSE(read.hosts[0].seen.details.has_value());
  REQUIRE(read.hosts[1].check_settings.has_value());
  CHECK(*read.hosts[1].check_settings->ip_version == 6);
  REQUIRE(read.hosts[1].seen.details.has_value());
  CHECK(read.hosts[1].seen.details->address == "2001:db8::1");
  CHECK(Text(read) == Text(list));
}

TEST_CASE("the format is the one that other programs rely on", "[host_json]") {
  const std::string text = Text(Example());
  CHECK(text.starts_with(R"({"format":1,"updated":1763800000.12,"interval":10,"revision":57,"monitor":{)"));
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(text, ContainsSubstring(R"("summary":{"total":1,"up":0,"degraded":0,"failing":0,"down":1,"unreachable":0,)"
                                     R"("unknown":0,"paused":0,"pending":0,"uptime":98.5})"));
  CHECK_THAT(text, ContainsSubstring(R"("statusCurrent":false,"fail_count":12,"fail_since":1763799000,)"));
  CHECK_THAT(text, ContainsSubstring(R"("trail":[12.3,null])"));
  CHECK_THAT(text, ContainsSubstring(R"({"days":[1,7],"from":"23:00","to":"02:05","note":""})"));
  CHECK_THAT(text, ContainsSubstring(R"("acknowledged":{"by":"alice","at":1763800000.5,"note":"cable cut"})"));
  CHECK_THAT(text, ContainsSubstring(R"("timeout":0.25,"retries":0,"fail_threshold":null)"));
}

TEST_CASE("members that this version does not know are kept, of hosts and of the list", "[host_json]") {
  const HostList list = Parsed(
      R"({"format":1,"colour":{"a":[1,null]},"hosts":[{"id":"a","name":"A","ip":"10.0.0.1","latitude":47.5,"x":"\"\n"}]})");
  const std::string text = Text(list);
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring(R"("latitude":47.5,"x":"\"\n")"));
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring(R"("colour":{"a":[1,null]})"));
  CHECK(Text(Parsed(text)) == text);
}

TEST_CASE("members are found in whatever order they stand, and without those that are missing", "[host_json]") {
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(Text(Example()), document));
  const auto& host = document["hosts"][0];
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& member : host.GetObject())
    members.emplace_back(StringOf(member.name), JsonText([&](JsonWriter& out) { member.value.Accept(out); }));

  const auto rewritten = [&members] {
    std::string text;
    for (const auto& [name, value] : members) text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
    rapidjson::Document read;
    REQUIRE_FALSE(ParseJson(text + "}", read));
    return JsonText([&](JsonWriter& out) { WriteHost(out, ReadHost(read)); });
  };
  const std::string whole = rewritten();
  CHECK_THAT(whole, Catch::Matchers::ContainsSubstring("cable cut"));
  for (size_t i = 0; i < members.size(); ++i) {
    std::rotate(members.begin(), members.begin() + 1, members.end());
    CHECK(rewritten() == whole);
    std::reverse(members.begin(), members.end());
    CHECK(rewritten() == whole);
    std::reverse(members.begin(), members.end());
    const auto missing = members.back();
    members.pop_back();
    const std::string lacking = rewritten();
    for (const auto& [name, value] : members)
      CHECK_THAT(lacking, Catch::Matchers::ContainsSubstring("\"" + name + "\":" + value));
    members.push_back(missing);
  }
}

TEST_CASE("of a member that stands there twice the first counts", "[host_json]") {
  const HostList list = Parsed(R"({"hosts":[{"name":"A","name":"B","ip":"10.0.0.1","x":1,"ip":"10.0.0.2","x":2}]})");
  CHECK(list.hosts[0].name == "A");
  CHECK(list.hosts[0].ip == "10.0.0.1");
  CHECK(list.hosts[0].unknown_members.has_value());
}

TEST_CASE("the bare array of the earlier Python system is read with what it knew", "[host_json]") {
  HostList list;
  bool was_array = false;
  REQUIRE_FALSE(ReadHostList(
      R"([{"name":"A","ip":"10.0.0.1","fail_count":4,"statusCurrent":false,"last_alert_time":1700000000.25}])",
      [](const auto& entry, size_t) { return is_host_entry(entry); }, list, was_array));
  CHECK(was_array);
  REQUIRE(list.hosts.size() == 1);
  CHECK(list.hosts[0].seen.fail_count == 4);
  CHECK(list.hosts[0].seen.status_current == false);
  CHECK(UnixSeconds(list.hosts[0].seen.last_alert_time) == 1700000000.25);
}

TEST_CASE("a member of a wrong type leaves the default in place", "[host_json]") {
  const HostList list = Parsed(
      R"({"revision":"7","hosts":[{"name":"A","ip":"10.0.0.1","retries":"two","tags":[1,"x"],"trail":5,"status":"broken"}]})");
  CHECK(list.revision == 0);
  CHECK_FALSE(list.hosts[0].retries);
  CHECK(list.hosts[0].tags == std::vector<std::string>{"x"});
  CHECK(list.hosts[0].seen.trail.size() == 0);
  CHECK(list.hosts[0].seen.status == Status::kPending);
}

TEST_CASE("what is no list of hosts is a fault with its line", "[host_json]") {
  for (const std::string text : {"", "   ", "nope", "{", "{\"hosts\":[", "{\"hosts\":[{\"name\":\"A\"}",
                                 "{\"hosts\":[}]}", "[{},]", "[{}]x", "{\"hosts\":[{}]} {}", "{}", "{\"format\":1}",
                                 "{\"hosts\":5}", "{\"host\":[]}", "{\"a\" 1}", "{\"a\":1,}", "\"text\"", "12"}) {
    INFO(text);
    CHECK(FaultOf(text));
  }
  CHECK(FaultOf(std::string(545, '\0')));
  CHECK(FaultOf(std::string("{\"hosts\":[]}\0", 13)));
  CHECK(FaultOf(std::string(200000, '[')));
  CHECK(FaultOf("{\n\n\"hosts\": [\n{\"name\": }]}")->line == 4);
  CHECK_FALSE(FaultOf(R"({"hosts":[]})"));
  CHECK_FALSE(FaultOf(" [ ] \n"));
}

TEST_CASE("the header is read without the hosts", "[host_json]") {
  HostList header;
  // What stands behind the first host is not looked at.
  REQUIRE_FALSE(
      ReadHostListHeader(R"({"format":1,"updated":12.5,"revision":9,"hosts":[{"name":"A"}, garbage)", header));
  CHECK(header.revision == 9);
  CHECK(UnixSeconds(header.updated) == 12.5);
}

TEST_CASE("every truncation and every damaged byte is read or refused, never worse", "[host_json]") {
  const std::string text = Text(Example());
  for (size_t length = 0; length < text.size(); ++length) CHECK(FaultOf(text.substr(0, length)));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x15);
    FaultOf(damaged);  // the sanitizers watch
  }
}

}  // namespace
}  // namespace linewatch
