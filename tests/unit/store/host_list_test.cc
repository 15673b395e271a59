#include "store/host_list.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon{1'763'812'800s};

Host Seen(const std::string& id, Status status) {
  Host host;
  host.id = id;
  host.ip = "10.0.0.1";
  host.seen.status = status;
  return host;
}

TEST_CASE("a summary counts every status, and means the uptime of hosts that have one", "[host_list]") {
  HostList list;
  CHECK_FALSE(Summarize(list).uptime);
  list.hosts = {Seen("a", Status::kUp), Seen("b", Status::kUp), Seen("c", Status::kDown), Seen("d", Status::kPending)};
  CHECK_FALSE(Summarize(list).uptime);
  list.hosts[0].seen.uptime = 100;
  list.hosts[2].seen.uptime = 50;
  const Summary summary = Summarize(list);
  CHECK(summary.total == 4);
  CHECK(summary.by_status[static_cast<size_t>(Status::kUp)] == 2);
  CHECK(summary.by_status[static_cast<size_t>(Status::kDown)] == 1);
  CHECK(summary.by_status[static_cast<size_t>(Status::kUnknown)] == 0);
  CHECK(summary.uptime == 75);
}

TEST_CASE("an acknowledgement is over when the host is up and a check has succeeded since", "[host_list]") {
  const Acknowledgement acknowledgement{"ada", kNoon, ""};
  Observation seen;
  seen.status = Status::kUp;
  seen.last_good = kNoon - 1s;
  CHECK_FALSE(is_over_by_list(acknowledgement, seen));
  seen.last_good = kNoon;
  CHECK(is_over_by_list(acknowledgement, seen));
  for (const Status status : {Status::kDegraded, Status::kFailing, Status::kDown, Status::kUnknown, Status::kPaused}) {
    seen.status = status;
    CHECK_FALSE(is_over_by_list(acknowledgement, seen));
  }
}

TEST_CASE("an acknowledgement ends by what was seen of the same target, and of no other", "[host_list]") {
  HostList settings, observed;
  settings.hosts = {Seen("gone", Status::kDown), Seen("moved", Status::kDown), Seen("same", Status::kDown)};
  for (Host& host : settings.hosts) host.acknowledged = Acknowledgement{"ada", kNoon, ""};
  observed.hosts = {Seen("same", Status::kUp), Seen("moved", Status::kUp)};
  settings.Find("moved")->ip = "10.0.0.2";
  EndAcknowledgements(settings, observed, [](size_t, const Acknowledgement&) { return true; });
  CHECK(settings.Find("gone")->acknowledged.has_value());
  CHECK(settings.Find("moved")->acknowledged.has_value());
  CHECK_FALSE(settings.Find("same")->acknowledged.has_value());
}

TEST_CASE("a host is found by its whole id", "[host_list]") {
  HostList list;
  list.hosts = {Seen("ab", Status::kUp)};
  CHECK(list.Find("ab") == list.hosts.data());
  CHECK(list.Find("a") == nullptr);
  CHECK(list.Find("") == nullptr);
}

}  // namespace
}  // namespace linewatch
