// Whether monitord is blind: the rule of the uplinks. Pure.
#ifndef LINEWATCH_MONITORD_VERDICT_SELF_CHECK_H_
#define LINEWATCH_MONITORD_VERDICT_SELF_CHECK_H_

#include <chrono>

#include <string_view>

#include "store/value/wall_time.h"

namespace linewatch {

// What is known of the way out of this machine when a batch of checks has ended: from the last check of every target,
// in this batch or in one before.
struct WayOut {
  WallTime sent;  // when the batch was started
  bool has_uplinks = false;
  bool uplink_answered_now = false;  // one of them was in the batch, and answered
  int uplinks_answered = 0, uplinks_failed = 0;
  int sent_out = 0;     // checks of other machines that could be sent
  int stayed_here = 0;  // checks that this machine itself has answered
  int kept_here = 0;    // checks that this machine could not send, of hosts that have answered before
};

// monitord is blind while all of its uplinks fail, and while nothing can be sent to any other machine.
class SelfCheck {
 public:
  enum class Change { kNone, kBlind, kSeeing };
  Change Record(const WayOut& way);

  bool is_blind() const { return is_blind_; }
  WallTime blind_since() const { return blind_since_; }  // when the first batch was started that found nothing
  std::string_view reason() const { return reason_; }    // why, in a few words

  // When a check of an uplink was last sent that was answered; for ever where there are none, and everything counts.
  WallTime last_answer() const { return last_answer_; }

  // The clock was set.
  void Shift(std::chrono::microseconds step);

 private:
  bool is_blind_ = false;
  WallTime blind_since_ = kNever;
  std::string_view reason_;
  WallTime last_answer_ = WallTime::max();
};

}  // namespace linewatch

#endif
