#include "monitord/probe/service/http_body.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

// What is said of a body that comes in these pieces.
std::string FaultOf(const CheckSettings& settings, std::initializer_list<std::string> pieces) {
  HttpBody body(settings);
  for (const auto& piece : pieces)
    if (const auto fault = body.Take(piece)) return *fault;
  return body.End();
}

CheckSettings Wanting(const char* field, const char* expect = nullptr) {
  CheckSettings settings;
  settings.field = field;
  if (expect != nullptr) settings.expect = expect;
  return settings;
}

TEST_CASE("a field of the JSON that is answered is what is expected", "[http_body]") {
  CHECK(FaultOf(Wanting("status", "ok"), {"{\"sta", "tus\": \"o", "k\"}"}).empty());
  CHECK(FaultOf(Wanting("status"), {"{\"status\": null}"}).empty());
  CHECK(FaultOf(Wanting("a.b[0].c", "21.5"), {R"({"a": {"b": [{"c": 21.50}]}})"}).empty());
  CHECK(FaultOf(Wanting("/a/b/0/c", "x"), {R"({"a": {"b": [{"c": 21.50}]}})"}) ==
        "/a/b/0/c is \"21.50\" instead of \"x\"");
  CheckSettings settings = Wanting("queue");
  settings.max = 100;
  CHECK(FaultOf(settings, {R"({"queue": 101})"}) == "queue is 101, more than 100");
}

TEST_CASE("an answer without the field says so", "[http_body]") {
  CHECK(FaultOf(Wanting("status"), {"{}"}) == "the answer has no field status");
  CHECK(FaultOf(Wanting("status"), {"<html>busy</html>"}) == "the answer is no JSON");
  CHECK(FaultOf(Wanting("status"), {""}) == "the answer is no JSON");
  CHECK(FaultOf(Wanting("status"), {"{\"status\": 1, \"x\": \"", std::string(CheckSettings::kMaxBody, 'x'), "\"}"}) ==
        "the answer is longer than 1 MiB, too long to look for a field in it");
}

TEST_CASE("a keyword and a field are both wanted", "[http_body]") {
  CheckSettings settings = Wanting("status", "ok");
  settings.keyword = "ready";
  CHECK(FaultOf(settings, {R"({"ready": true, )", R"("status": "ok"})"}).empty());
  CHECK(FaultOf(settings, {R"({"ready": true, "status": "late"})"}) == "status is \"late\" instead of \"ok\"");
  CHECK(FaultOf(settings, {R"({"status": "ok"})"}) == "keyword \"ready\" not found");
  settings.keyword_absent = true;
  CHECK(FaultOf(settings, {R"({"ready": true, "status": "ok"})"}) == "keyword \"ready\" found");
}

}  // namespace
}  // namespace linewatch
