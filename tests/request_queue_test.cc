#include "store/request_queue.h"

#include "tests/catch.h"
#include "tests/temp_dir.h"

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
