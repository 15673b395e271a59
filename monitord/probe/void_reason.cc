#include "monitord/probe/void_reason.h"

namespace linewatch {

std::string_view WordsOf(VoidReason void_reason) {
  switch (void_reason) {
    case VoidReason::kNotSent:
      return "nothing could be sent";
    case VoidReason::kLate:
      return "monitord did not run in time";
    case VoidReason::kDropped:
      return "replies were dropped";
    case VoidReason::kCrowded:
      return "too many other checks hang";
    case VoidReason::kNoSecret:
      return "its password or headers are not known";
    case VoidReason::kNoLookUp:
      return "its name was not looked up in time";
    case VoidReason::kNone:
      break;
  }
  return "";
}

}  // namespace linewatch
