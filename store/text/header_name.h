// Names of headers of HTTP that people may set.
#ifndef LINEWATCH_STORE_TEXT_HEADER_NAME_H_
#define LINEWATCH_STORE_TEXT_HEADER_NAME_H_

#include <string_view>

namespace linewatch {

// RFC 9110 section 5.6.2, at most 100 characters.
bool is_header_name(std::string_view text);

// What a request is framed by is not for people to say: a server could be made to see two where there is one.
bool is_framing_header(std::string_view name);

}  // namespace linewatch

#endif
