// What the HTML parts of all mails have in common: a document that loads nothing and is fit for light and dark pages.
#ifndef LINEWATCH_MONITORD_ALERT_HTML_MAIL_H_
#define LINEWATCH_MONITORD_ALERT_HTML_MAIL_H_

#include <string>
#include <string_view>

namespace linewatch {

// A whole document around `body`, which is HTML. `title` is the installation's, `url` that of its dashboard or empty.
std::string HtmlMail(std::string_view subject, std::string_view body, std::string_view title, std::string_view url);

}  // namespace linewatch

#endif
