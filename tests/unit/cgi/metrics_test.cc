#include "cgi/metrics.h"

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using Catch::Matchers::ContainsSubstring;

HostList ListOfOne() {
  HostList list;
  Host& host = list.hosts.emplace_back();
  host.id = "a";
  host.name = "Say \"hi\" \\ bye";
  host.ip = "192.0.2.1";
  host.group = "north";
  return list;
}

TEST_CASE("what was measured is in seconds and ratios, with labels that cannot break out", "[metrics]") {
  HostList list = ListOfOne();
  Observation& seen = list.hosts[0].seen;
  seen.status = Status::kUp;
  seen.status_current = true;
  seen.rtt_ms = 12.5F;
  seen.loss_percent = 25;
  seen.jitter_ms = 0.5F;
  seen.uptime = 50;
  const std::string text = HostMetrics(list);
  const std::string labels = R"({id="a",name="Say \"hi\" \\ bye",address="192.0.2.1",group="north",check="ping"})";
  CHECK_THAT(text, ContainsSubstring("\nlinewatch_host_up" + labels + " 1\n"));
  CHECK_THAT(text, ContainsSubstring("\nlinewatch_host_rtt_seconds" + labels + " 0.0125\n"));
  CHECK_THAT(text, ContainsSubstring("\nlinewatch_host_loss_ratio" + labels + " 0.25\n"));
  CHECK_THAT(text, ContainsSubstring("\nlinewatch_host_jitter_seconds" + labels + " 5e-04\n"));
  CHECK_THAT(text, ContainsSubstring("\nlinewatch_host_uptime_ratio" + labels + " 0.5\n"));
  CHECK_THAT(text, ContainsSubstring(R"(linewatch_host_status{id="a",name="Say \"hi\" \\ bye",status="up"} 1)"));
  CHECK_THAT(text, ContainsSubstring(R"(linewatch_host_status{id="a",name="Say \"hi\" \\ bye",status="down"} 0)"));
  CHECK_THAT(text, ContainsSubstring("linewatch_hosts{status=\"up\"} 1\n"));
}

TEST_CASE("what is not known has no sample", "[metrics]") {
  HostList list = ListOfOne();
  CHECK_THAT(HostMetrics(list), !ContainsSubstring("linewatch_host_up{"));
  CHECK_THAT(HostMetrics(list), !ContainsSubstring("linewatch_host_rtt_seconds{"));
  list.hosts[0].seen.status_current = true;
  list.hosts[0].enabled = false;
  CHECK_THAT(HostMetrics(list), !ContainsSubstring("linewatch_host_up{"));
}

TEST_CASE("monitord's own state is a metric, too", "[metrics]") {
  HostList list;
  list.updated = FromUnixSeconds(1763800000.5);
  list.monitor.state = WatchState::kBlind;
  list.monitor.cycle = std::chrono::milliseconds(1012);
  list.monitor.version = "0.1.0";
  list.monitor.voided.late = 3;
  const std::string text = MonitorMetrics(list, {QueuedMessage(), QueuedMessage()});
  for (const char* line :
       {"linewatch_blind 1\n", "linewatch_cycle_duration_seconds 1.012\n",
        "linewatch_last_cycle_timestamp_seconds 1763800000.5\n", "linewatch_outbox_messages 2\n",
        "linewatch_voided_checks_total{flaw=\"late\"} 3\n", "linewatch_build_info{version=\"0.1.0\"} 1\n"})
    CHECK_THAT(text, ContainsSubstring(line));
}

TEST_CASE("metrics follow what is published", "[metrics]") {
  Site site;
  CHECK_THAT(std::string(site.Send("GET", "/metrics").body_text()), ContainsSubstring("linewatch_blind 0"));
  site.Add("A", "192.0.2.1");
  const Response response = site.Send("GET", "/metrics");
  CHECK(response.type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK_THAT(std::string(response.body_text()), ContainsSubstring("linewatch_hosts{status=\"pending\"} 1\n"));
  site.Add("B", "192.0.2.2");
  CHECK_THAT(std::string(site.Send("GET", "/metrics").body_text()),
             ContainsSubstring("linewatch_hosts{status=\"pending\"} 2\n"));
}

}  // namespace
}  // namespace linewatch::cgi
