// What people read: the words of a message, for a phone at three in the morning. Pure, but for the process's time zone.
#ifndef LINEWATCH_MONITORD_ALERT_ALERT_TEXT_H_
#define LINEWATCH_MONITORD_ALERT_ALERT_TEXT_H_

#include <span>
#include <string>

#include "store/alert.h"
#include "store/value/wall_time.h"

namespace linewatch {

// UTF-8, without control characters but the line ends of `text` and `html`.
struct MessageText {
  std::string subject;  // one line of at most kLongestSubject characters
  std::string text;     // plain
  std::string html;     // a whole document, which loads nothing
};
inline constexpr size_t kLongestSubject = 150;

// `alerts` in the order of a digest, at least one. `title` is the installation's, `public_url` that of its dashboard,
// which may be empty. More than kMostDetailed alerts have one line each, and at most kMostLines are shown.
MessageText ComposeMessage(std::span<const Alert> alerts, const std::string& title, const std::string& public_url,
                           WallTime now);
inline constexpr size_t kMostDetailed = 10, kMostLines = 500;

}  // namespace linewatch

#endif
