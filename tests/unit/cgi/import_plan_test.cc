#include "cgi/import_plan.h"

#include <chrono>
#include <iostream>

#include "tests/unit/catch.h"

namespace linewatch::cgi {
namespace {

using Catch::Matchers::ContainsSubstring;
using Lines = std::vector<std::string>;

Host Named(const std::string& id, const std::string& name, const std::string& ip) {
  Host host;
  host.id = id;
  host.name = name;
  host.ip = ip;
  return host;
}

GivenHosts Given(std::string_view text) {
  auto read = text.starts_with('[') || text.starts_with('{') ? GivenHosts() : std::get<GivenHosts>(ReadHostTable(text));
  if (read.lines.empty() && read.refused.empty()) read = std::get<GivenHosts>(ReadHostEntries(text));
  return read;
}

ImportPlan Plan(std::string_view text, const HostList& list = {}) {
  int made = 0;
  return PlanImport(Given(text), list, Config(), [&] { return "new" + std::to_string(++made); });
}

Lines Added(const ImportPlan& plan) {
  Lines lines;
  for (const auto& add : plan.add)
    lines.push_back(std::to_string(add.line) + ' ' + add.host.id + ' ' + add.host.name + ' ' + AddressText(add.host));
  return lines;
}
Lines Changed(const ImportPlan& plan) {
  Lines lines;
  for (const auto& change : plan.change) {
    std::string line = std::to_string(change.line) + ' ' + change.host.id;
    for (const auto& name : change.changed) line += ' ' + name;
    lines.push_back(line);
  }
  return lines;
}
Lines Refused(const ImportPlan& plan) {
  Lines lines;
  for (const auto& refusal : plan.refuse)
    lines.push_back(std::to_string(refusal.line) + ' ' + refusal.field + ": " + refusal.message);
  return lines;
}

TEST_CASE("lines of name and address become hosts", "[import_plan]") {
  CHECK(Added(Plan("# our lines\nServer A, 192.0.2.1\nServer B\t192.0.2.2\n\n192.0.2.3\nrouter.example\n")) ==
        Lines{"2 new1 Server A 192.0.2.1", "3 new2 Server B 192.0.2.2", "5 new3 192.0.2.3 192.0.2.3",
              "6 new4 router.example router.example"});
  CHECK(Added(Plan("gateway, 192.0.2.1\nhost, 192.0.2.2\n")).size() == 2);
}

TEST_CASE("a table sets whatever its columns name", "[import_plan]") {
  const auto plan = Plan(
      "Line;IP Address;Group;Tags;Timeout;Enabled;maintenance;sla\r\n"
      "Branch 7;192.0.2.7;North;core "
      "fibre;0,5;no;\"[{\"\"days\"\":[7],\"\"from\"\":\"\"02:00\"\",\"\"to\"\":\"\"04:00\"\"}]\";99.5\r\n");
  CHECK(Refused(plan).empty());
  REQUIRE(plan.add.size() == 1);
  const Host& host = plan.add[0].host;
  CHECK(host.name == "Branch 7");
  CHECK(host.group == "North");
  CHECK(host.tags == Lines{"core", "fibre"});
  CHECK(*host.timeout == std::chrono::milliseconds(500));
  CHECK_FALSE(host.enabled);
  CHECK(host.maintenance.size() == 1);
  CHECK(*host.sla_percent == 99.5);
}

TEST_CASE("only what is given changes, and an empty cell is the default", "[import_plan]") {
  HostList list;
  list.hosts = {Named("a", "Server A", "192.0.2.1"), Named("b", "Server B", "192.0.2.2")};
  list.hosts[0].group = "north";
  list.hosts[0].notes = "kept";
  CHECK(Plan("192.0.2.1\n192.0.2.2\n", list).same == 2);
  CHECK(Changed(Plan("ip,group\n192.0.2.1,south\n192.0.2.2,\n", list)) == Lines{"2 a group"});
  const auto cleared = Plan("ip,group\n192.0.2.1,\n", list);
  REQUIRE(Changed(cleared) == Lines{"2 a group"});
  CHECK(cleared.change[0].host.group.empty());
  CHECK(cleared.change[0].host.notes == "kept");
  CHECK(Changed(Plan("id,name,ip\na,Server C,192.0.2.9\n", list)) == Lines{"2 a name ip"});
}

TEST_CASE("an id that is free stays, one that is unknown here stands for the same target", "[import_plan]") {
  HostList list;
  list.hosts = {Named("here", "Gateway", "192.0.2.1")};
  const auto plan = Plan("id,name,ip,parents\nthere,Gateway,192.0.2.1,\nmine,B,192.0.2.2,there\n", list);
  CHECK(Refused(plan).empty());
  CHECK(plan.same == 1);
  REQUIRE(Added(plan) == Lines{"3 mine B 192.0.2.2"});
  CHECK(plan.add[0].host.parents == Lines{"here"});
}

TEST_CASE("parents are ids or names, of hosts that are there or in the import", "[import_plan]") {
  HostList list;
  list.hosts = {Named("a", "Core Router", "192.0.2.1"), Named("b", "Twin", "192.0.2.2"),
                Named("c", "Twin", "192.0.2.3")};
  const auto plan = Plan(
      "name,ip,parents\nD,192.0.2.4,Core Router\nE,192.0.2.5,F D\nF,192.0.2.6,Core Router|b\nG,192.0.2.7,Twin\n"
      "H,192.0.2.8,nobody\n",
      list);
  CHECK(Refused(plan) == Lines{"5 parents: expected an id: several hosts have the name \"Twin\"",
                               "6 parents: expected ids or names of hosts that are there or in this import; "
                               "\"nobody\" is neither"});
  REQUIRE(plan.add.size() == 3);
  CHECK(plan.add[0].host.parents == Lines{"a"});
  CHECK(plan.add[1].host.parents == Lines{"new3", "new1"});
  CHECK(plan.add[2].host.parents == Lines{"a", "b"});
}

TEST_CASE("an empty parent is nobody, and not the first line that has no id", "[import_plan]") {
  const auto plan = Plan(R"([{"name": "A", "ip": "192.0.2.1"}, {"name": "B", "ip": "192.0.2.2", "parents": [""]}])");
  CHECK(Refused(plan).empty());
  REQUIRE(plan.add.size() == 2);
  CHECK(plan.add[1].host.parents.empty());
}

TEST_CASE("hosts that are their own parents, over others, are refused", "[import_plan]") {
  const auto plan = Plan("name,ip,parents\nA,192.0.2.1,B\nB,192.0.2.2,C\nC,192.0.2.3,A\nD,192.0.2.4,A\nE,192.0.2.5,\n");
  CHECK(Refused(plan) == Lines{"2 parents: expected no circle: the way to \"B\" leads through this host",
                               "3 parents: expected no circle: the way to \"C\" leads through this host",
                               "4 parents: expected no circle: the way to \"A\" leads through this host"});
}

TEST_CASE("the second line of a target is refused, and so is one that another host watches", "[import_plan]") {
  HostList list;
  list.hosts = {Named("a", "A", "2001:db8::1"), Named("b", "B", "192.0.2.2")};
  CHECK(Refused(Plan("X, 192.0.2.9\nY, 192.0.2.9\n")) ==
        Lines{"2 ip: expected each target once: line 1 is the same check of it"});
  CHECK(Refused(Plan("X, 2001:DB8:0::1\nY, 2001:db8::1\n", list)) ==
        Lines{"2 ip: expected each host once: line 1 is about \"A\", too"});
  CHECK(Refused(Plan("id,ip\na,192.0.2.2\n", list)) ==
        Lines{"2 ip: expected another target: \"B\" already watches it by the same check"});
  CHECK(Refused(Plan("id,name,ip\nz,X,192.0.2.8\nz,Y,192.0.2.9\n")) ==
        Lines{"3 id: expected each host once: line 2 has it, too"});
  // Two that change places are each other's, but only for a moment.
  CHECK(Changed(Plan("id,ip\na,192.0.2.2\nb,2001:db8::1\n", list)) == Lines{"2 a ip", "3 b ip"});
}

TEST_CASE("what is wrong names the line, the field and what was expected", "[import_plan]") {
  CHECK(Refused(Plan("name,ip,packets,colour,password\nA,192.0.2.1,many,red,x\n,192.0.2.2,1\n")) ==
        Lines{"1 colour: expected the name of a setting: there is none of this name",
              "1 password: secrets are not imported: set them with the host itself, once it is there",
              "2 packets: expected a whole number from 1 to 20", "3 name: expected 1 to 100 characters"});
  CHECK(Refused(Plan("name,ip,slow_ms,interval\nA,192.0.2.1,nan,\nB,192.0.2.2,,inf\nC,192.0.2.3,4e-01,\n")).size() ==
        2);
  CHECK(Refused(Plan("a, b, c\n")) == Lines{"1 : expected a name and an address, or an address alone"});
  CHECK(Refused(Plan("name,ip\nA,192.0.2.1,x\n")) == Lines{"2 : expected no more cells than the first row has"});
  CHECK(Refused(Plan("name,ip,Address\nA,192.0.2.1,x\n")) ==
        Lines{"1 Address: expected each column once: this is ip again"});
  CHECK(Refused(Plan(R"([7, {"name": "A", "ip": "192.0.2.1", "colour": "red"}])")) ==
        Lines{"1 : expected an object", "2 colour: unknown field"});
  CHECK(Refused(Plan("id,ip\nNot an id,192.0.2.1\n")) ==
        Lines{"2 id: expected 1 to 32 characters of a-z and 0-9, or none"});
}

TEST_CASE("what would take the square of its size is refused before", "[import_plan]") {
  std::string members = R"("name": "A")", entries = "1";
  for (int i = 0; i < 1000; ++i) members += ", \"m" + std::to_string(i) + "\": 1";
  for (int i = 0; i < 10000; ++i) entries += ",1";
  const Lines refused{"1 : expected the settings of one host, and not thousands"};
  CHECK(Refused(Plan("[{" + members + "}]")) == refused);
  CHECK(Refused(Plan(R"([{"name": "A", "ip": "192.0.2.1", "warn_days": [)" + entries + "]}]")) == refused);
  CHECK(Refused(Plan("name,ip,maintenance\nA,192.0.2.1,\"[" + entries + "]\"\n")).size() == 1);
}

TEST_CASE("what is read from the API is taken, without what was observed", "[import_plan]") {
  const auto plan = Plan(R"({"updated": 1, "hosts": [{"id": "a", "revision": 7, "name": "A", "ip": "192.0.2.1",
      "check": "ping", "status": "down", "trail": [1, null], "acknowledged": {"by": "x", "at": 1, "note": ""}}]})");
  CHECK(Refused(plan).empty());
  REQUIRE(Added(plan) == Lines{"1 a A 192.0.2.1"});
  CHECK(plan.add[0].host.revision == 1);
  CHECK(plan.add[0].host.seen.status == Status::kPending);
  CHECK_FALSE(plan.add[0].host.acknowledged);
}

TEST_CASE("secrets stay where they are, and are not led to another server", "[import_plan]") {
  HostList list;
  Host site = Named("a", "Site", "");
  site.check = CheckKind::kHttp;
  site.check_settings = CheckSettings();
  site.check_settings->url = "https://one.example/";
  site.check_settings->password.is_set = true;
  list.hosts = {site};
  const auto plan = Plan("id,check,url\na,http,https://two.example/\n", list);
  CHECK(Refused(plan) == Lines{"2 password: expected the same server: its secrets do not follow to another one"});
  CHECK(
      Plan(
          R"([{"id": "a", "name": "Site", "check": "http", "url": "https://one.example/", "password": {"set": true}}])",
          list)
          .same == 1);
  CHECK_THAT(Refused(Plan(R"([{"id": "a", "check": "http", "password": "new"}])", list)).at(0),
             ContainsSubstring("1 password: secrets are not imported"));
}

TEST_CASE("what was observed of a host stays while its target does", "[import_plan]") {
  HostList list;
  list.hosts = {Named("a", "A", "192.0.2.1"), Named("b", "B", "192.0.2.2")};
  for (Host& host : list.hosts) host.seen.status = Status::kUp;
  auto plan = Plan("id,name,ip\na,A2,192.0.2.1\nb,B,192.0.2.9\n,C,192.0.2.3\n", list);
  const auto events = ApplyImport(std::move(plan), list, FromUnixSeconds(1000), "ada");
  REQUIRE(list.hosts.size() == 3);
  CHECK(list.hosts[0].name == "A2");
  CHECK(list.hosts[0].revision == 2);
  CHECK(list.hosts[0].seen.status == Status::kUp);
  CHECK(list.hosts[1].ip == "192.0.2.9");
  CHECK(list.hosts[1].seen.status == Status::kPending);
  CHECK(list.hosts[2].id == "new1");
  REQUIRE(events.size() == 3);
  CHECK(std::get<EditEvent>(events[0]).action == EditAction::kChange);
  CHECK(std::get<EditEvent>(events[2]).action == EditAction::kAdd);
  CHECK(std::get<EditEvent>(events[2]).host == "new1");
  CHECK(std::get<EditEvent>(events[2]).user == "ada");
}

std::string Table(int hosts, const std::string& parent) {
  std::string text = "name,ip,group,tags,parents\n";
  for (int i = 0; i < hosts; ++i)
    text += "Line " + std::to_string(i) + ",10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250 + 1) +
            ",group,\"a b\"," +
            (i == 0           ? ""
             : parent.empty() ? "Line " + std::to_string(i - 1)
                              : parent) +
            '\n';
  return text;
}

TEST_CASE("more hosts than there may be are refused", "[import_plan]") {
  HostList list;
  list.hosts = {Named("a", "A", "192.0.2.1")};
  CHECK(Refused(Plan(Table(10000, "Line 0"), list)) == Lines{"10001 : expected at most 10000 hosts in all"});
  CHECK(Refused(Plan(Table(10001, "Line 0"))) == Lines{"10002 : expected at most 10000 hosts"});
}

TEST_CASE("ten thousand hosts in one chain are planned in seconds", "[import_plan]") {
  const std::string text = Table(10000, "");
  const auto begin = std::chrono::steady_clock::now();
  const auto plan = Plan(text);
  CHECK(plan.add.size() == 10000);
  CHECK(Refused(plan).empty());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));  // of a slow machine, with sanitizers
}

}  // namespace
}  // namespace linewatch::cgi
