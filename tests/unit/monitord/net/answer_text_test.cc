#include "monitord/net/answer_text.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a server's answer is one line, whatever it says", "[answer_text]") {
  CHECK(AnswerText("  550 no\r\n\tsuch\x01 user \n") == "550 no such user");
  CHECK(AnswerText("") == "");
  CHECK(AnswerText("caf\xC3\xA9 caf\xE9 \xED\xA0\x80 \xF4\x90\x80\x80 \xC0\xAF") == "caf\xC3\xA9 caf? ??? ???? ??");
}

TEST_CASE("a long answer is cut between two characters", "[answer_text]") {
  CHECK(AnswerText(std::string(300, 'x')) == std::string(300, 'x'));
  CHECK(AnswerText(std::string(301, 'x')) == std::string(297, 'x') + "…");
  const std::string cut = AnswerText("x" + std::string(50, 'x') + [] {
    std::string many;
    for (int i = 0; i < 200; ++i) many += "\xC3\xBC";
    return many;
  }());
  CHECK(cut.size() <= kMaxAnswerBytes);
  CHECK(AnswerText(cut) == cut);
}

TEST_CASE("no secret is in an answer, however often the server repeats it", "[answer_text]") {
  CHECK(AnswerText("/bot12:ab/x, /bot12:ab", {"12:ab", ""}) == "/bot***/x, /bot***");
  CHECK(AnswerText(std::string(295, 'x') + "secret", {"secret"}).find("se") == std::string::npos);
}

}  // namespace
}  // namespace linewatch
