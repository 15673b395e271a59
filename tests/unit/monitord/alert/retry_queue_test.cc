#include "monitord/alert/retry_queue.h"

#include "store/outbox.h"
#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<std::string> kChannels = {"smtp", "telegram", "slack"};

Moment At(std::chrono::milliseconds after) {
  return {FromUnixSeconds(1763800000) + after, SteadyTime(std::chrono::hours(1)) + after, {}};
}

Delivery Result(Delivery::Result result, std::string answer = "") {
  Delivery delivery;
  delivery.result = result;
  delivery.answer = std::move(answer);
  return delivery;
}
Delivery Accepted() { return Result(Delivery::Result::kAccepted, "250 queued"); }
Delivery Deferred() { return Result(Delivery::Result::kDeferred, "connection refused"); }
Delivery Refused() { return Result(Delivery::Result::kRefused, "550 no such user"); }

Alert AlertOf(AlertKind kind, const std::string& host = "a") {
  Alert alert;
  alert.kind = kind;
  alert.host = host;
  return alert;
}

// A queue to which nothing happens but what a test says.
struct Story {
  Config config;
  std::vector<std::string> channels = kChannels;
  RetryQueue queue;

  void Add(const std::string& id, const std::string& channel, std::vector<Alert> alerts, const Moment& now) {
    QueuedMessage queued;
    queued.message.id = id;
    queued.message.alerts = std::move(alerts);
    queued.message.text = "text";
    queued.channel = channel;
    queued.channels = {channel};
    queue.Add(std::move(queued), now.steady);
  }
  // Tries what is due, and answers the ids of the messages that were tried.
  std::vector<std::string> Try(const std::string& channel, const Delivery& delivery, const Moment& now) {
    std::vector<std::string> tried;
    while (const auto next = queue.NextFor(channel, now.steady)) {
      tried.push_back(next->message.id);
      queue.Settle(channel, next->message.id, delivery, now);
    }
    queue.Review(config, channels, now);
    return tried;
  }
  std::vector<std::string> Results() {
    std::vector<std::string> results;
    for (const auto& gone : queue.TakeGone()) results.push_back(gone.queued.message.id + ' ' + TextOf(gone.result));
    return results;
  }
};

using Ids = std::vector<std::string>;

TEST_CASE("a message that was accepted has left the queue", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  CHECK(story.Try("telegram", Accepted(), At(seconds(0))).empty());
  CHECK(story.Try("smtp", Accepted(), At(seconds(0))) == Ids{"m"});
  CHECK(story.Results() == Ids{"m sent"});
  CHECK(story.queue.size() == 0);
}

TEST_CASE("a failed message is tried again, later each time, at most every 15 minutes", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  std::vector<long> tries;
  for (seconds t{0}; t < minutes(60); t += seconds(1))
    if (!story.Try("smtp", Deferred(), At(t)).empty()) tries.push_back(t.count());
  CHECK(tries == std::vector<long>{0, 5, 15, 35, 75, 155, 315, 635, 1275, 2175, 3075});
  const auto changed = story.queue.TakeChanged(At(minutes(60)).steady);
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].attempts == 11);
  CHECK(changed[0].error == "connection refused");
  CHECK(changed[0].next == At(seconds(3075 + 900)).wall);
}

TEST_CASE("a server that asks for patience gets it, within reason", "[retry_queue]") {
  Story story;
  Delivery busy = Deferred();
  busy.retry_after = seconds(120);
  story.Add("m", "telegram", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.Try("telegram", busy, At(seconds(0)));
  CHECK(story.Try("telegram", busy, At(seconds(119))).empty());
  busy.retry_after = std::chrono::hours(1000);
  CHECK(story.Try("telegram", busy, At(seconds(120))) == Ids{"m"});
  CHECK(story.Try("telegram", Accepted(), At(seconds(120) + minutes(60))) == Ids{"m"});
}

TEST_CASE("a channel sends one message at a time", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  CHECK(story.queue.NextFor("smtp", At(seconds(0)).steady));
  CHECK_FALSE(story.queue.NextFor("smtp", At(minutes(60)).steady));
  story.Add("n", "smtp", {AlertOf(AlertKind::kDown, "b")}, At(seconds(0)));
  CHECK(story.queue.wake_at() == SteadyTime::max());
  story.queue.Settle("smtp", "m", Accepted(), At(seconds(1)));
  CHECK(story.queue.wake_at() == At(seconds(0)).steady);
}

TEST_CASE("what cannot be delivered for a day is given up, and the log says why", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  for (minutes t{0}; t < minutes(24 * 60); t += minutes(1)) story.Try("smtp", Deferred(), At(t));
  CHECK(story.queue.size() == 1);
  story.Try("smtp", Deferred(), At(minutes(24 * 60)));
  CHECK(story.Results() == Ids{"m expired: connection refused"});
}

TEST_CASE("a clock that is set back between two messages does not turn them about", "[retry_queue]") {
  const TempDir folder;
  const Outbox outbox(folder / "outbox");
  Story story;
  const auto add = [&](const std::string& id, AlertKind kind, std::chrono::hours by_the_clock) {
    QueuedMessage queued;
    queued.message.id = id;
    queued.message.queued = At(by_the_clock).wall;
    queued.message.alerts = {AlertOf(kind)};
    queued.channel = "smtp";
    queued.channels = {"smtp"};
    story.queue.Add(std::move(queued), At(seconds(0)).steady);
  };
  add("over", AlertKind::kRecovery, std::chrono::hours(24 * 7));
  add("again", AlertKind::kDown, std::chrono::hours(0));
  for (const QueuedMessage& queued : story.queue.TakeChanged(At(seconds(1)).steady)) outbox.Put(queued);
  Story next;
  next.queue.Restore(outbox.Read(), At(seconds(2)).steady);
  CHECK(next.Try("smtp", Accepted(), At(seconds(2))) == Ids{"over", "again"});
}

TEST_CASE("a report is kept for longer than alerts are, and goes to no other channel", "[retry_queue]") {
  Story story;
  story.config.fallback = {"telegram"};
  QueuedMessage report;
  report.message.id = "report202610";
  report.channel = "smtp";
  report.channels = {"smtp"};
  report.is_handed_on = true;
  story.queue.Add(report, At({}).steady);
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At({}));
  story.Try("smtp", Deferred(), At({}));
  const auto later = At(std::chrono::hours(25));
  story.queue.Review(story.config, story.channels, later);
  CHECK(story.Results() == Ids{"m expired: connection refused"});
  CHECK(story.Try("telegram", Accepted(), later) == Ids{"m"});
  CHECK(story.Try("smtp", Accepted(), later) == Ids{"report202610"});
}

TEST_CASE("time in which nobody ran brings no message nearer to its expiry", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  auto stored = story.queue.TakeChanged(At(minutes(23 * 60)).steady);
  Story later;
  later.queue.Restore(stored, At(minutes(90 * 24 * 60)).steady);
  later.Try("smtp", Deferred(), At(minutes(90 * 24 * 60)));
  CHECK(later.queue.size() == 1);
  later.Try("smtp", Deferred(), At(minutes(90 * 24 * 60 + 61)));
  CHECK(later.queue.size() == 0);
}

TEST_CASE("after five minutes without success a message goes to the fallback, too, once", "[retry_queue]") {
  Story story;
  story.config.fallback = {"slack"};
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  for (seconds t{0}; t < minutes(5); t += seconds(5)) story.Try("smtp", Deferred(), At(t));
  CHECK_FALSE(story.queue.NextFor("slack", At(minutes(5)).steady));
  story.Try("smtp", Deferred(), At(minutes(5)));
  const auto copy = story.queue.NextFor("slack", At(minutes(5)).steady);
  REQUIRE(copy);
  CHECK(copy->message.id == "m");
  CHECK(copy->message.text == "(smtp could not deliver this: connection refused)\n\ntext");
  story.queue.Settle("slack", "m", Accepted(), At(minutes(5)));
  for (minutes t{5}; t < minutes(60); t += minutes(1)) story.Try("smtp", Deferred(), At(t));
  CHECK(story.queue.size() == 1);
  CHECK(story.Try("smtp", Accepted(), At(minutes(120))) == Ids{"m"});
  CHECK(story.Results() == Ids{"m sent", "m sent"});
}

TEST_CASE("mail as the fallback goes to the recipients of the group, too", "[retry_queue]") {
  Story story;
  story.config.fallback = {"smtp"};
  story.config.smtp.to = {"noc@x"};
  QueuedMessage queued;
  queued.message.id = "m";
  queued.message.to = GENERATE(Ids{"customer@x"}, Ids{});
  queued.channel = "slack";
  queued.channels = {"slack"};
  story.queue.Add(queued, At(seconds(0)).steady);
  story.Try("slack", Refused(), At(seconds(0)));
  const auto copy = story.queue.NextFor("smtp", At(seconds(0)).steady);
  REQUIRE(copy);
  CHECK(copy->message.to == (queued.message.to.empty() ? Ids{"noc@x"} : queued.message.to));
}

TEST_CASE("a message that is held up behind others for five minutes goes to the fallback, too", "[retry_queue]") {
  Story story;
  story.config.fallback = {"slack"};
  story.Add("hangs", "smtp", {AlertOf(AlertKind::kDown, "a")}, At(seconds(0)));
  REQUIRE(story.queue.NextFor("smtp", At(seconds(0)).steady));
  story.Add("waits", "smtp", {AlertOf(AlertKind::kDown, "b")}, At(seconds(0)));
  CHECK(story.Try("slack", Accepted(), At(minutes(5) - seconds(1))).empty());
  story.queue.Review(story.config, story.channels, At(minutes(5)));
  CHECK(story.Try("slack", Accepted(), At(minutes(5))) == Ids{"waits"});
}

TEST_CASE("a message whose server takes its time goes to the fallback, too, a minute after that was due",
          "[retry_queue]") {
  Story story;
  story.config.fallback = {"slack"};
  story.Add("hangs", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  REQUIRE(story.queue.NextFor("smtp", At(seconds(0)).steady));
  story.queue.Review(story.config, story.channels, At(minutes(6) - seconds(1)));
  CHECK(story.Try("slack", Accepted(), At(minutes(6) - seconds(1))).empty());
  story.queue.Review(story.config, story.channels, At(minutes(6)));
  const auto copy = story.queue.NextFor("slack", At(minutes(6)).steady);
  REQUIRE(copy);
  CHECK(copy->message.text.starts_with("(smtp could not deliver this: its server has not answered yet)"));
  story.queue.Review(story.config, story.channels, At(minutes(7)));
  CHECK_FALSE(story.queue.NextFor("slack", At(minutes(7)).steady));
}

// Slack gets a down instead of smtp, which fails for five minutes.
void HandOn(Story& story) {
  story.config.fallback = {"slack"};
  story.Add("down", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.Try("smtp", Deferred(), At(seconds(0)));
  story.Try("smtp", Deferred(), At(minutes(5)));
  story.Try("slack", Accepted(), At(minutes(5)));
}

TEST_CASE("who heard of a down in a failing channel's stead is to hear of its end", "[retry_queue]") {
  Story story;
  HandOn(story);
  std::vector<Alert> recovery = {AlertOf(AlertKind::kRecovery)};
  CHECK(story.queue.Supersede("smtp", recovery).was_handed_on);
}

TEST_CASE("who got a down instead of a channel gets its end, too, though the channel has delivered the down since",
          "[retry_queue]") {
  Story story;
  HandOn(story);
  story.Try("smtp", GENERATE(Accepted(), Refused()), At(minutes(6)));
  REQUIRE(story.queue.size() == 0);
  std::vector<Alert> others = {AlertOf(AlertKind::kRecovery, "b"), AlertOf(AlertKind::kDegradedOver)};
  CHECK_FALSE(story.queue.Supersede("smtp", others).was_handed_on);
  std::vector<Alert> recovery = {AlertOf(AlertKind::kRecovery)};
  CHECK(story.queue.Supersede("smtp", recovery).was_handed_on);
  CHECK_FALSE(recovery[0].is_late);
  CHECK_FALSE(story.queue.Supersede("smtp", recovery).was_handed_on);
}

TEST_CASE("a message that is refused for good goes to the fallback at once", "[retry_queue]") {
  Story story;
  story.config.fallback = {"slack"};
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.Try("smtp", Refused(), At(seconds(0)));
  CHECK(story.Results() == Ids{"m given up: 550 no such user"});
  CHECK(story.Try("slack", Accepted(), At(seconds(0))) == Ids{"m"});
}

TEST_CASE("two channels that fail make one message for the fallback", "[retry_queue]") {
  Story story;
  story.config.fallback = {"slack"};
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.Add("m", "telegram", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.Try("smtp", Refused(), At(seconds(0)));
  story.Try("slack", Accepted(), At(seconds(0)));
  story.Try("telegram", Refused(), At(seconds(1)));
  CHECK(story.queue.size() == 0);
}

TEST_CASE("what waits for a channel that is set up no more is given up, and the fallback has it", "[retry_queue]") {
  Story story;
  story.config.fallback = {"slack"};
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.channels = {"slack"};
  story.Try("telegram", Accepted(), At(seconds(1)));
  CHECK(story.Results() == Ids{"m given up: smtp is not set up any more"});
  CHECK(story.Try("slack", Accepted(), At(seconds(1))) == Ids{"m"});
}

TEST_CASE("changed settings are tried at once", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  for (minutes t{0}; t < minutes(30); t += minutes(1)) story.Try("smtp", Deferred(), At(t));
  story.queue.TryAll(At(minutes(30)).steady);
  CHECK(story.Try("smtp", Accepted(), At(minutes(30))) == Ids{"m"});
}

TEST_CASE("only the recipients who have not got a message are tried again", "[retry_queue]") {
  Story story;
  QueuedMessage queued;
  queued.message.id = "m";
  queued.message.to = {"a@x", "b@x", "c@x"};
  queued.channel = "smtp";
  story.queue.Add(queued, At(seconds(0)).steady);
  Delivery partly = Accepted();
  partly.left = {"b@x"};
  CHECK(story.Try("smtp", partly, At(seconds(0))) == Ids{"m"});
  const auto again = story.queue.NextFor("smtp", At(seconds(5)).steady);
  REQUIRE(again);
  CHECK(again->message.to == Ids{"b@x"});
  CHECK(again->error == "250 queued; not yet to b@x");
  Delivery rest = Accepted();
  rest.refused = {"b@x: 550 no"};
  story.queue.Settle("smtp", "m", rest, At(seconds(5)));
  CHECK(story.Results() == Ids{"m sent, but not to b@x: 550 no"});
}

TEST_CASE("a down and its end that both waited are one late message", "[retry_queue]") {
  Story story;
  story.Add("down", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.Try("smtp", Deferred(), At(seconds(0)));
  std::vector<Alert> recovery = {AlertOf(AlertKind::kRecovery)};
  CHECK(story.queue.Supersede("smtp", recovery).left.empty());
  CHECK(recovery[0].is_late);
  CHECK(story.Results() == Ids{"down told with a later message"});
}

TEST_CASE("a recovery never arrives before the down that could not be delivered", "[retry_queue]") {
  Story story;
  const bool is_under_way = GENERATE(true, false);
  Delivery unsure = Deferred();
  unsure.may_have_arrived = true;
  story.Add("down", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  if (is_under_way) {
    REQUIRE(story.queue.NextFor("smtp", At(seconds(0)).steady));
  } else {
    story.Try("smtp", unsure, At(seconds(0)));
  }
  std::vector<Alert> recovery = {AlertOf(AlertKind::kRecovery)};
  story.queue.Supersede("smtp", recovery);
  story.Add("up", "smtp", recovery, At(seconds(1)));
  story.Add("other", "smtp", {AlertOf(AlertKind::kDown, "b")}, At(seconds(1)));
  if (is_under_way) {
    story.queue.Settle("smtp", "down", Deferred(), At(seconds(2)));
    CHECK(story.Try("smtp", Accepted(), At(seconds(2))) == Ids{"other"});
    CHECK(story.queue.wake_at() == At(seconds(7)).steady);
  }
  const auto tried = story.Try("smtp", Accepted(), At(seconds(7)));
  CHECK(std::find(tried.begin(), tried.end(), "down") < std::find(tried.begin(), tried.end(), "up"));
  CHECK(story.queue.size() == 0);
}

TEST_CASE("a message keeps what is not over, and needs a new text", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown, "a"), AlertOf(AlertKind::kDown, "b")}, At(seconds(0)));
  std::vector<Alert> recovery = {AlertOf(AlertKind::kRecovery, "a")};
  auto left = story.queue.Supersede("smtp", recovery).left;
  REQUIRE(left.size() == 1);
  REQUIRE(left[0].message.alerts.size() == 1);
  CHECK(left[0].message.alerts[0].host == "b");
  left[0].message.text = "b alone";
  story.queue.SetText(left[0]);
  CHECK(story.queue.NextFor("smtp", At(seconds(0)).steady)->message.text == "b alone");
}

TEST_CASE("a down that has been delivered, or may have been, is not late", "[retry_queue]") {
  Story story;
  Delivery unsure = Deferred();
  unsure.may_have_arrived = true;
  story.Add("maybe", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  story.Try("smtp", unsure, At(seconds(0)));
  story.Add("now", "telegram", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  REQUIRE(story.queue.NextFor("telegram", At(seconds(0)).steady));
  for (const char* channel : {"smtp", "telegram", "slack"}) {
    std::vector<Alert> recovery = {AlertOf(AlertKind::kRecovery)};
    CHECK(story.queue.Supersede(channel, recovery).left.empty());
    CHECK_FALSE(recovery[0].is_late);
  }
  CHECK(story.queue.size() == 2);
}

TEST_CASE("a dead channel does not pile up repeats", "[retry_queue]") {
  Story story;
  story.Add("first", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  std::vector<Alert> repeat = {AlertOf(AlertKind::kDown)};
  repeat[0].is_repeat = true;
  story.queue.Supersede("smtp", repeat);
  CHECK_FALSE(repeat[0].is_repeat);  // nobody has received the first
  CHECK(story.queue.size() == 0);
}

TEST_CASE("that a host is no longer slow does not take back that it is down", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown), AlertOf(AlertKind::kDegraded)}, At(seconds(0)));
  std::vector<Alert> over = {AlertOf(AlertKind::kDegradedOver)};
  const auto left = story.queue.Supersede("smtp", over).left;
  REQUIRE(left.size() == 1);
  CHECK(left[0].message.alerts[0].kind == AlertKind::kDown);
}

TEST_CASE("a channel holds a thousand messages, the youngest", "[retry_queue]") {
  Story story;
  for (size_t i = 0; i <= RetryQueue::kMost; ++i)
    story.Add("m" + std::to_string(i), "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  CHECK(story.queue.size() == RetryQueue::kMost);
  CHECK(story.Results() == Ids{"m0 given up: more than 1000 messages wait"});
}

TEST_CASE("a message whose file could not be written is written when it can be", "[retry_queue]") {
  Story story;
  story.Add("m", "smtp", {AlertOf(AlertKind::kDown)}, At(seconds(0)));
  const auto changed = story.queue.TakeChanged(At(seconds(0)).steady);
  REQUIRE(changed.size() == 1);
  CHECK(story.queue.TakeChanged(At(seconds(1)).steady).empty());
  story.queue.NotStored(changed[0]);
  CHECK(story.queue.TakeChanged(At(seconds(2)).steady).size() == 1);
}

}  // namespace
}  // namespace linewatch
