#include "monitord/alert/html_mail.h"

#include "store/text/markup.h"

namespace linewatch {

std::string HtmlMail(std::string_view subject, std::string_view body, std::string_view title, std::string_view url) {
  std::string html =
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>" +
      HtmlEscaped(subject);
  html += "</title></head>\n<body style=\"font-family:sans-serif;font-size:16px;margin:16px\">\n";
  html += body;
  html += "<p style=\"margin:0;opacity:.7\">";
  html += url.empty() ? HtmlEscaped(title)
                      : "<a href=\"" + HtmlEscaped(url) + "\" style=\"color:inherit\">" + HtmlEscaped(title) + "</a>";
  return html += "</p>\n</body></html>\n";
}

}  // namespace linewatch
