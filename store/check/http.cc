// Websites: a request, and what its answer must be.
#include <algorithm>
#include <cctype>
#include <iterator>

#include "store/check/shared_settings.h"
#include "store/json/json.h"
#include "store/text/ascii.h"
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
    {"follow_redirects", &CheckSettings::follow_redirects, R"({"type": "boolean", "description": "true or false"})"},
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
    kVerifyTls,
    kWarnDays,
};

// RFC 9110 section 5.6.2.
bool is_header_name(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || kPunctuation.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// What a request is framed by is not for people to say: a server could be made to see two where there is one.
bool is_framing_header(std::string_view name) {
  constexpr std::string_view kFraming[] = {"Connection", "Content-Length",    "Expect",
                                           "TE",         "Transfer-Encoding", "Upgrade"};
  return std::any_of(std::begin(kFraming), std::end(kFraming),
                     [&](std::string_view framing) { return same_but_for_case(name, framing); });
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
  CheckSecrets(settings, wrong);
}

std::string Question(const Host& host) {
  const CheckSettings& service = *host.check_settings;
  std::string question = service.url + ' ' + service.method;
  if (service.ip_version) question += " IPv" + std::to_string(*service.ip_version);
  if (service.keyword) question += " \"" + *service.keyword;
  return question;
}

}  // namespace

constinit const CheckTraits kHttpCheck = {
    .needs_address = false, .target = &kUrl, .settings = kSettings, .check = CheckHttp, .question = Question};

}  // namespace linewatch
