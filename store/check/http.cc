// Websites: a request, and what its answer must be.
#include "store/check/shared_settings.h"
#include "store/json/json.h"
#include "store/text/ascii.h"
#include "store/text/header_name.h"
#include "store/text/status_ranges.h"
#include "store/text/url.h"

namespace linewatch {
namespace {

constexpr CheckSetting kUrl{
    "url", &CheckSettings::url,
    R"({"type": "string", "maxLength": 2000, "description": "an http:// or https:// URL of at most 2000 characters"})"};

constexpr CheckSetting kSettings[] = {
    kUrl,
    {"method", &CheckSettings::method, R"({"enum": ["GET", "HEAD", "POST"], "description": "GET, HEAD or POST"})"},
    {"expect_status", &CheckSettings::expect_status,
     R"({"type": "string", "maxLength": 200,
         "description": "status codes and ranges of them, such as \"200-399\" or \"200,204\""})"},
    {"keyword", &CheckSettings::keyword,
     R"({"type": "string", "minLength": 1, "maxLength": 1000, "description": "1 to 1000 characters"})"},
    {"keyword_absent", &CheckSettings::keyword_absent, R"({"type": "boolean", "description": "true or false"})"},
    {"follow_redirects", &CheckSettings::follow_redirects,
     R"({"enum": [true, false, "anywhere"], "description": "true, false or \"anywhere\""})"},
    {"max_redirects", &CheckSettings::max_redirects,
     R"({"type": "integer", "minimum": 1, "maximum": 20, "description": "a whole number from 1 to 20"})"},
    kIpVersion,
    {"username", &CheckSettings::username,
     R"({"type": "string", "maxLength": 320,
         "description": "at most 320 characters, no control characters and no colon"})"},
    {"password", &CheckSettings::password,
     R"({"writeOnly": true,
         "description": "at most 1000 characters without control characters, or {\"set\": true} for the one that is there",
         "oneOf": [{"type": "string", "maxLength": 1000},
                   {"type": "object", "required": ["set"], "additionalProperties": false,
                    "properties": {"set": {"enum": [true]}}}]})"},
    {"headers", &CheckSettings::headers,
     R"({"type": "object", "maxProperties": 20, "writeOnly": true,
         "description": "an object of at most 20 headers, each with a value of at most 4000 characters or {\"set\": true} for the one that is there",
         "additionalProperties": {"oneOf": [{"type": "string", "maxLength": 4000},
                                            {"type": "object", "required": ["set"], "additionalProperties": false,
                                             "properties": {"set": {"enum": [true]}}}]}})"},
    {"auth", &CheckSettings::auth, R"({"enum": ["basic", "digest"], "description": "basic or digest"})"},
    {"body", &CheckSettings::body,
     R"({"type": "string", "maxLength": 10000, "description": "at most 10000 characters"})"},
    {"content_type", &CheckSettings::content_type,
     R"({"type": "string", "maxLength": 200,
         "description": "the type of the body, such as application/json, of at most 200 characters"})"},
    kField,
    kExpect,
    kMin,
    kMax,
    kClientCert,
    kClientKey,
    kVerifyTls,
    kWarnDays,
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

void CheckSecrets(const rapidjson::Value& settings, const TellWrong& wrong) {
  const auto is_plain = [](const rapidjson::Value& value) {
    return !value.IsString() || !has_control_characters(StringOf(value), false);
  };
  if (const auto* password = FindMember(settings, "password"); password != nullptr && !is_plain(*password))
    wrong("password", "expected no control characters");
  const auto* headers = FindMember(settings, "headers");
  if (headers == nullptr || !headers->IsObject()) return;
  for (const auto& header : headers->GetObject()) {
    const auto name = StringOf(header.name);
    if (!is_header_name(name) || is_framing_header(name))
      wrong("headers", "expected names of HTTP headers, and none that frames the request");
    if (!is_plain(header.value)) wrong("headers", "expected values without control characters");
  }
}

void CheckHttp(const rapidjson::Value& settings, const CheckSettings& service, const TellWrong& wrong) {
  const auto url = ParseUrl(service.url);
  if (const auto* fault = std::get_if<std::string>(&url)) wrong("url", *fault);
  if (!StatusRanges::Parse(service.expect_status))
    wrong("expect_status", "expected status codes and ranges of them, such as \"200-399\" or \"200,204\"");
  if (service.username.find(':') != std::string::npos) wrong("username", "expected no colon (RFC 7617)");
  if (service.method == "HEAD" && service.keyword)
    wrong("keyword", "expected null, for an answer to HEAD has no body to look into");
  if (service.method == "HEAD" && !service.field.empty())
    wrong("field", "expected null, for an answer to HEAD has no body to look into");
  if (service.method != "POST" && !service.body.empty()) wrong("body", "expected null, for only a POST sends a body");
  if (service.body.empty() && !service.content_type.empty())
    wrong("content_type", "expected null, for there is no body that it would be the type of");
  if (!is_ascii(service.content_type.str()))
    wrong("content_type", "expected the type of the body, such as application/json");
  const std::string_view without_field = "expected null, for there is no field whose value it could be about";
  if (service.field.empty() && service.expect) wrong("expect", std::string(without_field));
  if (service.field.empty() && service.min) wrong("min", std::string(without_field));
  if (service.field.empty() && service.max) wrong("max", std::string(without_field));
  CheckField(service, wrong);
  CheckClientKey(service, wrong);
  CheckSecrets(settings, wrong);
}

std::string Question(const Host& host) {
  const CheckSettings& service = *host.check_settings;
  std::string question = service.url + ' ' + service.method;
  question += VersionText(service);
  if (service.keyword) question += " \"" + *service.keyword;
  if (!service.field.empty()) question += " " + service.field.str() + '=' + service.expect.value_or("");
  if (!service.body.empty()) question += " " + service.body.str();
  return question;
}

}  // namespace

constinit const CheckTraits kHttpCheck = {
    .needs_address = false, .target = &kUrl, .settings = kSettings, .check = CheckHttp, .question = Question};

}  // namespace linewatch
