#include "cgi/api_description.h"

#include <stdexcept>

#include "store/channel.h"
#include "store/check_kind.h"
#include "store/json/json.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch::cgi {
namespace {

rapidjson::Document Described() {
  rapidjson::Document description;
  REQUIRE_FALSE(ParseJson(DescribeApi(Contents("cgi/routes.json")), description));
  return description;
}

std::vector<std::string_view> Texts(const rapidjson::Value& list) {
  std::vector<std::string_view> texts;
  for (const auto& text : list.GetArray()) texts.push_back(StringOf(text));
  return texts;
}

TEST_CASE("the description that is served is the one of these programs; else make openapi writes it anew",
          "[api_description]") {
  CHECK(Contents("htdocs/openapi.json") == DescribeApi(Contents("cgi/routes.json")));
}

TEST_CASE("the description names every kind of check and every channel that there is", "[api_description]") {
  const auto description = Described();
  const auto& schemas = description["components"]["schemas"];
  const std::vector<std::string_view> kinds(kCheckKindNames.begin(), kCheckKindNames.end()),
      channels(kChannelNames.begin(), kChannelNames.end());
  CHECK(Texts(schemas["HostSettings"]["properties"]["check"]["enum"]) == kinds);
  CHECK(Texts(schemas["Host"]["properties"]["check"]["enum"]) == kinds);
  CHECK(Texts(schemas["Channel"]["enum"]) == channels);
  const auto& config = schemas["Config"]["properties"];
  CHECK(Texts(config["fallback"]["items"]["enum"]) == channels);
  CHECK(Texts(config["routes"]["items"]["properties"]["channels"]["items"]["enum"]) == channels);
  for (const std::string_view channel : channels) CHECK(FindMember(config, channel) != nullptr);
}

TEST_CASE("what is answered of a host may be null where what is taken may be left out", "[api_description]") {
  const auto description = Described();
  const auto& answered = description["components"]["schemas"]["Host"]["properties"];
  CHECK(Texts(answered["port"]["type"]) == std::vector<std::string_view>{"integer", "null"});
  CHECK(Texts(answered["keyword"]["type"]) == std::vector<std::string_view>{"string", "null"});
  CHECK(answered["ip_version"]["enum"][2].IsNull());
  CHECK(std::string(answered["url"]["type"].GetString()) == "string");
}

TEST_CASE("a secret is described as it is answered, not as it is taken", "[api_description]") {
  const auto description = Described();
  const auto& config = description["components"]["schemas"]["Config"]["properties"];
  for (const auto& [channel, secret] :
       {std::pair("smtp", "password"), std::pair("telegram", "token"), std::pair("slack", "webhook_url")}) {
    const auto& schema = config[channel]["properties"][secret];
    CHECK(std::string(schema["$ref"].GetString()) == "#/components/schemas/Secret");
    CHECK(schema.MemberCount() == 1);
  }
  CHECK(description["components"]["schemas"]["HostSettings"]["properties"]["password"]["writeOnly"].GetBool());
}

TEST_CASE("a text that describes no API is refused", "[api_description]") {
  CHECK_THROWS_AS(DescribeApi("{"), std::runtime_error);
  CHECK_THROWS_AS(DescribeApi("{}"), std::runtime_error);
}

}  // namespace
}  // namespace linewatch::cgi
