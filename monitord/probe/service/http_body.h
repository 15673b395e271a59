// What the body of a website's answer must be, looked for while it comes.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_BODY_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_BODY_H_

#include <optional>
#include <string>
#include <string_view>

#include "store/check_settings.h"

namespace linewatch {

// Of one answer, by the settings of its check, which outlive it.
class HttpBody {
 public:
  explicit HttpBody(const CheckSettings& settings) : settings_(settings) {}

  // Of the first CheckSettings::kMaxBody. Answers as soon as nothing that follows can change it: why the body is not as
  // it should be, or "" when it is.
  std::optional<std::string> Take(std::string_view data);
  // The same at the end of the body.
  std::string End() const { return KeywordFault(false); }

 private:
  std::string KeywordFault(bool has_keyword) const;

  const CheckSettings& settings_;
  size_t bytes_ = 0;
  std::string unsearched_;  // the end of what has come, in which the keyword may begin
};

}  // namespace linewatch

#endif
