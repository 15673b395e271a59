#include "store/request_queue.h"

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

Request CheckOf(const std::string& host) { return {FromUnixSeconds(1763800000.5), Request::Kind::kCheck, host}; }

TEST_CASE("requests are drained once, in their order", "[request_queue]") {
  const TempDir folder;
  const RequestQueue queue(folder / "requests.jsonl");
  CHECK(queue.Drain().empty());
  REQUIRE(queue.Append(CheckOf("a")));
  REQUIRE(queue.Append(CheckOf("b")));
  CHECK(UnixSeconds(queue.Oldest()) == 1763800000.5);
  const auto requests = queue.Drain();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].host == "a");
  CHECK(requests[1].host == "b");
  CHECK(queue.Drain().empty());
  CHECK(queue.Oldest() == kNever);
}

TEST_CASE("a test message is asked for with its channel and the name of the answer", "[request_queue]") {
  const TempDir folder;
  const RequestQueue queue(folder / "requests.jsonl");
  REQUIRE(queue.Append({FromUnixSeconds(1763800000), Request::Kind::kTest, "", "smtp", "abc"}));
  const auto requests = queue.Drain();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].kind == Request::Kind::kTest);
  CHECK(requests[0].channel == "smtp");
  CHECK(requests[0].answer == "abc");
}

Request HeartbeatOf(const std::string& host, const std::string& msg = "", double later = 0) {
  Request request{FromUnixSeconds(1763800000.5 + later), Request::Kind::kHeartbeat, host};
  request.msg = msg;
  return request;
}

TEST_CASE("a heartbeat is handed on with what it says of itself", "[request_queue]") {
  const TempDir folder;
  const RequestQueue queue(folder / "requests.jsonl");
  Request sent = HeartbeatOf("a", "disk \"full\"");
  sent.is_down = true;
  sent.ms = 12.5F;
  REQUIRE(queue.AppendHeartbeat(sent) == RequestQueue::Taken::kYes);
  REQUIRE(queue.AppendHeartbeat(HeartbeatOf("b")) == RequestQueue::Taken::kYes);
  const auto requests = queue.Drain();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].kind == Request::Kind::kHeartbeat);
  CHECK(UnixSeconds(requests[0].t) == 1763800000.5);
  CHECK(requests[0].host == "a");
  CHECK(requests[0].is_down);
  CHECK(requests[0].msg == "disk \"full\"");
  CHECK(*requests[0].ms == 12.5F);
  CHECK_FALSE(requests[1].is_down);
  CHECK_FALSE(requests[1].ms.has_value());
}

TEST_CASE("whoever sends heartbeats in a flood takes no room from others", "[request_queue]") {
  const TempDir folder;
  const RequestQueue queue(folder / "requests.jsonl");
  for (int i = 0; i < 1000; ++i) REQUIRE(queue.AppendHeartbeat(HeartbeatOf("a")) == RequestQueue::Taken::kYes);
  CHECK(queue.Drain().size() == 1);

  for (size_t i = 0; i < RequestQueue::kMostHeartbeats; ++i)
    REQUIRE(queue.AppendHeartbeat(HeartbeatOf("a", std::to_string(i))) == RequestQueue::Taken::kYes);
  CHECK(queue.AppendHeartbeat(HeartbeatOf("a", "one more")) == RequestQueue::Taken::kTooMany);
  CHECK(queue.AppendHeartbeat(HeartbeatOf("b")) == RequestQueue::Taken::kYes);
}

TEST_CASE("heartbeats leave room for what people ask for", "[request_queue]") {
  const TempDir folder;
  WriteInPlace(folder / "requests.jsonl", std::string(RequestQueue::kMaxHeartbeatBytes, '\n'));
  const RequestQueue queue(folder / "requests.jsonl");
  CHECK(queue.AppendHeartbeat(HeartbeatOf("a")) == RequestQueue::Taken::kTooMany);
  CHECK(queue.Append(CheckOf("a")));
}

TEST_CASE("whoever sends a heartbeat hears when nobody takes it", "[request_queue]") {
  const TempDir folder;
  CHECK(RequestQueue(folder / "live" / "requests.jsonl").AppendHeartbeat(HeartbeatOf("a")) ==
        RequestQueue::Taken::kNobodyDrains);
  const RequestQueue queue(folder / "requests.jsonl");
  CHECK(queue.AppendHeartbeat(HeartbeatOf("a")) == RequestQueue::Taken::kYes);
  CHECK(queue.AppendHeartbeat(HeartbeatOf("a", "", 9)) == RequestQueue::Taken::kYes);
  CHECK(queue.AppendHeartbeat(HeartbeatOf("a", "", 11)) == RequestQueue::Taken::kNobodyDrains);
}

TEST_CASE("a line of garbage costs only itself", "[request_queue]") {
  const TempDir folder;
  WriteInPlace(folder / "requests.jsonl", "{\"type\":\"check\",\"ho\n[]\n{\"type\":\"check\",\"host\":\"b\"}\n");
  const RequestQueue queue(folder / "requests.jsonl");
  const auto requests = queue.Drain();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].host == "b");
}

TEST_CASE("without a live folder there is nobody to ask", "[request_queue]") {
  const TempDir folder;
  CHECK_FALSE(RequestQueue(folder / "live" / "requests.jsonl").Append(CheckOf("a")));
}

TEST_CASE("nothing more is taken while nobody drains", "[request_queue]") {
  const TempDir folder;
  WriteInPlace(folder / "requests.jsonl", std::string(RequestQueue::kMaxBytes, '\n'));
  const RequestQueue queue(folder / "requests.jsonl");
  CHECK_FALSE(queue.Append(CheckOf("a")));
  queue.Drain();
  CHECK(queue.Append(CheckOf("a")));
}

}  // namespace
}  // namespace linewatch
