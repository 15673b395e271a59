// What a server said, made fit to be shown: one line, short, valid UTF-8, and without what is secret.
#ifndef LINEWATCH_MONITORD_NET_ANSWER_TEXT_H_
#define LINEWATCH_MONITORD_NET_ANSWER_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace linewatch {

inline constexpr size_t kMaxAnswerBytes = 300;

// Line ends and control characters become blanks, what is not UTF-8 question marks; a server may repeat what it was
// sent, so each of `secrets` becomes "***". Cut to `most` bytes between two characters, with an ellipsis.
std::string AnswerText(std::string_view text, const std::vector<std::string>& secrets = {},
                       size_t most = kMaxAnswerBytes);

}  // namespace linewatch

#endif
