#include "store/push_token.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a token is one of its own, and fit for a URL", "[push_token]") {
  const std::string token = NewPushToken();
  CHECK(token.size() == 24);
  CHECK(is_push_token(token));
  CHECK(token != NewPushToken());
}

TEST_CASE("what is not exactly a token is none", "[push_token]") {
  CHECK(is_push_token("abcdefghijklmnopqrstuvwx"));
  for (const char* text : {"", "abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrstuvwxy", "ABCDEFGHIJKLMNOPQRSTUVWX",
                           "abcdefghijklmnopqrstuvw/", "abcdefghijkl nopqrstuvwx", "{token}"})
    CHECK_FALSE(is_push_token(text));
}

TEST_CASE("the hash of a token is its SHA-256", "[push_token]") {
  CHECK(HashOf("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2, B.1
}

}  // namespace
}  // namespace linewatch
