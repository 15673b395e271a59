// Which status codes of HTTP are good: "200-399" or "200, 204, 300-308".
#ifndef LINEWATCH_STORE_TEXT_STATUS_RANGES_H_
#define LINEWATCH_STORE_TEXT_STATUS_RANGES_H_

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace linewatch {

class StatusRanges {
 public:
  // Codes from 100 to 599, ranges the smaller one first; nothing if it is not that.
  static std::optional<StatusRanges> Parse(std::string_view text);

  bool contains(int status) const;

 private:
  std::vector<std::pair<int, int>> ranges_;
};

}  // namespace linewatch

#endif
