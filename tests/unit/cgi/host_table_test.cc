#include "cgi/host_table.h"

#include "store/host_json.h"
#include "store/json/json_members.h"
#include "tests/unit/catch.h"

namespace linewatch::cgi {
namespace {

using Texts = std::vector<std::string>;

std::string JsonOf(const rapidjson::Value& value) {
  return JsonText([&](JsonWriter& out) { value.Accept(out); });
}

GivenHosts Table(std::string_view text) { return std::get<GivenHosts>(ReadHostTable(text)); }

// What a cell below `heading` becomes.
std::string Cell(const std::string& heading, const std::string& cell, const std::string& separator = ",") {
  const auto given = Table("name" + separator + heading + "\nA" + separator + cell + "\n");
  REQUIRE(given.refused.empty());
  REQUIRE(given.hosts.Size() == 1);
  return JsonOf(given.hosts[0].MemberBegin()[1].value);
}

Texts Refused(const GivenHosts& given) {
  Texts refused;
  for (const auto& refusal : given.refused)
    refused.push_back(std::to_string(refusal.line) + ' ' + refusal.field + ": " + refusal.message);
  return refused;
}

TEST_CASE("a first row with an address in it is a host, and no header", "[host_table]") {
  const auto given = Table("Name, 192.0.2.1\nServer B, server.example\n");
  CHECK(JsonOf(given.hosts) == R"([{"name":"Name","ip":"192.0.2.1"},{"name":"Server B","ip":"server.example"}])");
  CHECK(given.lines == std::vector<size_t>{1, 2});
  CHECK(JsonOf(Table("Name, Address\nServer A, 192.0.2.1\n").hosts) == R"([{"name":"Server A","ip":"192.0.2.1"}])");
}

TEST_CASE("columns go by the names that people give them", "[host_table]") {
  const auto given = Table("Title,IP-Address,Comment,Tag,Type,\nA,192.0.2.1,new,core,ping,whatever\n");
  CHECK(Refused(given).empty());
  CHECK(JsonOf(given.hosts) == R"([{"name":"A","ip":"192.0.2.1","notes":"new","tags":["core"],"check":"ping"}])");
}

TEST_CASE("columns of what was observed are passed over, of secrets and of nothing known refused", "[host_table]") {
  const auto given = Table("name,ip,status,uptime,revision,acknowledged,token\nA,192.0.2.1,up,99.9,7,,x\n");
  CHECK(Refused(given).empty());
  CHECK(JsonOf(given.hosts) == R"([{"name":"A","ip":"192.0.2.1"}])");
  CHECK(Refused(Table("name,Headers,Colour\nA,x,red\n")) ==
        Texts{"1 Headers: secrets are not imported: set them with the host itself, once it is there",
              "1 Colour: expected the name of a setting: there is none of this name"});
}

TEST_CASE("a cell is read as its setting is, and an empty one is the default", "[host_table]") {
  CHECK(Cell("enabled", "Yes") == "true");
  CHECK(Cell("enabled", "OFF") == "false");
  CHECK(Cell("enabled", "") == "null");
  CHECK(Cell("follow_redirects", "no") == "false");
  CHECK(Cell("follow_redirects", "anywhere") == "\"anywhere\"");
  CHECK(Cell("max_redirects", "9") == "9");
  CHECK(Cell("client_cert", "a.pem") == "\"a.pem\"");
  CHECK(Cell("packets", "3") == "3");
  CHECK(Cell("timeout", "0.5") == "0.5");
  CHECK(Cell("group", "3") == R"("3")");
  CHECK(Cell("field", "air[0].t") == R"("air[0].t")");
  CHECK(Cell("cron", "0 3 * * 1-5") == R"("0 3 * * 1-5")");
  CHECK(Cell("grace", "600") == "600");
  CHECK(Cell("tags", "core fibre") == R"(["core","fibre"])");
  CHECK(Cell("tags", "\"two words, core\"") == R"(["two words","core"])");
  CHECK(Cell("tags", "two words|core") == R"(["two words","core"])");
  CHECK(Cell("tags", "\"[\"\"a|b\"\"]\"") == R"(["a|b"])");
  CHECK(Cell("warn_days", "30 7") == "[30,7]");
  CHECK(Cell("starttls", "smtp") == R"("smtp")");
  CHECK(Cell("client_cert", "noc.pem") == R"("noc.pem")");
  CHECK(Cell("client_key", "") == "null");
  CHECK(Cell("record", "SRV") == R"("SRV")");
  CHECK(Cell("parents", "Core Router|b") == R"(["Core Router","b"])");
  CHECK(Cell("parents", "Core Router") == R"(["Core Router"])");
  CHECK(Cell("maintenance", "\"[{\"\"from\"\":1,\"\"to\"\":2}]\"") == R"([{"from":1,"to":2}])");
}

TEST_CASE("what is not of its setting's type stays as it is, for the check to refuse", "[host_table]") {
  CHECK(Cell("packets", "many") == R"("many")");
  CHECK(Cell("slow_ms", "nan") == R"("nan")");
  CHECK(Cell("enabled", "maybe") == R"("maybe")");
  CHECK(Cell("maintenance", "always") == R"("always")");
}

TEST_CASE("a number may have a comma where the columns have none", "[host_table]") {
  CHECK(Cell("timeout", "0,5", ";") == "0.5");
  CHECK(Cell("timeout", "0,5", "\t") == "0.5");
  CHECK(Cell("timeout", "\"0,5\"", ",") == R"("0,5")");
}

TEST_CASE("a ' before what looks like a formula is a guard, and no part of the text", "[host_table]") {
  CHECK(Cell("notes", "'=1+1") == R"("=1+1")");
  CHECK(Cell("notes", "'s-Hertogenbosch") == R"("'s-Hertogenbosch")");
}

TEST_CASE("entries of JSON are taken without what was observed, and their place is their line", "[host_table]") {
  const auto read =
      ReadHostEntries(R"({"hosts": [{"id": "a", "name": "A", "status": "up", "password": {"set": true}}, 7,
      {"name": "B", "headers": {"X-Key": "secret"}}]})");
  const auto& given = std::get<GivenHosts>(read);
  CHECK(JsonOf(given.hosts) == R"([{"id":"a","name":"A"},{"name":"B"}])");
  CHECK(given.lines == std::vector<size_t>{1, 3});
  CHECK(Refused(given) ==
        Texts{"2 : expected an object",
              "3 headers: secrets are not imported: set them with the host itself, once it is there"});
}

TEST_CASE("what is no table and no JSON says in which line", "[host_table]") {
  CHECK(std::get<CsvFault>(ReadHostTable("name,ip\n\"A,192.0.2.1\n")).line == 2);
  CHECK(std::get<JsonFault>(ReadHostEntries("[\n{\"name\": }]")).line == 2);
}

}  // namespace
}  // namespace linewatch::cgi
