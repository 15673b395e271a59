// Whether monitord sees anything at all: the rule of the uplinks. Pure.
#ifndef LINEWATCH_MONITORD_SIGHT_H_
#define LINEWATCH_MONITORD_SIGHT_H_

#include <string>

#include "store/wall_time.h"

namespace linewatch {

// What a round tells of the way out of this machine.
struct WayOut {
  WallTime sent;          // when its checks were started
  bool is_cycle = false;  // every host that was due, not a few that were asked for
  int uplinks_answered = 0, uplinks_failed = 0;
  int sent_out = 0;     // checks of other machines that could be sent
  int stayed_here = 0;  // checks that this machine has answered itself
  int kept_here = 0;    // checks that this machine could not send, of hosts that have answered before
  std::string why_kept;
};

// monitord is blind while all of its uplinks fail, and while nothing can be sent to any other machine.
class Sight {
 public:
  enum class Change { kNone, kBlind, kSeeing };
  Change Record(const WayOut& round, bool has_uplinks);

  bool is_blind() const { return is_blind_; }
  WallTime blind_since() const { return blind_since_; }  // when the first check was sent that found nothing
  const std::string& reason() const { return reason_; }

  // When a check of an uplink was last sent that was answered; for ever where there are none, and everything counts.
  WallTime answered() const { return answered_; }

  // The clock was set.
  void Shift(std::chrono::microseconds step);

 private:
  bool is_blind_ = false;
  WallTime blind_since_ = kNever;
  WallTime answered_ = WallTime::max();
  std::string reason_;
};

}  // namespace linewatch

#endif
