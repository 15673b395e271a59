#include "monitord/verdict/self_check.h"

namespace linewatch {

SelfCheck::Change SelfCheck::Record(const WayOut& way) {
  if (!way.has_uplinks) {
    last_answer_ = WallTime::max();
  } else if (way.uplink_answered_now) {
    last_answer_ = way.sent;
  } else if (last_answer_ == WallTime::max()) {
    last_answer_ = kNever;
  }

  const bool uplinks_fail = way.uplinks_failed > 0 && way.uplinks_answered == 0;
  // One host beside this machine itself may be the only one whose route is gone; with two it is the way out.
  const int enough = way.stayed_here > 0 ? 2 : 1;
  const bool nothing_leaves = way.sent_out == 0 && way.kept_here >= enough;
  if (uplinks_fail || nothing_leaves) {
    if (is_blind_) return Change::kNone;
    is_blind_ = true;
    blind_since_ = way.sent;
    reason_ = nothing_leaves ? "nothing can be sent" : "no uplink answers";
    return Change::kBlind;
  }
  if (!is_blind_ || (way.has_uplinks && way.uplinks_answered == 0)) return Change::kNone;
  is_blind_ = false;
  return Change::kSeeing;
}

void SelfCheck::Shift(std::chrono::microseconds step) {
  if (last_answer_ != kNever && last_answer_ != WallTime::max()) last_answer_ += step;
  if (blind_since_ != kNever) blind_since_ += step;
}

}  // namespace linewatch
