// A text that is hardly ever there: it takes the room of a pointer while it is empty. A host has some, and there are
// ten thousand hosts.
#ifndef LINEWATCH_STORE_VALUE_RARE_TEXT_H_
#define LINEWATCH_STORE_VALUE_RARE_TEXT_H_

#include <string>
#include <utility>

#include "store/value/small_optional.h"

namespace linewatch {

class RareText {
 public:
  RareText() = default;
  // NOLINTBEGIN(google-explicit-constructor): it is a text.
  RareText(std::string text) {
    if (!text.empty()) text_ = std::move(text);
  }
  RareText(const char* text) : RareText(std::string(text)) {}
  operator const std::string&() const { return str(); }
  // NOLINTEND(google-explicit-constructor)

  const std::string& str() const {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  bool empty() const { return !text_; }

  friend bool operator==(const RareText& a, const RareText& b) { return a.str() == b.str(); }

 private:
  BoxedOptional<std::string> text_;
};

}  // namespace linewatch

#endif
