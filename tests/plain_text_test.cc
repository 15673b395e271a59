#include "store/plain_text.h"

#include "tests/catch.h"

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
}

}  // namespace
}  // namespace linewatch
