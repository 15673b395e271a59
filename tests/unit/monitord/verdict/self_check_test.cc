#include "monitord/verdict/self_check.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using Change = SelfCheck::Change;

constexpr WallTime kStart{1763800000s};

WayOut Uplinks(int answered, int failed, WallTime sent = kStart) {
  WayOut way;
  way.sent = sent;
  way.has_uplinks = true;
  way.uplink_answered_now = answered > 0;
  way.uplinks_answered = answered;
  way.uplinks_failed = failed;
  return way;
}

TEST_CASE("monitord is blind while all of its uplinks fail, and not while one answers", "[self_check]") {
  SelfCheck self_check;
  CHECK(self_check.Record(Uplinks(2, 0)) == Change::kNone);
  CHECK(self_check.Record(Uplinks(1, 1)) == Change::kNone);
  CHECK(self_check.Record(Uplinks(0, 2, kStart + 10s)) == Change::kBlind);
  CHECK(self_check.is_blind());
  CHECK(self_check.blind_since() == kStart + 10s);
  CHECK(self_check.reason() == "no uplink answers");
  CHECK(self_check.Record(Uplinks(0, 2, kStart + 20s)) == Change::kNone);
  CHECK(self_check.blind_since() == kStart + 10s);
  CHECK(self_check.Record(Uplinks(1, 1, kStart + 30s)) == Change::kSeeing);
  CHECK_FALSE(self_check.is_blind());
}

TEST_CASE("uplinks of which no check has ended yet make nobody blind, and end no blindness", "[self_check]") {
  SelfCheck self_check;
  CHECK(self_check.Record(Uplinks(0, 0)) == Change::kNone);
  self_check.Record(Uplinks(0, 1));
  CHECK(self_check.Record(Uplinks(0, 0)) == Change::kNone);
  CHECK(self_check.is_blind());
}

TEST_CASE("monitord is blind when nothing can be sent to any other machine", "[self_check]") {
  struct Case {
    int sent_out, stayed_here, kept_here;
    bool is_blind;
  };
  for (const Case& one : {Case{0, 0, 0, false}, Case{0, 0, 1, true}, Case{1, 0, 5, false},
                          // Beside this machine itself one may be the only one whose route is gone.
                          Case{0, 1, 1, false}, Case{0, 1, 2, true}}) {
    CAPTURE(one.sent_out, one.stayed_here, one.kept_here);
    WayOut way;
    way.sent = kStart;
    way.sent_out = one.sent_out;
    way.stayed_here = one.stayed_here;
    way.kept_here = one.kept_here;
    SelfCheck self_check;
    CHECK((self_check.Record(way) == Change::kBlind) == one.is_blind);
    if (one.is_blind) CHECK(self_check.reason() == "nothing can be sent");
  }
}

TEST_CASE("the last answer of an uplink is remembered, and goes with the clock", "[self_check]") {
  SelfCheck self_check;
  CHECK(self_check.last_answer() == WallTime::max());
  self_check.Record(Uplinks(0, 1));
  CHECK(self_check.last_answer() == kNever);
  self_check.Record(Uplinks(1, 0, kStart + 10s));
  WayOut without_uplink = Uplinks(1, 0, kStart + 20s);
  without_uplink.uplink_answered_now = false;  // its last check still counts, but is no new answer
  self_check.Record(without_uplink);
  CHECK(self_check.last_answer() == kStart + 10s);
  self_check.Record(Uplinks(0, 1, kStart + 30s));
  self_check.Shift(1h);
  CHECK(self_check.last_answer() == kStart + 1h + 10s);
  CHECK(self_check.blind_since() == kStart + 1h + 30s);
}

TEST_CASE("without uplinks every failure counts at once, whatever the clock does", "[self_check]") {
  SelfCheck self_check;
  self_check.Record(Uplinks(0, 1));
  WayOut none;  // somebody has taken them out of config.json
  none.sent = kStart + 10s;
  CHECK(self_check.Record(none) == Change::kSeeing);
  self_check.Shift(1h);
  CHECK(self_check.last_answer() == WallTime::max());
}

}  // namespace
}  // namespace linewatch
