#include "monitord/probe/service/dns_message.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::string_literals;

const DnsQuestion kQuestion{0x1234, "www.example", "A"};
const std::string kName = "\3www\7example\0"s;

std::string QuestionOf(const std::string& type) { return kName + "\0"s + type + "\0\1"s; }

// An answer to kQuestion, but of another type where `type` says so. Its name is at 12, and 0xC00C points to it.
std::string Answer(const std::string& flags, const std::string& type, char count, const std::string& records) {
  return "\x12\x34"s + flags + "\0\1\0"s + count + "\0\0\0\0"s + QuestionOf(type) + records;
}

std::string Record(const std::string& type, const std::string& data) {
  return "\xC0\x0C\0"s + type + "\0\1\0\0\0\x3C\0"s + static_cast<char>(data.size()) + data;
}

std::vector<std::string> ValuesOf(const std::string& record, const std::string& type, const std::string& data) {
  const auto answer = ParseDnsAnswer(Answer("\x81\x80", type, 1, Record(type, data)), {0x1234, "www.example", record});
  return answer ? answer->values : std::vector<std::string>{"broken"};
}

TEST_CASE("a query asks for one record of one name, with recursion and EDNS", "[dns_message]") {
  CHECK(BuildDnsQuery({0x1234, "www.example.", "MX"}) ==
        "\x12\x34\1\0\0\1\0\0\0\0\0\1"s + QuestionOf("\x0F") + "\0\0\x29\x04\xD0\0\0\0\0\0\0"s);
  CHECK_FALSE(BuildDnsQuery({1, "a..example", "A"}));
  CHECK_FALSE(BuildDnsQuery({1, std::string(64, 'x') + ".example", "A"}));
  CHECK_FALSE(BuildDnsQuery({1, "www.example", "HINFO"}));
}

TEST_CASE("a query without EDNS is the question alone", "[dns_message]") {
  CHECK(BuildDnsQuery({0x1234, "www.example", "A", false}) == "\x12\x34\1\0\0\1\0\0\0\0\0\0"s + QuestionOf("\1"));
}

TEST_CASE("an address has its PTR record below a name of its own", "[dns_message]") {
  CHECK(ReverseName("192.0.2.1") == "1.2.0.192.in-addr.arpa");
  CHECK(ReverseName("2001:db8::1") == "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  CHECK(ReverseName("1.2.0.192.in-addr.arpa") == "1.2.0.192.in-addr.arpa");
}

TEST_CASE("each kind of record is read as people write it", "[dns_message]") {
  using Values = std::vector<std::string>;
  CHECK(ValuesOf("A", "\1", "\x0A\0\0\1"s) == Values{"10.0.0.1"});
  CHECK(ValuesOf("AAAA", "\x1C", "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1"s) == Values{"2001:db8::1"});
  CHECK(ValuesOf("CNAME", "\5", "\1b\xC0\x10"s) == Values{"b.example"});
  CHECK(ValuesOf("MX", "\x0F", "\0\x0A\4mail\xC0\x10"s) == Values{"10 mail.example"});
  CHECK(ValuesOf("TXT", "\x10", "\3v=s\4pf1 "s) == Values{"v=spf1 "});
  CHECK(ValuesOf("NS", "\2", "\2ns\xC0\x10"s) == Values{"ns.example"});
  CHECK(ValuesOf("PTR", "\x0C", "\2pc\xC0\x10"s) == Values{"pc.example"});
  CHECK(ValuesOf("SRV", "\x21", "\0\0\0\5\x13\xC4\3sip\xC0\x10"s) == Values{"0 5 5060 sip.example"});
  CHECK(ValuesOf("MX", "\x0F", "\0\0\0"s) == Values{"0 ."});
  CHECK(ValuesOf("SOA", "\6", "\2ns\xC0\x10\4mail\xC0\x10\x78\xA4\0\1\0\0\1\0\0\0\0\2\0\0\0\3\xFF\xFF\xFF\xFF"s) ==
        Values{"ns.example mail.example 2024013825 256 2 3 4294967295"});
}

TEST_CASE("of an answer only the records that were asked for count, not the aliases to them", "[dns_message]") {
  const auto answer =
      ParseDnsAnswer(Answer("\x81\x80", "\1", 3,
                            Record("\5", "\1b\xC0\x10"s) + Record("\1", "\x0A\0\0\1"s) + Record("\1", "\x0A\0\0\2"s)),
                     kQuestion);
  REQUIRE(answer);
  CHECK(answer->code == 0);
  CHECK(answer->values == std::vector<std::string>{"10.0.0.1", "10.0.0.2"});
}

TEST_CASE("an answer to another question is none", "[dns_message]") {
  const auto good = Answer("\x81\x80", "\1", 0, "");
  CHECK(ParseDnsAnswer(good, kQuestion));
  CHECK(ParseDnsAnswer(good, {0x1234, "WWW.example.", "A"}));
  CHECK_FALSE(ParseDnsAnswer(good, {0x1235, "www.example", "A"}));
  CHECK_FALSE(ParseDnsAnswer(good, {0x1234, "www2.example", "A"}));
  CHECK_FALSE(ParseDnsAnswer(good, {0x1234, "www.example", "AAAA"}));
  CHECK_FALSE(ParseDnsAnswer(Answer("\x01\x80", "\1", 0, ""), kQuestion));  // a query itself
}

TEST_CASE("what a server says instead of an answer has a code", "[dns_message]") {
  CHECK(ParseDnsAnswer(Answer("\x81\x83", "\1", 0, ""), kQuestion)->code == 3);
  CHECK(ParseDnsAnswer(Answer("\x83\x80", "\1", 0, ""), kQuestion)->is_truncated);
  // One that could not read the query does not repeat it.
  CHECK(ParseDnsAnswer("\x12\x34\x81\x81\0\0\0\0\0\0\0\0"s, kQuestion)->code == 1);
  CHECK_FALSE(ParseDnsAnswer("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"s, kQuestion));
}

TEST_CASE("whatever is broken or malicious in an answer, it is none", "[dns_message]") {
  using Values = std::vector<std::string>;
  CHECK(ValuesOf("A", "\1", "\x0A\0\0"s) == Values{"broken"});
  CHECK(ValuesOf("MX", "\x0F", "\0\x0A"s) == Values{"broken"});
  CHECK(ValuesOf("TXT", "\x10", "\5abc"s) == Values{"broken"});
  CHECK(ValuesOf("SRV", "\x21", "\0\0\0\5\x13\xC4"s) == Values{"broken"});
  CHECK(ValuesOf("SOA", "\6", "\2ns\xC0\x10\4mail\xC0\x10\0\0\0\1"s) == Values{"broken"});
  CHECK(ValuesOf("SOA", "\6", "\2ns\xC0\x10"s) == Values{"broken"});
  CHECK(ValuesOf("CNAME", "\5", "\xC0\x29"s) == Values{"broken"});  // a name that points to itself
  CHECK(ValuesOf("CNAME", "\5", "\xFF\xFF"s) == Values{"broken"});
  const auto good = Answer("\x81\x80", "\1", 1, Record("\1", "\x0A\0\0\1"s));
  REQUIRE(ParseDnsAnswer(good, kQuestion));
  for (size_t length = 0; length < good.size(); ++length)
    CHECK_FALSE(ParseDnsAnswer(std::string_view(good).substr(0, length), kQuestion));
}

TEST_CASE("an expected value is compared as its kind is", "[dns_message]") {
  CHECK(is_dns_value("A", "10.0.0.1", "10.0.0.1"));
  CHECK_FALSE(is_dns_value("A", "10.0.0.1", "10.0.0.10"));
  CHECK(is_dns_value("AAAA", "2001:db8::1", "2001:0DB8:0::1"));
  CHECK(is_dns_value("CNAME", "b.Example", "B.example."));
  CHECK(is_dns_value("MX", "10 mail.example", "Mail.example."));
  CHECK(is_dns_value("MX", "10 mail.example", "10 mail.example"));
  CHECK_FALSE(is_dns_value("MX", "10 mail.example", "20 mail.example"));
  CHECK(is_dns_value("TXT", "v=spf1 -all", "v=spf1 -all"));
  CHECK_FALSE(is_dns_value("TXT", "v=spf1 -all", "V=SPF1 -all"));
  CHECK(is_dns_value("NS", "NS1.example", "ns1.example."));
  CHECK(is_dns_value("PTR", "pc.example", "pc.example"));
  CHECK(is_dns_value("MX", "10 mail.example", " 10  mail.example. "));
  CHECK(is_dns_value("MX", "0 .", "0 ."));
}

TEST_CASE("a text is the same as dig quotes it, in however many pieces", "[dns_message]") {
  CHECK(is_dns_value("TXT", "v=spf1 -all", R"("v=spf1 -all")"));
  CHECK(is_dns_value("TXT", "v=spf1 -all", R"("v=spf1" " -all")"));
  CHECK(is_dns_value("TXT", R"(say "no" \ maybe)", R"("say \"no\" \\ maybe")"));
  CHECK(is_dns_value("TXT", "caf\xC3\xA9", R"("caf\195\169")"));
  CHECK(is_dns_value("TXT", R"("quoted")", R"("quoted")"));
  CHECK_FALSE(is_dns_value("TXT", "v=spf1 -all", R"("v=spf1" "-all")"));
  CHECK_FALSE(is_dns_value("TXT", "open", R"("open)"));
  CHECK_FALSE(is_dns_value("TXT", "a", R"("a" b)"));
}

TEST_CASE("a part is enough where a star says so, and only there", "[dns_message]") {
  CHECK(is_dns_value("TXT", "v=spf1 mx -all", "v=spf1 *"));
  CHECK(is_dns_value("TXT", "v=spf1 mx -all", "* -all"));
  CHECK(is_dns_value("TXT", "v=spf1 mx -all", "* mx *"));
  CHECK(is_dns_value("TXT", "2 * 3", "2 * 3"));
  CHECK(is_dns_value("CNAME", "e7.cdn.example", "*.CDN.example."));
  CHECK_FALSE(is_dns_value("TXT", "v=spf1 mx -all", "v=spf1"));
  CHECK_FALSE(is_dns_value("TXT", "v=spf1 mx -all", "mx *"));
  CHECK_FALSE(is_dns_value("TXT", "v=spf1 mx -all", "* mx"));
  CHECK_FALSE(is_dns_value("CNAME", "e7.cdn.example.org", "*.cdn.example"));
}

TEST_CASE("of records with several fields those that people know are enough", "[dns_message]") {
  CHECK(is_dns_value("SRV", "0 5 5060 sip.example", "0 5 5060 sip.example."));
  CHECK(is_dns_value("SRV", "0 5 5060 sip.example", "5060 sip.example"));
  CHECK(is_dns_value("SRV", "0 5 5060 sip.example", "sip.example"));
  CHECK_FALSE(is_dns_value("SRV", "0 5 5060 sip.example", "p.example"));
  const std::string caa = R"(0 issue "letsencrypt.org")";
  CHECK(is_dns_value("CAA", caa, caa));
  CHECK(is_dns_value("CAA", caa, "0 issue letsencrypt.org"));
  CHECK(is_dns_value("CAA", caa, "letsencrypt.org"));
  CHECK_FALSE(is_dns_value("CAA", caa, R"(0 issuewild "letsencrypt.org")"));
  const std::string soa = "ns.example mail.example 2024013825 256 2 3 4";
  CHECK(is_dns_value("SOA", soa, "ns.example. mail.example. 2024013825 256 2 3 4"));
  CHECK(is_dns_value("SOA", soa, "NS.example"));
  CHECK(is_dns_value("SOA", soa, "2024013825"));
  CHECK_FALSE(is_dns_value("SOA", soa, "256"));
}

TEST_CASE("CAA has its type in two bytes, and its value behind a tag of any length", "[dns_message]") {
  const auto answer = [](const std::string& data) {
    const std::string question = kName + "\1\1\0\1"s;
    const std::string record = "\xC0\x0C\1\1\0\1\0\0\0\x3C\0"s + static_cast<char>(data.size()) + data;
    return ParseDnsAnswer("\x12\x34\x81\x80\0\1\0\1\0\0\0\0"s + question + record, {0x1234, "www.example", "CAA"});
  };
  CHECK(answer("\x80\5issueca.example"s)->values == std::vector<std::string>{R"(128 issue "ca.example")"});
  CHECK(answer("\0\5issue"s)->values == std::vector<std::string>{R"(0 issue "")"});
  CHECK_FALSE(answer("\0\6issue"s));
  CHECK_FALSE(answer("\0"s));
}

TEST_CASE("the code of an answer is complete with what EDNS adds to it", "[dns_message]") {
  const std::string bad_version =
      "\x12\x34\x81\x80\0\1\0\0\0\0\0\1"s + QuestionOf("\1") + "\0\0\x29\x04\xD0\1\0\0\0\0\0"s;
  CHECK(ParseDnsAnswer(bad_version, kQuestion)->code == 16);
}

}  // namespace
}  // namespace linewatch
