// When the echo requests under way were sent.
#ifndef LINEWATCH_MONITORD_PROBE_PING_DEPARTURES_H_
#define LINEWATCH_MONITORD_PROBE_PING_DEPARTURES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "monitord/system/moment.h"

namespace linewatch {

// The requests of a check are a list, the latest first, so that the usual check of one request takes no more room than
// one. What a host sends back is no place for the time: it could change it.
class Departures {
 public:
  using Place = uint32_t;
  static constexpr Place kNone = UINT32_MAX;
  struct Departure {
    ClockReading at{};   // of the call that sent it
    float after_ns = 0;  // so long after that it is taken to have left
    Place earlier = kNone;
  };

  // Room for `count` of them in all: until then Add asks for no memory. Throws std::bad_alloc.
  void Reserve(size_t count) {
    if (count > all_.capacity()) all_.reserve(std::max(count, 2 * all_.capacity()));
  }
  // Puts one before `latest`, and answers where it is.
  Place Add(const ClockReading& at, float after_ns, Place latest) {
    const Departure departure{at, after_ns, latest};
    if (free_ == kNone) {
      all_.push_back(departure);
      return static_cast<Place>(all_.size() - 1);
    }
    const Place place = free_;
    free_ = all_[place].earlier;
    all_[place] = departure;
    return place;
  }
  // The one that was sent `count` before `latest`. There must be one.
  const Departure& Before(Place latest, unsigned count) const {
    for (; count > 0; --count) latest = all_[latest].earlier;
    return all_[latest];
  }
  // Forgets `latest` and all before it.
  void Remove(Place latest) {
    while (latest != kNone) {
      const Place earlier = all_[latest].earlier;
      all_[latest].earlier = free_;
      free_ = latest;
      latest = earlier;
    }
  }

 private:
  std::vector<Departure> all_;
  Place free_ = kNone;  // the first of those that can be had again, a list as well
};

}  // namespace linewatch

#endif
