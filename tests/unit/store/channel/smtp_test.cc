#include "store/channel.h"
#include "store/config.h"
#include "store/json/json.h"
#include "store/json/schema.h"
#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Names = std::vector<std::string>;

// The fields of smtp that are refused.
Names Refused(const std::string& settings) {
  static const Schema schema(SchemaOf(Channel::kSmtp));
  rapidjson::Document smtp;
  REQUIRE_FALSE(ParseJson(settings, smtp));
  Names fields;
  for (const FieldError& error : schema.Check(smtp)) fields.push_back(error.field);
  return fields;
}

TEST_CASE("mail that goes to the recipients of the report alone is set up", "[smtp_channel]") {
  Config config;
  config.smtp.host = "localhost";
  config.smtp.from = "noc@example.net";
  config.routes = {{"North", {}, {"slack"}}};  // it names nobody to write to
  CHECK(MissingSettings("smtp", config) == Names{"smtp.to"});
  config.report_to = {"boss@example.net"};
  CHECK(is_set_up("smtp", config));
  config.smtp.from.clear();
  CHECK(MissingSettings("smtp", config) == Names{"smtp.from"});
}

TEST_CASE("a mail server has a port from 1 to 65535 and one of three ways to be safe", "[smtp_channel]") {
  CHECK(Refused(R"({"host":"mail.example.net","port":1,"security":"none"})").empty());
  CHECK(Refused(R"({"port":65535,"security":"starttls"})").empty());
  for (const char* bad : {"0", "65536", "\"587\""})
    CHECK(Refused(R"({"port":)" + std::string(bad) + "}") == Names{"port"});
  CHECK(Refused(R"({"security":"ssl"})") == Names{"security"});
}

TEST_CASE("mail is from nobody or from an address, and to addresses", "[smtp_channel]") {
  CHECK(Refused(R"({"from":"","to":[]})").empty());
  CHECK(Refused(R"({"from":"noc@localhost","to":["a+b@example.net","müller@example.net"]})").empty());
  for (const char* bad : {"noc", "noc@", "@example.net", "noc @example.net", "NOC <noc@example.net>", "a@b@c"}) {
    CHECK(Refused(R"({"from":")" + std::string(bad) + R"("})") == Names{"from"});
    CHECK(Refused(R"({"to":[")" + std::string(bad) + R"("]})") == Names{"to[0]"});
  }
}

}  // namespace
}  // namespace linewatch
