#include "cgi/push_tokens.h"

#include "store/push_token.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch::cgi {
namespace {

// Writes secrets.json as another process of api.fcgi would, which has renewed a token.
void Write(const SecretStore& store, const Secrets& secrets) {
  HostList list;
  for (const auto& [id, of_host] : secrets) list.hosts.emplace_back().id = id;
  store.Stage(secrets, list)->Commit();
}

HostSecrets WithToken(const std::string& token) {
  HostSecrets secrets;
  secrets.token_hash = HashOf(token);
  return secrets;
}

TEST_CASE("a token leads to its host, and no other text to any", "[push_tokens]") {
  const TempDir folder;
  const SecretStore store(folder / "secrets.json");
  PushTokens tokens(store);
  const std::string token = NewPushToken();
  CHECK_FALSE(tokens.Find(token));  // there is no file yet

  HostSecrets website;
  website.password = "sesame";
  Write(store, {{"backup", WithToken(token)}, {"website", website}});
  CHECK(tokens.Find(token) == "backup");
  CHECK_FALSE(tokens.Find(NewPushToken()));
  CHECK_FALSE(tokens.Find(HashOf(token)));
  CHECK_FALSE(tokens.Find(""));
}

TEST_CASE("a token that another process has renewed counts from then on, and the old one no more", "[push_tokens]") {
  const TempDir folder;
  const SecretStore store(folder / "secrets.json");
  PushTokens tokens(store);
  const std::string before = NewPushToken(), after = NewPushToken();
  Write(store, {{"backup", WithToken(before)}});
  REQUIRE(tokens.Find(before) == "backup");
  Write(store, {{"backup", WithToken(after)}});
  CHECK_FALSE(tokens.Find(before));
  CHECK(tokens.Find(after) == "backup");
}

TEST_CASE("while secrets.json is broken no token is known, and none is forgotten by that", "[push_tokens]") {
  const TempDir folder;
  const SecretStore store(folder / "secrets.json");
  PushTokens tokens(store);
  const std::string token = NewPushToken();
  Write(store, {{"backup", WithToken(token)}});
  const std::string good = Contents(folder / "secrets.json");
  WriteInPlace(folder / "secrets.json", "{");
  for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(tokens.Find(token), BrokenSecrets);
  WriteInPlace(folder / "secrets.json", good);
  CHECK(tokens.Find(token) == "backup");
}

}  // namespace
}  // namespace linewatch::cgi
