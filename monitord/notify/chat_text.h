// A message as a chat shows it: lines, the subject first, as many as there is room for.
#ifndef LINEWATCH_MONITORD_NOTIFY_CHAT_TEXT_H_
#define LINEWATCH_MONITORD_NOTIFY_CHAT_TEXT_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/alert.h"

namespace linewatch {

// "written at 12:05:33" for a message that is sent kLate or more after it was written, else empty. In local time, with
// the date if that was another day. A chat shows when a message came, but what it says was true when it was written.
inline constexpr std::chrono::minutes kLate{2};
std::string WrittenAt(const Message& message, WallTime now);

// The subject, when it was written if that is worth saying, and the lines of the text, which need not repeat the
// subject. No control characters.
std::vector<std::string> ChatLines(const Message& message, WallTime now);

// The lines, one below the other, as long as `length` of the whole is at most `limit`; instead of the others
// "… and N more lines". A first line that is too long by itself is cut.
std::string Fit(const std::vector<std::string>& lines, size_t limit,
                const std::function<size_t(std::string_view)>& length);

}  // namespace linewatch

#endif
