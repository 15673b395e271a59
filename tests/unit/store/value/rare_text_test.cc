#include "store/value/rare_text.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a rare text is like any other, in the room of a pointer", "[rare_text]") {
  CHECK(sizeof(RareText) == sizeof(void*));
  RareText text;
  CHECK(text.empty());
  CHECK(text.str().empty());
  text = "no answer";
  CHECK_FALSE(text.empty());
  CHECK(text == "no answer");
  const RareText copy = text;
  text = std::string();
  CHECK(text.empty());
  CHECK(text == RareText());
  CHECK(copy == std::string("no answer"));
  const std::string& read = copy;
  CHECK(read == "no answer");
}

}  // namespace
}  // namespace linewatch
