// A message as a chat shows it: lines, the subject first, as many as there is room for.
#ifndef LINEWATCH_MONITORD_NOTIFY_CHAT_TEXT_H_
#define LINEWATCH_MONITORD_NOTIFY_CHAT_TEXT_H_

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "store/alert.h"

namespace linewatch {

// "written at 12:05:33" for a message that is sent kLate or more after it was written, else empty. In local time, with
// the date if that was another day. A chat shows when a message came, but what it says was true when it was written.
inline constexpr std::chrono::minutes kLate{2};
std::string WrittenAt(const Message& message, WallTime now);

// What may stand in a message as it is, a link among it: the names and addresses that people have given their hosts, and
// where the dashboard is. All else may be what an outsider wrote: a banner, a name in a certificate, a payload.
class TrustedWords {
 public:
  TrustedWords(const Message& message, std::string_view public_url);
  // `word` has no blank in it; brackets around it and what ends a sentence do not count.
  bool contains(std::string_view word) const;

 private:
  void Add(std::string_view text);

  std::unordered_set<std::string> words_;
};

// A line in which nothing calls people, leads anywhere or is hidden: characters that turn the direction of writing or
// have no width are gone, the sign of a mention and the dots and slashes of a link are others that look alike. Trusted
// words are left alone.
std::string HarmlessLine(std::string_view line, const TrustedWords& trusted);

// For chats that take Markdown: what would begin or end markup is another sign that looks alike.
std::string WithoutMarkdown(std::string_view line, const TrustedWords& trusted);

// The subject, when it was written if that is worth saying, and the lines of the text, which need not repeat the
// subject. No control characters, and each of them harmless.
std::vector<std::string> ChatLines(const Message& message, WallTime now, std::string_view public_url = {});

// The lines, one below the other, as long as `length` of the whole is at most `limit`; instead of the others
// "… and N more lines". A first line that is too long by itself is cut.
std::string Fit(const std::vector<std::string>& lines, size_t limit,
                const std::function<size_t(std::string_view)>& length);

}  // namespace linewatch

#endif
