#include "monitord/alert/html_mail.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("a mail in HTML is a whole document around its body", "[html_mail]") {
  const std::string html = HtmlMail("DOWN A", "<p>no answer</p>\n", "NOC", "https://noc.example/");
  CHECK(html.starts_with("<!DOCTYPE html>\n<html>"));
  CHECK(html.ends_with("</body></html>\n"));
  CHECK_THAT(html, ContainsSubstring("<title>DOWN A</title>"));
  CHECK_THAT(html, ContainsSubstring("<p>no answer</p>\n"));
  CHECK_THAT(html, ContainsSubstring("<a href=\"https://noc.example/\" style=\"color:inherit\">NOC</a>"));
}

TEST_CASE("without an address of the dashboard a mail in HTML has no link", "[html_mail]") {
  const std::string html = HtmlMail("DOWN A", "", "NOC", "");
  CHECK_THAT(html, ContainsSubstring(">NOC</p>"));
  CHECK(html.find("<a") == std::string::npos);
}

TEST_CASE("a mail in HTML loads nothing", "[html_mail]") {
  const std::string html = HtmlMail("DOWN A", "<p>no answer</p>\n", "NOC", "https://noc.example/");
  for (const char* loading : {"src=", "<link", "<script", "@import", "url("})
    CHECK(html.find(loading) == std::string::npos);
}

TEST_CASE("subject, title and address stay text in a mail in HTML", "[html_mail]") {
  const std::string html = HtmlMail("</title><b>", "", "<i>", "\"><u>");
  for (const char* tag : {"<b>", "<i>", "<u>"}) CHECK(html.find(tag) == std::string::npos);
  CHECK_THAT(html, ContainsSubstring("<title>&lt;/title&gt;&lt;b&gt;</title>"));
  CHECK_THAT(html, ContainsSubstring("href=\"&quot;&gt;&lt;u&gt;\""));
}

}  // namespace
}  // namespace linewatch
