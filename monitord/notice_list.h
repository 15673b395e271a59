// What people must know about the watching itself: the notices that the page shows.
#ifndef LINEWATCH_MONITORD_NOTICE_LIST_H_
#define LINEWATCH_MONITORD_NOTICE_LIST_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/host_list.h"

namespace linewatch {

// One notice for each code. It begins with the first Put, at the time of the wall clock then, and ends when it is
// removed: no notice ends by itself, and none outlives the process. What is new, or says something else than before, is
// logged. All texts are copied. For one thread, the loop's.
class NoticeList {
 public:
  // `for_the_log` is added there alone: the page names no path of this machine.
  void Put(std::string_view code, const std::string& message, const std::string& for_the_log = "");
  // Put while there is a message, removed without one.
  void PutWhile(const std::optional<std::string>& message, std::string_view code);
  void Remove(std::string_view code);

  const std::vector<Notice>& all() const { return notices_; }
  // Whether there is another list to show than at the last call.
  bool TakeChanged();

 private:
  std::vector<Notice> notices_;
  bool is_changed_ = false;
};

}  // namespace linewatch

#endif
