// Text within markup: characters that would be taken for tags, by their names.
#ifndef LINEWATCH_STORE_TEXT_MARKUP_H_
#define LINEWATCH_STORE_TEXT_MARKUP_H_

#include <string>
#include <string_view>

namespace linewatch {

// Safe between tags and in attributes of HTML.
std::string HtmlEscaped(std::string_view text);

// As Slack wants it: & < and > alone, for it shows the names of quotes as they are.
std::string SlackEscaped(std::string_view text);

}  // namespace linewatch

#endif
