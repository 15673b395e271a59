#include "store/outbox.h"

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

QueuedMessage MessageTo(const std::string& channel, const std::string& id, double queued = 1763800000.5) {
  QueuedMessage message;
  message.message = {id,          FromUnixSeconds(queued), {}, "DOWN Zürich (192.168.0.1)", "text\nof it",
                     "<p>it</p>", {"a@example.net"},       {}};
  Alert alert;
  alert.kind = AlertKind::kFlapping;
  alert.t = FromUnixSeconds(1763799999);
  alert.since = FromUnixSeconds(1763799900.25);
  alert.host = "k3f9w2x1ab";
  alert.name = "Zürich";
  alert.status = Status::kUnreachable;
  alert.reason = "no answer within 1 s";
  alert.is_late = true;
  alert.below = "router";
  alert.dependents = {"B", "C"};
  alert.dependents_count = 250;
  message.message.alerts = {alert};
  message.channel = channel;
  message.channels = {"smtp", "slack"};
  message.number = 7;
  message.attempts = 3;
  message.next = FromUnixSeconds(1763800060);
  message.error = "connection refused";
  message.waited = std::chrono::milliseconds(61500);
  message.may_have_arrived = true;
  message.is_handed_on = true;
  message.instead_of = "telegram";
  return message;
}

TEST_CASE("a message that was put into the outbox is found there as it was", "[outbox]") {
  const TempDir folder;
  const Outbox outbox(folder / "outbox");
  outbox.Put(MessageTo("smtp", "abc"));
  const auto found = outbox.Read();
  REQUIRE(found.size() == 1);
  const auto& [message, channel, channels, instead_of, number, attempts, next, error, waited, may_have_arrived,
               is_handed_on] = found[0];
  CHECK(message.id == "abc");
  CHECK(message.queued == FromUnixSeconds(1763800000.5));
  CHECK(message.subject == "DOWN Zürich (192.168.0.1)");
  CHECK(message.text == "text\nof it");
  CHECK(message.html == "<p>it</p>");
  CHECK(message.to == std::vector<std::string>{"a@example.net"});
  CHECK(channel == "smtp");
  CHECK(channels == std::vector<std::string>{"smtp", "slack"});
  CHECK(instead_of == "telegram");
  CHECK(number == 7);
  CHECK(attempts == 3);
  CHECK(next == FromUnixSeconds(1763800060));
  CHECK(error == "connection refused");
  CHECK(waited == std::chrono::milliseconds(61500));
  CHECK(may_have_arrived);
  CHECK(is_handed_on);
  REQUIRE(message.alerts.size() == 1);
  const Alert& alert = message.alerts[0];
  CHECK(alert.kind == AlertKind::kFlapping);
  CHECK(alert.since == FromUnixSeconds(1763799900.25));
  CHECK(alert.host == "k3f9w2x1ab");
  CHECK(alert.status == Status::kUnreachable);
  CHECK(alert.is_late);
  CHECK_FALSE(alert.is_repeat);
  CHECK(alert.below == "router");
  CHECK(alert.dependents == std::vector<std::string>{"B", "C"});
  CHECK(alert.dependents_count == 250);
}

TEST_CASE("the outbox is read oldest first, and what is removed is gone", "[outbox]") {
  const TempDir folder;
  const Outbox outbox(folder / "outbox");
  CHECK(outbox.Read().empty());
  outbox.Put(MessageTo("smtp", "young", 1763800002));
  outbox.Put(MessageTo("smtp", "old", 1763800001));
  outbox.Put(MessageTo("slack", "old", 1763800001));
  auto found = outbox.Read();
  REQUIRE(found.size() == 3);
  CHECK(found[0].channel == "slack");
  CHECK(found[2].message.id == "young");
  outbox.Remove(found[0]);
  outbox.Remove(found[0]);
  found = outbox.Read();
  REQUIRE(found.size() == 2);
  CHECK(found[0].channel == "smtp");
}

TEST_CASE("a damaged file in the outbox costs only itself, and is named", "[outbox]") {
  const TempDir folder;
  const Outbox outbox(folder / "outbox");
  outbox.Put(MessageTo("smtp", "good"));
  const auto damage =
      GENERATE(as<std::string>{}, "", "{\"id\":\"abc\",\"chan", "[]", "{\"id\":\"../x\",\"channel\":\"smtp\"}",
               "{\"id\":\"other\",\"channel\":\"smtp\"}", std::string(100, '\0'));
  WriteInPlace(folder / "outbox" / "abc.smtp.json", damage);
  std::vector<std::string> damaged;
  CHECK(outbox.Read(&damaged).size() == 1);
  CHECK(damaged == std::vector<std::string>{"abc.smtp.json"});
}

TEST_CASE("a file in the outbox that may not be read costs only itself, and is named", "[outbox]") {
  const TempDir folder;
  const Outbox outbox(folder / "outbox");
  outbox.Put(MessageTo("smtp", "good"));
  std::filesystem::create_symlink("abc.smtp.json", folder / "outbox" / "abc.smtp.json");
  std::vector<std::string> damaged;
  CHECK(outbox.Read(&damaged).size() == 1);
  CHECK(damaged == std::vector<std::string>{"abc.smtp.json"});
}

TEST_CASE("what a crash left half written in the outbox is swept away", "[outbox]") {
  const TempDir folder;
  const Outbox outbox(folder / "outbox");
  outbox.Sweep();
  outbox.Put(MessageTo("smtp", "good"));
  WriteInPlace(folder / "outbox" / "abc.smtp.json.tmp", "{");
  outbox.Sweep();
  CHECK_FALSE(std::filesystem::exists(folder / "outbox" / "abc.smtp.json.tmp"));
  CHECK(outbox.Read().size() == 1);
}

}  // namespace
}  // namespace linewatch
