// Why a check without an answer is void: it was not made as it should have been, and says nothing about the host.
#ifndef LINEWATCH_MONITORD_PROBE_VOID_REASON_H_
#define LINEWATCH_MONITORD_PROBE_VOID_REASON_H_

#include <cstddef>
#include <cstdint>

namespace linewatch {

enum class VoidReason : uint8_t {
  kNone,
  kNotSent,   // the kernel took nothing: its buffers are full, or its table of neighbours is
  kLate,      // this process slept or did not get the processor when it was time to repeat
  kDropped,   // the kernel had no room for replies
  kCrowded,   // too many other checks were under way: it could not be started in time
  kNoSecret,  // a password or a header that belongs to it is not known
  kNoLookUp,  // nobody was asked for its name, or too late: too many other names were being looked up
  kNoKey,     // the certificate that it shows, or the key of it, cannot be read: the result's reason says why
};
inline constexpr size_t kVoidReasons = 8;

}  // namespace linewatch

#endif
