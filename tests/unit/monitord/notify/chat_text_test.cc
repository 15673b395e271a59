#include "monitord/notify/chat_text.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const WallTime kThen = FromUnixSeconds(1700000000);

Message Sample(const std::string& text) {
  Message message;
  message.queued = kThen;
  message.subject = "DOWN Server A";
  message.text = text;
  return message;
}

size_t Bytes(std::string_view text) { return text.size(); }

TEST_CASE("a chat shows the subject once, and then the text", "[chat_text]") {
  CHECK(ChatLines(Sample("DOWN Server A\n\nno answer\n"), kThen) == Lines{"DOWN Server A", "", "no answer"});
  CHECK(ChatLines(Sample("no answer\tsince\r\nDOWN Server A"), kThen) ==
        Lines{"DOWN Server A", "no answer since ", "DOWN Server A"});
  CHECK(ChatLines(Sample(""), kThen) == Lines{"DOWN Server A"});
}

TEST_CASE("a message that is late says when it was written", "[chat_text]") {
  CHECK(WrittenAt(Sample(""), kThen + 119s) == "");
  const std::string soon = WrittenAt(Sample(""), kThen + 121s);
  CHECK(soon.starts_with("written at "));
  CHECK(soon.size() == std::string("written at 12:05:33").size());
  const std::string next_day = WrittenAt(Sample(""), kThen + 25h);
  CHECK(next_day.starts_with("written at 2023-11-1"));
  const auto lines = ChatLines(Sample("no answer"), kThen + 121s);
  CHECK(lines == Lines{"DOWN Server A", "(" + soon + ")", "no answer"});
}

Message OfWebsite(const std::string& reason) {
  Message message = Sample("DOWN Shop (https://shop.example.org/a.b) since 12:03:10, " + reason +
                           "\n  Reason: " + reason + "\n\nNOC: https://noc.example.net/\n");
  Alert alert;
  alert.host = "h";
  alert.name = "Shop";
  alert.ip = "https://shop.example.org/a.b";
  alert.reason = reason;
  message.alerts = {alert};
  return message;
}

std::string Shown(const Message& message) {
  std::string all;
  for (const std::string& line : ChatLines(message, kThen, "https://noc.example.net/")) all += line + '\n';
  return all;
}

TEST_CASE("what outsiders write in a chat calls nobody and leads nowhere", "[chat_text]") {
  const std::string shown =
      Shown(OfWebsite("the banner says @channel log in at http://evil.example/x or evil.example "
                      "(@all), www.evil.example, x@evil.example, \"tg://join\""));
  CHECK(shown.find("@channel") == std::string::npos);
  CHECK(shown.find("@all") == std::string::npos);
  CHECK(shown.find("evil.example") == std::string::npos);
  CHECK(shown.find("http://") == std::string::npos);
  CHECK(shown.find("tg://") == std::string::npos);
  CHECK(shown.find("Reason: the banner says ＠channel log in at http:∕∕evil․example/x or evil․example (＠all)") !=
        std::string::npos);
}

TEST_CASE("links to what is watched and to the dashboard stay links", "[chat_text]") {
  const std::string shown = Shown(OfWebsite("the certificate is not for shop.example.org: 0.5 s of 1.25, port 25."));
  CHECK(shown.find("(https://shop.example.org/a.b)") != std::string::npos);
  CHECK(shown.find("NOC: https://noc.example.net/") != std::string::npos);
  CHECK(shown.find("not for shop.example.org: 0.5 s of 1.25, port 25.") != std::string::npos);
}

TEST_CASE("nothing in a chat is hidden or turned around", "[chat_text]") {
  const std::string shown =
      Shown(OfWebsite("a\u202Eb\u2066c\u200Bd\uFEFFe\u00ADf\u2060g\U000E0041h@\u200Bhere i\u2028j"));
  CHECK(shown.find("Reason: abcdefgh@here i j\n") != std::string::npos);
  // A sign that calls is found when what hid it is gone.
  CHECK(Shown(OfWebsite("\u200B@\u200Dhere")).find("Reason: ＠here\n") != std::string::npos);
  // Joiners make one picture of two, and belong to some scripts.
  const std::string family = "\U0001F468\u200D\U0001F469";
  CHECK(Shown(OfWebsite(family)).find(family) != std::string::npos);
}

TEST_CASE("what would be Markdown is shown as it is written", "[chat_text]") {
  const TrustedWords none(Message{}, "");
  CHECK(WithoutMarkdown("*a* _b_ ~c~ `d` [e](f) ![g](h) snake_case", none) ==
        "∗a∗ ˍbˍ ∼c∼ ˋdˋ [e] (f) ![g] (h) snake_case");
  const TrustedWords some(OfWebsite(""), "https://noc.example.net/~x/*");
  CHECK(WithoutMarkdown("at https://noc.example.net/~x/* now", some) == "at https://noc.example.net/~x/* now");
}

TEST_CASE("what is too long ends at a line, and says how much there is more", "[chat_text]") {
  Lines lines;
  for (int i = 0; i < 100; ++i) lines.push_back("line " + std::to_string(i));
  const std::string cut = Fit(lines, 60, Bytes);
  CHECK(cut == "line 0\nline 1\nline 2\nline 3\nline 4\n… and 95 more lines");
  for (size_t limit = 30; limit < 900; ++limit) {
    const std::string text = Fit(lines, limit, Bytes);
    CHECK(text.size() <= limit);
    CHECK((text.find("more lines") != std::string::npos) == (limit < 789));
  }
}

TEST_CASE("a text that just fits is not cut", "[chat_text]") {
  CHECK(Fit({"abc", "def"}, 7, Bytes) == "abc\ndef");
  CHECK(Fit({std::string(50, 'x'), "def"}, 53, Bytes).ends_with("… and 1 more line"));
}

TEST_CASE("a first line that is too long is cut between two characters", "[chat_text]") {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xC3\xBC";
  const std::string cut = Fit({umlauts, "more"}, 60, Bytes);
  CHECK(cut.size() <= 60);
  CHECK(cut.starts_with("\xC3\xBC\xC3\xBC"));
  CHECK(cut.find("\xC3\xBC…\n… and 1 more line") != std::string::npos);
}

}  // namespace
}  // namespace linewatch
