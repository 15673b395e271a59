#include "store/host_check.h"

#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/json/schema.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Catch::Matchers::ContainsSubstring;

const Config kUsual;

std::vector<FieldError> Check(const std::string& settings, const Config& config = kUsual) {
  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(settings, document));
  DropIgnoredMembers(document);
  return ValidateSettings(document, config);
}

// "field: message" of the only error.
std::string Fault(const std::string& members) {
  const auto errors = Check(R"({"name":"A","ip":"10.0.0.1",)" + members + "}");
  INFO(members << " gave " << Describe(errors));
  if (errors.size() != 1) return std::to_string(errors.size()) + " errors";
  return errors[0].field + ": " + errors[0].message;
}

TEST_CASE("name and address are all that a host needs", "[host_check]") {
  CHECK(Check(R"({"name":"A","ip":"10.0.0.1"})").empty());
  const auto errors = Check("{}");
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].field == "name");
  CHECK(errors[1].field == "ip");
}

TEST_CASE("a name server is asked for names, for the root, and for what an address is called", "[host_check]") {
  const auto asked = [](const std::string& query, const std::string& record) {
    return Fault(R"("check":"dns","query":")" + query + R"(","record":")" + record + '"');
  };
  for (const char* record : {"A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"})
    CHECK(asked("www.example.org", record) == "0 errors");
  CHECK(asked(".", "NS") == "0 errors");
  CHECK(asked("*.example.org", "A") == "0 errors");
  CHECK(asked("192.0.2.1", "PTR") == "0 errors");
  CHECK(asked("2001:db8::1", "PTR") == "0 errors");
  const std::string expected = "query: expected the domain name to ask for, or with record PTR an address";
  CHECK(asked("192.0.2.1", "A") == expected);
  CHECK(asked("", "PTR") == expected);
  CHECK(asked("www.*.example.org", "A") == expected);
  CHECK(asked("www.example.org", "HINFO") == "record: expected A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV or TXT");
}

TEST_CASE("a certificate check begins TLS by choice, and shows a certificate from the folder of keys", "[host_check]") {
  const auto tls = [](const std::string& settings) { return Fault(R"("check":"tls",)" + settings); };
  CHECK(tls(R"("starttls":"postgres")") == "0 errors");
  CHECK(tls(R"("starttls":"nntp")") == "starttls: expected none, auto, smtp, imap, pop3, ftp, postgres, xmpp or ldap");
  CHECK(tls(R"("client_cert":"noc.pem")") == "0 errors");
  CHECK(tls(R"("client_cert":"noc.pem","client_key":"noc.key")") == "0 errors");
  CHECK(tls(R"("client_key":"noc.key")") ==
        "client_cert: expected the file of the certificate that client_key belongs to");
  for (const char* name : {"../noc.pem", "/etc/noc.pem", ".", "..", ".noc", "a/b", "a b"})
    CHECK(tls(R"("client_cert":")" + std::string(name) + '"') ==
          "client_cert: expected the name of a file in keys/ of the data folder: letters, digits and ._-+@");
}

TEST_CASE("each fault names the field and what was expected", "[host_check]") {
  CHECK(Fault(R"("timeout":0)") == "timeout: expected a number of seconds from 0.05, shorter than the interval");
  CHECK(Fault(R"("timeout":"1")") == "timeout: expected a number of seconds from 0.05, shorter than the interval");
  CHECK(Fault(R"("timeout":10)") == "timeout: expected less than 10 s, the interval of config.json");
  CHECK(Fault(R"("timeout":59.9,"interval":60)") == "0 errors");
  CHECK(Fault(R"("timeout":60,"interval":60)") == "timeout: expected less than 60 s, the interval of the host");
  CHECK(Fault(R"("interval":15)") == "interval: expected a whole multiple of 10 s, the interval of config.json");
  CHECK(Fault(R"("interval":60)") == "0 errors");
  CHECK(Fault(R"("retries":1.5)") == "retries: expected a whole number from 0 to 10");
  CHECK(Fault(R"("packets":21)") == "packets: expected a whole number from 1 to 20");
  CHECK(Fault(R"("colour":"red")") == "colour: unknown field");
  CHECK(Fault(R"("check":"smtp")") == "check: expected " + NamesAsChoice(kCheckKindNames));
  CHECK(Fault(R"("tags":["a",""])") == "tags[1]: expected a list of at most 20 tags, each of 1 to 50 characters");
  CHECK(Fault(R"("group":"a\nb")") == "group: expected no control characters");
  CHECK(Fault(R"("notes":"a\nb")") == "0 errors");
  CHECK(Fault(R"("notes":"a\u0000b")") == "notes: expected no control characters but line ends and tabs");
  CHECK(Fault(R"("enabled":1)") == "enabled: expected true or false");
  CHECK(Fault(R"("parents":["a","a"])") == "parents[1]: expected a list of at most 16 ids of other hosts, each once");
}

TEST_CASE("names are counted in characters, not in bytes", "[host_check]") {
  std::string hundred;
  for (int i = 0; i < 100; ++i) hundred += "ü";
  const auto with_name = [](const std::string& name) { return Check(R"({"ip":"10.0.0.1","name":")" + name + "\"}"); };
  CHECK(with_name(hundred).empty());
  CHECK(with_name(hundred + "x").size() == 1);
  CHECK(with_name("").size() == 1);
  CHECK(with_name("   ").size() == 1);
  CHECK(with_name("a\\u0007b").size() == 1);
}

TEST_CASE("all faults are reported at once", "[host_check]") {
  const auto errors = Check(R"({"name":"","ip":"10.0.0.300","retries":-1,"x":1,"smtp":{}})");
  CHECK(errors.size() == 5);
}

TEST_CASE("what was read can be sent back: observed members and null mean nothing", "[host_check]") {
  Host host;
  host.id = "abc";
  host.name = "A";
  host.ip = "10.0.0.1";
  CHECK(Check(JsonText([&](JsonWriter& out) { WriteHost(out, host); })).empty());
}

TEST_CASE("maintenance windows are once or weekly", "[host_check]") {
  CHECK(Fault(R"("maintenance":[{"from":1763800000,"to":1763803600}])") == "0 errors");
  CHECK(Fault(R"("maintenance":[{"days":[1,5],"from":"23:00","to":"02:00","note":"x"}])") == "0 errors");
  for (const char* bad : {R"({"from":1763803600,"to":1763800000})", R"({"days":[0],"from":"23:00","to":"02:00"})",
                          R"({"days":[],"from":"23:00","to":"02:00"})", R"({"days":[1],"from":"24:00","to":"02:00"})",
                          R"({"days":[1],"from":1,"to":2})", R"({"from":1763800000})", R"("never")"}) {
    INFO(bad);
    CHECK(Fault(std::string(R"("maintenance":[)") + bad + "]").starts_with("maintenance"));
  }
}

HostList Chain() {  // a is the parent of b, b of c
  HostList list;
  for (const char* id : {"a", "b", "c"}) {
    Host host;
    host.id = host.name = id;
    host.ip = std::string("10.0.0.") + id[0];
    list.hosts.push_back(host);
  }
  list.hosts[1].parents = {"a"};
  list.hosts[2].parents = {"b"};
  return list;
}

TEST_CASE("parents exist, are others, and lead nowhere back", "[host_check]") {
  HostList list = Chain();
  CHECK(CheckParents(list, list.hosts[2]).empty());
  Host a = list.hosts[0];
  a.parents = {"none"};
  CHECK(CheckParents(list, a).at(0).field == "parents[0]");
  a.parents = {"a"};
  CHECK(CheckParents(list, a).size() == 1);
  a.parents = {"b"};
  CHECK(CheckParents(list, a).size() == 1);
  a.parents = {"c"};
  CHECK(CheckParents(list, a).at(0).message == "expected no circle: the way to \"c\" leads through this host");
}

TEST_CASE("the same target is found however it is written", "[host_check]") {
  HostList list = Chain();
  list.hosts[0].ip = "2001:db8::1";
  list.hosts[1].ip = "Router.example.org";
  Host host;
  host.id = "new";
  host.ip = "2001:DB8:0:0::1";
  REQUIRE(FindSameTarget(list, host) != nullptr);
  CHECK(FindSameTarget(list, host)->id == "a");
  host.ip = "router.EXAMPLE.org.";
  CHECK(FindSameTarget(list, host)->id == "b");
  host.ip = "10.9.9.9";
  CHECK(FindSameTarget(list, host) == nullptr);
  CHECK(FindSameTarget(list, list.hosts[0]) == nullptr);  // not itself
}

TEST_CASE("a website that is asked over IPv4 is not the one that must say so", "[host_check]") {
  HostList list;
  for (Host& host : list.hosts = {Host(), Host()}) {
    host.check = CheckKind::kHttp;
    host.check_settings = CheckSettings();
    host.check_settings->url = "http://a.example/";
  }
  list.hosts[0].id = "a";
  list.hosts[0].check_settings->ip_version = 4;
  CHECK(FindSameTarget(list, list.hosts[1]) == nullptr);
  list.hosts[1].check_settings->keyword = "IPv4";
  CHECK(FindSameTarget(list, list.hosts[1]) == nullptr);
  list.hosts[1].check_settings->keyword.reset();
  list.hosts[1].check_settings->ip_version = 4;
  CHECK(FindSameTarget(list, list.hosts[1]) == list.hosts.data());
}

TEST_CASE("each kind of check has settings that it cannot do without", "[host_check]") {
  const std::pair<const char*, const char*> missing[] = {
      {R"({"name":"A","check":"http"})", "url"},
      {R"({"name":"A","check":"tls"})", "ip"},
      {R"({"name":"A","check":"tcp","ip":"10.0.0.1"})", "port"},
      {R"({"name":"A","check":"dns","ip":"10.0.0.1"})", "query"},
      {R"({"name":"A","check":"mqtt"})", "topic"},
  };
  for (const auto& [settings, field] : missing) {
    const auto errors = Check(settings);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].field == field);
  }
  CHECK(Check(R"({"name":"A","check":"push"})").empty());
}

TEST_CASE("of a name, one version of IP can be asked for, but an address has its own", "[host_check]") {
  const std::string kinds[] = {R"("check":"ping")", R"("check":"tls")", R"("check":"tcp","port":22)",
                               R"("check":"dns","query":"a.example")"};
  for (const std::string& kind : kinds) {
    const auto faults = [&](const std::string& rest) { return Check(R"({"name":"A",)" + kind + ',' + rest + '}'); };
    CHECK(faults(R"("ip":"a.example","ip_version":6)").empty());
    CHECK(faults(R"("ip":"a.example","ip_version":null)").empty());
    CHECK(faults(R"("ip":"10.0.0.1","ip_version":4)").empty());
    const auto other = faults(R"("ip":"10.0.0.1","ip_version":6)");
    REQUIRE(other.size() == 1);
    CHECK(other[0].field == "ip_version");
    CHECK(other[0].message == "expected 4 or null, as the address is one of IPv4");
    REQUIRE(faults(R"("ip":"a.example","ip_version":5)").size() == 1);
  }
}

TEST_CASE("a URL is http or https, and has no login", "[host_check]") {
  const auto fault = [](const std::string& url) { return Fault(R"("check":"http","url":")" + url + '"'); };
  for (const char* good :
       {"http://a.example", "https://a.example:8443/x?y=1", "HTTP://10.0.0.1/", "http://[fd00::1]:81/%20"})
    CHECK(Check(std::string(R"({"name":"A","check":"http","url":")") + good + "\"}").empty());
  CHECK_THAT(fault("http://user:pw@a.example/"), ContainsSubstring("username and password"));
  for (const char* bad :
       {"file:///etc/passwd", "ftp://a.example/", "a.example", "http://", "http:///x", "http://a.example:0/",
        "http://a.example:99999/", "http://a b/", "http://a.example/x y", "http://a.example/#x", "http://fd00::1/",
        "http://[fd00::1/", "http://10.0.0.256/", "javascript:alert(1)"})
    CHECK(fault(bad).starts_with("url: "));
  CHECK_THAT(fault("http://a.example/\\r\\nHost: b"), ContainsSubstring("url: "));
}

TEST_CASE("a header neither ends early nor frames the request", "[host_check]") {
  const auto fault = [](const std::string& headers) {
    return Fault(R"("check":"http","url":"http://a.example/","headers":)" + headers);
  };
  CHECK(fault(R"({"X-Key":"v"})") == "0 errors");
  for (const char* bad : {R"({"X-Key":"v\r\nHost: b"})", R"({"X Key":"v"})", R"({"":"v"})", R"({"A:B":"v"})",
                          R"({"transfer-encoding":"chunked"})", R"({"Content-Length":"0"})"})
    CHECK(fault(bad).starts_with("headers: "));
}

TEST_CASE("status codes, topics and bounds are what they can be", "[host_check]") {
  const auto of = [](const char* check, const std::string& members) {
    return Fault(std::string(R"("check":")") + check + "\"," + members);
  };
  for (const char* good : {"200", "200-399", "200,204, 301-308"})
    CHECK(of("http", std::string(R"("url":"http://a.example/","expect_status":")") + good + '"') == "0 errors");
  for (const char* bad : {"", "2xx", "399-200", "99", "200-600", "200,", "200 204"})
    CHECK(of("http", std::string(R"("url":"http://a.example/","expect_status":")") + bad + '"')
              .starts_with("expect_status: "));
  for (const char* good : {"a", "a/+/c", "+", "#", "a/#"})
    CHECK(of("mqtt", std::string(R"("topic":")") + good + '"') == "0 errors");
  for (const char* bad : {"", "a+", "a/#/b", "#a"})
    CHECK(of("mqtt", std::string(R"("topic":")") + bad + '"').starts_with("topic: "));
  CHECK(of("mqtt", R"("topic":"a","min":2,"max":1)") == "max: expected at least min");
}

TEST_CASE("what a website is sent and looked into goes together", "[host_check]") {
  const auto of = [](const std::string& members) {
    return Fault(R"("check":"http","url":"http://a.example/",)" + members);
  };
  for (const char* good :
       {R"("follow_redirects":true)", R"("follow_redirects":false)", R"("follow_redirects":"anywhere")",
        R"("max_redirects":20)", R"("auth":"digest","username":"a")", R"("method":"POST","body":"a\n\tb")",
        R"("method":"POST","body":"{}","content_type":"application/json")", R"("field":"a.b[0].c","expect":"ok")",
        R"("field":"/a","min":1,"max":2)", R"("client_cert":"a.pem","client_key":"a-1_b.key")",
        R"("client_cert":"a")"}) {
    INFO(good);
    CHECK(of(good) == "0 errors");
  }
  const std::pair<const char*, const char*> faults[] = {
      {R"("follow_redirects":"everywhere")", "follow_redirects: expected true, false or \"anywhere\""},
      {R"("max_redirects":0)", "max_redirects: expected a whole number from 1 to 20"},
      {R"("max_redirects":21)", "max_redirects: expected a whole number from 1 to 20"},
      {R"("auth":"ntlm")", "auth: expected basic or digest"},
      {R"("body":"a")", "body: expected null, for only a POST sends a body"},
      {R"("method":"POST","body":"a\u0000b")", "body: expected no control characters but line ends and tabs"},
      {R"("content_type":"text/xml")",
       "content_type: expected null, for there is no body that it would be the type of"},
      {R"("method":"POST","body":"a","content_type":"text/xmlü")",
       "content_type: expected the type of the body, such as application/json"},
      {R"("field":"a..b")", "field: expected a field of JSON, such as a.b[0].c or /a/b/0/c"},
      {R"("field":"$.a")", "field: expected a field of JSON, such as a.b[0].c or /a/b/0/c"},
      {R"("method":"HEAD","field":"a")", "field: expected null, for an answer to HEAD has no body to look into"},
      {R"("expect":"a")", "expect: expected null, for there is no field whose value it could be about"},
      {R"("min":1)", "min: expected null, for there is no field whose value it could be about"},
      {R"("field":"a","min":2,"max":1)", "max: expected at least min"},
      {R"("client_cert":"../a.pem")",
       "client_cert: expected the name of a file in keys/ of the data folder: letters, digits and ._-+@"},
      {R"("client_cert":"a","client_key":".a")",
       "client_key: expected the name of a file in keys/ of the data folder: letters, digits and ._-+@"},
      {R"("client_key":"a.key")", "client_cert: expected the file of the certificate that client_key belongs to"},
  };
  for (const auto& [members, fault] : faults) {
    INFO(members);
    CHECK(of(members) == fault);
  }
}

}  // namespace
}  // namespace linewatch
