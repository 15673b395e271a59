#include "store/text/plain_text.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("no control character is left, and nothing else is lost with it", "[plain_text]") {
  CHECK(WithoutControls("a\r\nb\x7f"
                        "c\t\xC2\x9B"
                        "d") == "a  b c  d");
  CHECK(WithoutControls("caf\xC3\xA9 \xC2\xB5") == "caf\xC3\xA9 \xC2\xB5");
  CHECK(WithoutControls("broken \xC2!") == "broken \xC2!");
}

TEST_CASE("text is counted and cut by characters", "[plain_text]") {
  CHECK(CharacterCount("\xC3\xBC\xE2\x80\xA6x") == 3);
  CHECK(Utf8Prefix("x\xC3\xBC", 2) == "x");
  CHECK(Utf8Prefix("x\xC3\xBC", 3) == "x\xC3\xBC");
  CHECK(FirstCharacters("\xC3\xBC\xE2\x80\xA6x", 2) == "\xC3\xBC\xE2\x80\xA6");
  CHECK(FirstCharacters("\xC3\xBC", 2) == "\xC3\xBC");
  CHECK(FirstCharacters("x", 0).empty());
}

TEST_CASE("each byte that belongs to no character becomes a question mark, and the rest stays", "[plain_text]") {
  const std::string good = "x\xC3\xBC\xE2\x80\xA6\xF0\x9F\x93\xA1";
  CHECK(is_utf8(good));
  CHECK(ValidUtf8(good) == good);
  for (const char* bad : {"\xFF", "ad\xC3", "\xED\xA0\x80", "\xC0\xAF", "\xF4\x90\x80\x80"}) {
    CHECK_FALSE(is_utf8(bad));
    CHECK(is_utf8(ValidUtf8(bad)));
  }
  CHECK(ValidUtf8("ad\xC3 \xE2\x80.") == "ad? ??.");
}

}  // namespace
}  // namespace linewatch
