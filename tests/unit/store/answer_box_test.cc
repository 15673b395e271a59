#include "store/answer_box.h"

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

TEST_CASE("an answer is taken once, by the one who asked", "[answer_box]") {
  const TempDir folder;
  const AnswerBox box(folder / "answers");
  CHECK_FALSE(box.Take("abc"));
  box.Put("abc", {true, "250 ok"});
  CHECK_FALSE(box.Take("abd"));
  const auto answer = box.Take("abc");
  REQUIRE(answer);
  CHECK(answer->ok);
  CHECK(answer->text == "250 ok");
  CHECK_FALSE(box.Take("abc"));
}

TEST_CASE("answers that nobody took are swept away after a while", "[answer_box]") {
  const TempDir folder;
  const AnswerBox box(folder / "answers");
  box.Sweep();
  box.Put("old", {});
  box.Put("new", {});
  const auto written = std::filesystem::last_write_time(folder / "answers" / "old.json");
  std::filesystem::last_write_time(folder / "answers" / "old.json",
                                   written - AnswerBox::kKept - std::chrono::minutes(1));
  box.Sweep();
  CHECK_FALSE(box.Take("old"));
  CHECK(box.Take("new"));
}

}  // namespace
}  // namespace linewatch
