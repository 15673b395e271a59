// The token in the URL of a host's heartbeats: whoever knows it may send them. It is shown once; only its hash is kept.
#ifndef LINEWATCH_STORE_PUSH_TOKEN_H_
#define LINEWATCH_STORE_PUSH_TOKEN_H_

#include <string>
#include <string_view>

namespace linewatch {

inline constexpr size_t kPushTokenLength = 24;  // 124 bits: nobody guesses one

std::string NewPushToken();
// Whether it could be one.
bool is_push_token(std::string_view text);

// SHA-256 in hexadecimal: a token has too many bits for anybody to search for it, so there is no salt and no
// stretching.
std::string HashOf(std::string_view token);

}  // namespace linewatch

#endif
