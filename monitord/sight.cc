#include "monitord/sight.h"

namespace linewatch {

Sight::Change Sight::Record(const WayOut& round, bool has_uplinks) {
  if (!has_uplinks) {
    answered_ = WallTime::max();
  } else if (round.uplinks_answered > 0) {
    answered_ = round.sent;
  } else if (answered_ == WallTime::max()) {
    answered_ = kNever;
  }

  const bool uplinks_fail = round.uplinks_failed > 0 && round.uplinks_answered == 0;
  // One line beside this machine itself may be the only one whose route is gone; with two it is the way out.
  const int enough = round.stayed_here > 0 ? 2 : 1;
  const bool nothing_leaves = round.is_cycle && round.sent_out == 0 && round.kept_here >= enough;
  if (uplinks_fail || nothing_leaves) {
    if (is_blind_) return Change::kNone;
    is_blind_ = true;
    blind_since_ = round.sent;
    reason_ = nothing_leaves ? round.why_kept : "no uplink answers";
    return Change::kBlind;
  }
  // A few checks that were asked for show no more than that these could be sent.
  const bool sees = round.uplinks_answered > 0 || (round.is_cycle && !has_uplinks);
  if (!is_blind_ || !sees) return Change::kNone;
  is_blind_ = false;
  return Change::kSeeing;
}

void Sight::Shift(std::chrono::microseconds step) {
  if (answered_ != kNever && answered_ != WallTime::max()) answered_ += step;
  if (blind_since_ != kNever) blind_since_ += step;
}

}  // namespace linewatch
