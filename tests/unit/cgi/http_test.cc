#include "cgi/http.h"

#include <zlib.h>

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

std::string Gunzipped(std::string_view compressed, size_t size) {
  std::string text(size, ' ');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  CHECK(result == Z_STREAM_END);
  return text;
}

TEST_CASE("a variable is found by its whole name and may hold equal signs", "[http]") {
  const Variables variables = {"HTTP_HOST=a", "HTTP_HOST_X=b", "QUERY_STRING=q=1=2", "EMPTY="};
  const Request request = RequestWith(variables);
  CHECK(request.Variable("HTTP_HOST") == "a");
  CHECK(request.Variable("QUERY_STRING") == "q=1=2");
  CHECK(request.Variable("EMPTY").empty());
  CHECK(request.Variable("HTTP").empty());
}

TEST_CASE("a variable that stands there twice is noticed, also with equal values", "[http]") {
  const Variables once = {"HTTP_ORIGIN=a", "HTTP_ORIGINS=a"}, twice = {"HTTP_ORIGIN=a", "X=1", "HTTP_ORIGIN=a"};
  CHECK_FALSE(RequestWith(once).has_doubled_variable());
  CHECK(RequestWith(twice).has_doubled_variable());
}

TEST_CASE("the path is SCRIPT_NAME and PATH_INFO, however the web server cuts it", "[http]") {
  const Variables whole = {"SCRIPT_NAME=/api/hosts/7"}, cut = {"SCRIPT_NAME=/api", "PATH_INFO=/hosts/7"},
                  raw = {"REQUEST_URI=/api/hosts/7", "SCRIPT_NAME=/api"};
  CHECK(RequestWith(whole).path() == "/api/hosts/7");
  CHECK(RequestWith(cut).path() == "/api/hosts/7");
  CHECK(RequestWith(raw).path() == "/api");
}

TEST_CASE("a value of the query is decoded", "[http]") {
  const Variables variables = {"QUERY_STRING=q=a%20b+c%C3%A4&tag=&status=up&%71=no&bad=%4&worse=%zz%"};
  const Request request = RequestWith(variables);
  CHECK(request.Query("q") == "a b c\xC3\xA4");
  CHECK(request.Query("tag").empty());
  CHECK(request.Query("status") == "up");
  CHECK(request.Query("bad") == "%4");
  CHECK(request.Query("worse") == "%zz%");
  CHECK(request.Query("group").empty());
}

TEST_CASE("the head of a response names its status, headers, type and length", "[http]") {
  Response response = JsonResponse(201, [](JsonWriter& out) { out.Bool(true); });
  response.SetHeader("ETag", "\"1\"");
  response.SetHeader("ETag", "\"2\"");
  CHECK(HeaderText(response) ==
        "Status: 201 Created\r\nETag: \"2\"\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n");
  Response empty;
  empty.status = 204;
  CHECK(HeaderText(empty) == "Status: 204 No Content\r\n\r\n");
}

TEST_CASE("a problem carries status, title, detail and the fields that are wrong", "[http]") {
  const Response response = FieldProblem({{"ip", "expected an address", "\"secret\""}, {"", "expected an object", ""}});
  CHECK(response.status == 422);
  CHECK(response.type == "application/problem+json");
  CHECK(response.body_text() ==
        R"({"status":422,"title":"Unprocessable Content","detail":"ip: expected an address; expected an object",)"
        R"("errors":[{"field":"ip","message":"expected an address"},{"field":"","message":"expected an object"}]})");
}

TEST_CASE("a body that is no JSON is refused with its line", "[http]") {
  Request request = RequestWith({});
  rapidjson::Document document;
  CHECK(ParseBody(request, document)->status == 400);
  request.body = "{\"a\": 1,\n oops}";
  const auto problem = ParseBody(request, document);
  REQUIRE(problem);
  CHECK(problem->status == 400);
  CHECK_THAT(std::string(problem->body_text()), Catch::Matchers::ContainsSubstring("line 2"));
  request.body = "{\"name\": \"\xff\"}";
  CHECK(ParseBody(request, document)->status == 400);
  request.body = std::string(200'000, '[');
  CHECK(ParseBody(request, document)->status == 400);
  request.body = "{\"a\": 1}";
  CHECK_FALSE(ParseBody(request, document));
  CHECK(document["a"].GetInt() == 1);
}

TEST_CASE("a body with more members or entries than anything has is refused, wherever they are", "[http]") {
  const auto with = [](size_t members) {
    std::string text = "{";
    for (size_t i = 0; i < members; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":0";
    return text + "}";
  };
  const auto parsed = [](const std::string& body) {
    Request request = RequestWith({});
    request.body = body;
    rapidjson::Document document;
    const auto problem = ParseBody(request, document);
    return problem ? problem->status : 0;
  };
  const auto list = [](size_t entries) {
    std::string text = "[0";
    for (size_t i = 1; i < entries; ++i) text += ",0";
    return text + "]";
  };
  CHECK(parsed(with(kMostMembers)) == 0);
  CHECK(parsed(with(kMostMembers + 1)) == 400);
  CHECK(parsed("[{\"a\": [" + with(kMostMembers + 1) + "]}]") == 400);
  CHECK(parsed("{\"a\": " + list(kMostEntries) + "}") == 0);
  CHECK(parsed("{\"a\": " + list(kMostEntries + 1) + "}") == 400);
}

TEST_CASE("no cache keeps an error", "[http]") {
  CHECK(Problem(404, "There is nothing at this path.").Header("Cache-Control") == "no-store");
  CHECK(PassingProblem(503, "Too many answers are being made.").Header("Cache-Control") == "no-store");
  CHECK(FieldProblem({{"name", "expected a text", ""}}).Header("Cache-Control") == "no-store");
}

TEST_CASE("a tag is found in a list, weak or compressed by the web server", "[http]") {
  const auto weak = TagComparison::kWeak;
  for (const char* list :
       {"\"3\"", "*", "W/\"3\"", "\"2\", \"3\"", "\"2\" ,W/\"3\"", "\"3-gzip\"", "W/\"3-gzip\"", " \"3\" "})
    CHECK(has_tag(list, "\"3\"", weak));
  for (const char* list : {"", "3", "\"33\"", "\"\"", "\"3", "\"3-br\"", "w/\"3\"", "\"gzip\"", ",,"})
    CHECK_FALSE(has_tag(list, "\"3\"", weak));
}

TEST_CASE("a weak tag is not strong enough to change something by", "[http]") {
  CHECK_FALSE(has_tag("W/\"3\"", "\"3\"", TagComparison::kStrong));
  CHECK(has_tag("W/\"3\", \"3-gzip\"", "\"3\"", TagComparison::kStrong));
}

TEST_CASE("gzip is accepted when it is named and not refused", "[http]") {
  const auto accepts = [](const std::string& header) {
    const Variables variables = {"HTTP_ACCEPT_ENCODING=" + header};
    return accepts_gzip(RequestWith(variables));
  };
  for (const char* header : {"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "GZIP", "deflate,gzip ;q=0.001"})
    CHECK(accepts(header));
  for (const char* header : {"", "identity", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "gzipped"})
    CHECK_FALSE(accepts(header));
}

TEST_CASE("what is compressed is the same afterwards", "[http]") {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 1000) + ',';
  std::string compressed;
  Gzip(text, [&](std::string_view piece) { compressed += piece; });
  CHECK(compressed.size() < text.size() / 2);
  CHECK(Gunzipped(compressed, text.size()) == text);
}

}  // namespace
}  // namespace linewatch::cgi
