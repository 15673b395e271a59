#include "monitord/notice_list.h"

#include <algorithm>
#include <utility>

#include "monitord/system/log.h"

namespace linewatch {

void NoticeList::Put(std::string_view code, const std::string& message, const std::string& for_the_log) {
  const auto same = std::find_if(notices_.begin(), notices_.end(), [&](const Notice& n) { return n.code == code; });
  if (same != notices_.end() && same->message == message) return;
  LogWarning(for_the_log.empty() ? message : message + " (" + for_the_log + ")");
  if (same != notices_.end()) {
    same->message = message;
  } else {
    notices_.push_back({std::string(code), message, WallNow()});
  }
  is_changed_ = true;
}

void NoticeList::PutWhile(const std::optional<std::string>& message, std::string_view code) {
  if (message) {
    Put(code, *message);
  } else {
    Remove(code);
  }
}

void NoticeList::Remove(std::string_view code) {
  if (std::erase_if(notices_, [&](const Notice& n) { return n.code == code; }) > 0) is_changed_ = true;
}

bool NoticeList::TakeChanged() { return std::exchange(is_changed_, false); }

}  // namespace linewatch
