// What the events say of a span of time: of what kind every host's time was, and its outages. The truth behind outage
// lists and reports; nothing else is asked.
//
// An outage is an episode from the first failed check to the first good one. One that never reached the threshold is a
// short outage. Its cause, as measured: the host's own where any of it was; else upstream where its parents failed,
// too; else maintenance, where all of it lay in a window. Time in which monitord was blind is no outage: there nobody
// is blamed. People may say afterwards that the cause was another (OutageEvent): then all of its time that was not good
// counts as that.
#ifndef LINEWATCH_STORE_LEDGER_H_
#define LINEWATCH_STORE_LEDGER_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store/event_log.h"
#include "store/timeline.h"

namespace linewatch {

struct Outage {
  std::string id;  // of the host, a minus, and the second in which the first check failed, as the clock was then
  std::string host, name;
  WallTime start;
  std::optional<WallTime> end;  // unset: it goes on
  std::string reason;
  Cause cause = Cause::kHost, measured = Cause::kHost;
  bool is_short = false;
  std::string note, user;  // of whoever has said last what the cause was
};

struct HostLedger {
  std::string host, name, customer;  // as they were last within the span
  PackedOptional<double> sla_percent;
  TimeByKind time{};            // of the span; sums up to it but for kNone, in which there was no such host
  std::vector<Outage> outages;  // that lie in the span, at least in part; oldest first
};

struct Ledger {
  struct Span {
    WallTime start;
    std::optional<WallTime> end;
  };
  std::vector<HostLedger> hosts;  // that there were in the span, in the order of their ids
  std::vector<Span> blind;        // monitord saw nothing
};

struct LedgerQuery {
  WallTime from, to;
  // Until when monitord is known to have watched: nobody has since. Hosts.json's `updated`, or now.
  WallTime known_until = WallTime::max();
  // An outage whose cause is upstream has no threshold that it could reach: it is short if it lasted for less than
  // this, in which a host by itself would have reached its own.
  std::chrono::microseconds short_below{0};
  std::string host = {};  // this one alone; empty: all
};

// Throws what EventLog::Read throws.
Ledger ReadLedger(const EventLog& log, const LedgerQuery& query);

// The host and the second that an id is made of; nothing if it is no id of an outage.
struct OutageName {
  std::string host;
  WallTime start;
};
std::optional<OutageName> ParseOutageId(std::string_view id);

}  // namespace linewatch

#endif
