#include "cgi/alert_api.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cgi/health.h"
#include "store/alert.h"
#include "store/calendar.h"
#include "store/channel.h"
#include "store/file/file_lock.h"
#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/text/random_name.h"
#include "store/text/wording.h"

namespace linewatch::cgi {
namespace {

constexpr auto kSentKept = std::chrono::days(30);
constexpr size_t kMostSent = 200;

// Longer than most attempts of a channel that come to something; lighttpd waits longer still (read-timeout).
constexpr auto kTestPatience = std::chrono::seconds(45);
constexpr auto kLookAgain = std::chrono::milliseconds(100);

// Newest first. The log has an event of every message; it is listed only for one that no channel has had or will have.
std::vector<AlertEvent> FindSent(const EventLog& events, const std::vector<QueuedMessage>& outbox, WallTime now) {
  std::vector<AlertEvent> sent;
  std::set<std::string> sent_by_channel;
  for (const QueuedMessage& queued : outbox) sent_by_channel.insert(queued.message.id);
  events.Read(now - kSentKept, EventLog::is_alert, [&](const Event& event) {
    const auto* alert = std::get_if<AlertEvent>(&event);
    if (alert == nullptr) return;
    if (alert->channel != kLogChannel) sent_by_channel.insert(alert->id);
    sent.push_back(*alert);
  });
  std::erase_if(sent, [&](const AlertEvent& event) {
    return event.channel == kLogChannel && !event.id.empty() && sent_by_channel.contains(event.id);
  });
  std::stable_sort(sent.begin(), sent.end(), [](const AlertEvent& a, const AlertEvent& b) { return a.t > b.t; });
  if (sent.size() > kMostSent) sent.resize(kMostSent);
  return sent;
}

void WriteWaiting(JsonWriter& out, const QueuedMessage& queued) {
  const MemberWriter write(out);
  out.StartObject();
  write("id", queued.message.id);
  write("channel", queued.channel);
  write("event", EventOf(queued.message));
  write("subject", queued.message.subject);
  write("hosts", HostsOf(queued.message));
  write("queued", queued.message.queued);
  write("attempts", queued.attempts);
  write("next", queued.next);
  write("error", queued.error);
  out.EndObject();
}

void WriteSent(JsonWriter& out, const AlertEvent& event) {
  const MemberWriter write(out);
  out.StartObject();
  write("t", event.t);
  write("id", event.id);
  write("channel", event.channel);
  write("subject", event.subject);
  write("hosts", event.hosts);
  write("result", TextOf(event.result));
  write("outcome", NameOf(event.result.outcome));
  write("detail", event.result.detail);
  out.EndObject();
}

// The body's channel, or the problem to answer.
std::variant<std::string, Response> ReadChannel(const Request& request) {
  static const std::string expected = NamesAsChoice(kChannelNames);
  static const Schema schema(R"({"type": "object", "properties": {"channel": {"enum": )" + NamesAsJson(kChannelNames) +
                             R"(, "description": ")" + expected + R"("}}})");
  rapidjson::Document input;
  if (auto problem = ParseBody(request, schema, input)) return *std::move(problem);
  const auto* given = FindMember(input, "channel");
  if (given == nullptr) return FieldProblem({{"channel", "expected " + expected, ""}});
  return std::string(StringOf(*given));
}

Response AwaitAnswer(const Installation& installation, const linewatch::Request& asked) {
  const auto begun = std::chrono::steady_clock::now();
  while (true) {
    if (const auto answer = installation.answers.Take(asked.answer)) {
      if (!answer->ok) return Problem(502, answer->text);
      return JsonResponse(200, [&](JsonWriter& out) {
        const MemberWriter write(out);
        out.StartObject();
        write("ok", true);
        write("answer", answer->text);
        out.EndObject();
      });
    }
    const auto waited = std::chrono::steady_clock::now() - begun;
    if (waited > kRequestPatience) {
      // Files round a time to milliseconds.
      const WallTime oldest = installation.requests.Oldest();
      if (oldest != kNever && oldest <= asked.t + std::chrono::milliseconds(1))
        return PassingProblem(503, "monitord takes no requests: it hangs.");
    }
    if (waited > kTestPatience)
      return Problem(503, "monitord has not answered within 45 s. The message may arrive all the same.");
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace

Response ListAlerts(Installation& installation, const Request& request, std::string_view) {
  const WallTime now = WallNow();
  std::vector<std::string> damaged;
  const auto waiting = installation.outbox.Read(&damaged);
  // A dashboard that only wants to know whether something waits too long asks for no more than that.
  const bool with_sent = request.Query("sent") != "0";
  const auto sent = with_sent ? FindSent(installation.events, waiting, now) : std::vector<AlertEvent>();
  const Config& config = installation.config.settings();
  return JsonResponse(200, [&](JsonWriter& out) {
    out.StartObject();
    out.Key("channels");
    out.StartArray();
    for (const std::string_view channel : kChannelNames)
      if (is_set_up(channel, config)) out.String(channel);
    out.EndArray();
    out.Key("outbox");
    out.StartArray();
    for (const QueuedMessage& queued : waiting) WriteWaiting(out, queued);
    out.EndArray();
    out.Key("sent");
    out.StartArray();
    for (const AlertEvent& event : sent) WriteSent(out, event);
    out.EndArray();
    out.Key("problems");
    WriteJson(out, FindOutboxProblems(waiting, damaged, now));
    out.Key("timezone");
    out.String(TimeZoneName(config));
    out.EndObject();
  });
}

Response TestChannel(Installation& installation, const Request& request, std::string_view) {
  auto read = ReadChannel(request);
  if (auto* problem = std::get_if<Response>(&read)) return std::move(*problem);
  const std::string name = std::get<std::string>(std::move(read));
  if (const auto missing = MissingSettings(name, installation.config.settings()); !missing.empty())
    return FieldProblem({{"channel",
                          name + " is not set up: " + Enumerate({missing.begin(), missing.end()}) +
                              (missing.size() == 1 ? " is" : " are") + " wanted",
                          ""}});
  if (const auto absence = FindAbsence(installation)) return PassingProblem(503, absence->message);

  // Held until the answer is there: one test message at a time, so that no more than one process ever waits.
  std::shared_ptr<FileLock> turn;
  try {
    turn = std::make_shared<FileLock>(installation.hosts.folders().live / "test.lock", std::chrono::milliseconds(0));
  } catch (const LockTimeout&) {
    return PassingProblem(503, "Another test message is under way; try again when it has its answer.");
  }
  linewatch::Request asked{WallNow(), linewatch::Request::Kind::kTest, "", name, RandomName(20)};
  if (!installation.requests.Append(asked))
    return PassingProblem(503, "monitord takes no requests: it does not run, or hangs.");
  Response response;
  response.later = [&installation, turn = std::move(turn), asked = std::move(asked)](const Request&) {
    return AwaitAnswer(installation, asked);
  };
  return response;
}

}  // namespace linewatch::cgi
