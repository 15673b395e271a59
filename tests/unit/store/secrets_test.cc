#include "store/secrets.h"

#include "store/json/json.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

HostSecrets Read(const char* settings, const HostSecrets& before = {}) {
  rapidjson::Document parsed;
  REQUIRE_FALSE(ParseJson(settings, parsed));
  return ReadSecrets(parsed, before);
}

HostList ListOf(const std::vector<std::string>& ids) {
  HostList list;
  for (const std::string& id : ids) list.hosts.emplace_back().id = id;
  return list;
}

TEST_CASE("a text is a new secret, a mark keeps the one that is there, and what is not named goes", "[secrets]") {
  const HostSecrets before{"old", {{"X-Key", "k"}, {"X-Other", "o"}}, ""};
  CHECK(Read(R"({"password":"new"})", before).password == "new");
  CHECK(Read(R"({"password":{"set":true}})", before).password == "old");
  CHECK(Read(R"({"password":null})", before).password.empty());
  CHECK(Read("{}", before) == HostSecrets{});
  using Headers = std::vector<std::pair<std::string, std::string>>;
  CHECK(Read(R"({"headers":{"X-Other":{"set":true},"X-New":"n"}})", before).headers ==
        Headers{{"X-Other", "o"}, {"X-New", "n"}});
  CHECK(Read(R"({"headers":{"X-Unknown":{"set":true}}})", before).headers.empty());
}

TEST_CASE("a host shows that a secret is set, and not what it is", "[secrets]") {
  Host host;
  MarkSecrets(host, {"p", {{"X-Key", "k"}}, ""});  // of a ping: nothing to mark
  host.check_settings = CheckSettings();
  MarkSecrets(host, {"p", {{"X-Key", "k"}}, ""});
  CHECK(host.check_settings->password.is_set);
  CHECK(host.check_settings->headers.names == std::vector<std::string>{"X-Key"});
  MarkSecrets(host, {});
  CHECK_FALSE(host.check_settings->password.is_set);
  CHECK(host.check_settings->headers.names.empty());
}

TEST_CASE("secrets are read as they were written, and go with their host", "[secrets]") {
  const TempDir folder;
  const SecretStore store(folder / "secrets.json");
  CHECK(store.Read().empty());
  const Secrets secrets{{"a", {"p", {{"X-Key", "\"k\""}}, ""}}, {"b", {"", {}, "abc"}}, {"gone", {"p", {}, ""}}};
  store.Stage(secrets, ListOf({"a", "b", "c"}))->Commit();
  const Secrets read = store.Read();
  CHECK(read.size() == 2);
  CHECK(read.at("a") == secrets.at("a"));
  CHECK(read.at("b") == secrets.at("b"));
}

TEST_CASE("a file of secrets that is broken says so, and what to do", "[secrets]") {
  const TempDir folder;
  const SecretStore store(folder / "secrets.json");
  for (const char* text : {"{\"format\":1,\n", "[]", "{\"hosts\":[]}"}) {
    WriteInPlace(folder / "secrets.json", text);
    CHECK_THROWS_AS(store.Read(), BrokenSecrets);
  }
}

}  // namespace
}  // namespace linewatch
