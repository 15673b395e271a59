#include "cgi/metrics.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "cgi/installation.h"

namespace linewatch::cgi {
namespace {

constexpr std::string_view kGauge = "gauge", kCounter = "counter";

// A label's value, as it stands between its quotes.
std::string Escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

std::string Label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + Escaped(value) + '"';
}

// One metric: its samples stand together, below what it is.
class Family {
 public:
  Family(std::string& out, std::string_view name, std::string_view type, std::string_view help)
      : out_(out), name_(name) {
    out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }

  void Sample(std::string_view labels, double value) {
    std::array<char, 32> number;
    const auto end = std::to_chars(number.data(), number.data() + number.size(), value).ptr;
    out_ += name_;
    if (!labels.empty()) out_.append("{").append(labels).append("}");
    out_.append(" ").append(number.data(), end).append("\n");
  }

 private:
  std::string& out_;
  std::string_view name_;
};

std::optional<double> Scaled(const PackedOptional<float>& value, double unit) {
  return value ? std::optional(static_cast<double>(*value) / unit) : std::nullopt;
}

std::optional<double> Timestamp(WallTime t) { return t == kNever ? std::nullopt : std::optional(UnixSeconds(t)); }

}  // namespace

std::string HostMetrics(const HostList& list) {
  std::vector<std::string> identities, labels;  // of each host
  for (const Host& host : list.hosts) {
    identities.push_back(Label("id", host.id) + ',' + Label("name", host.name));
    labels.push_back(identities.back() + ',' + Label("address", AddressText(host)) + ',' + Label("group", host.group) +
                     ',' + Label("check", NameOf(host.check)));
  }
  std::string out;
  const auto write = [&](std::string_view name, std::string_view help, const auto& value_of) {
    Family family(out, name, kGauge, help);
    for (size_t i = 0; i < list.hosts.size(); ++i)
      if (const std::optional<double> value = value_of(list.hosts[i])) family.Sample(labels[i], *value);
  };
  write("linewatch_host_up", "Whether the last check of the host succeeded.",
        [](const Host& host) -> std::optional<double> {
          if (!host.enabled || !host.seen.status_current) return std::nullopt;
          return *host.seen.status_current ? 1 : 0;
        });
  write("linewatch_host_in_maintenance", "Whether a maintenance window is open, in which no alert is sent.",
        [](const Host& host) -> std::optional<double> { return host.seen.in_maintenance ? 1 : 0; });
  write("linewatch_host_rtt_seconds", "How long the last check that was answered took.",
        [](const Host& host) { return Scaled(host.seen.rtt_ms, 1000); });
  write("linewatch_host_loss_ratio", "Lost echo requests of the last check, by those sent.",
        [](const Host& host) { return Scaled(host.seen.loss_percent, 100); });
  write("linewatch_host_jitter_seconds", "How far the round trips of the last check lay apart.",
        [](const Host& host) { return Scaled(host.seen.jitter_ms, 1000); });
  write("linewatch_host_uptime_ratio", "Time up by time up and down, of the last 24 hours.",
        [](const Host& host) { return Scaled(host.seen.uptime, 100); });
  write("linewatch_host_last_check_timestamp_seconds", "When the host was last checked.",
        [](const Host& host) { return Timestamp(host.seen.last_check); });
  write("linewatch_host_certificate_expiry_timestamp_seconds", "When the certificate that was shown expires.",
        [](const Host& host) { return host.seen.details ? Timestamp(host.seen.details->cert_expires) : std::nullopt; });
  {
    Family family(out, "linewatch_host_status", kGauge, "1 for the status that the host has, 0 for the others.");
    for (size_t i = 0; i < list.hosts.size(); ++i)
      for (size_t status = 0; status < kStatusNames.size(); ++status)
        family.Sample(identities[i] + ',' + Label("status", kStatusNames[status]),
                      list.hosts[i].seen.status == static_cast<Status>(status) ? 1 : 0);
  }
  Family family(out, "linewatch_hosts", kGauge, "Number of hosts that have a status.");
  const Summary summary = Summarize(list);
  for (size_t status = 0; status < kStatusNames.size(); ++status)
    family.Sample(Label("status", kStatusNames[status]), static_cast<double>(summary.by_status[status]));
  return out;
}

std::string MonitorMetrics(const HostList& header, const std::vector<QueuedMessage>& outbox) {
  const MonitorState& monitor = header.monitor;
  std::string out;
  const auto write = [&](std::string_view name, std::string_view type, std::string_view help, double value) {
    Family(out, name, type, help).Sample("", value);
  };
  write("linewatch_blind", kGauge, "Whether monitord is blind, and blames no host for it.",
        monitor.state == WatchState::kBlind ? 1 : 0);
  write("linewatch_cycle_duration_seconds", kGauge, "How long the last cycle took.",
        std::chrono::duration<double>(monitor.cycle).count());
  if (header.updated != kNever)
    write("linewatch_last_cycle_timestamp_seconds", kGauge, "When the last cycle was recorded.",
          UnixSeconds(header.updated));
  {
    const VoidedChecks& voided = monitor.voided;
    Family family(out, "linewatch_voided_checks_total", kCounter,
                  "Void checks, which monitord could not make and blames on no host, by the reason.");
    for (const auto& [reason, count] : kVoidedCounts)
      family.Sample(Label("flaw", reason), static_cast<double>(voided.*count));
  }
  write("linewatch_outbox_messages", kGauge, "Messages that wait to be delivered.", static_cast<double>(outbox.size()));
  Family(out, "linewatch_build_info", kGauge, "1, with the version of monitord.")
      .Sample(Label("version", monitor.version), 1);
  return out;
}

Response ShowMetrics(Installation& installation, const Request&, std::string_view) {
  const auto& hosts = installation.metrics.For(installation.published.Tag(), [&] { return installation.hosts.Read(); });
  Response response;
  response.type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = hosts + MonitorMetrics(installation.published.Header(), installation.outbox.Read());
  return response;
}

}  // namespace linewatch::cgi
