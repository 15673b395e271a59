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

  // Whether anything is wanted of it: else it need not be readable.
  static bool is_wanted(const CheckSettings& settings) { return settings.keyword || !settings.field.empty(); }

  // Of the first CheckSettings::kMaxBody. Answers as soon as nothing that follows can change it: why the body is not as
  // it should be, or "" when it is.
  std::optional<std::string> Take(std::string_view data);
  // The same at the end of the body.
  std::string End() const;

 private:
  void LookForKeyword(std::string_view data);
  std::string KeywordFault() const;
  std::string FieldFault() const;

  const CheckSettings& settings_;
  size_t bytes_ = 0;
  bool has_keyword_ = false;
  std::string unsearched_;  // the end of what has come, in which the keyword may begin
  std::string json_;        // all of it, where a field is wanted
};

}  // namespace linewatch

#endif
