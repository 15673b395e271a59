// Any program that takes JSON by HTTP.
#include "store/channel.h"
#include "store/json/field_error.h"
#include "store/json/json.h"
#include "store/text/ascii.h"
#include "store/text/header_name.h"
#include "store/webhook_template.h"

namespace linewatch {
namespace {

constexpr ChannelSetting kSettings[] = {
    {.name = "url",
     .is_needed = true,
     .schema =
         R"({"type": "string", "maxLength": 2000, "pattern": "^(https?://.+)?$", "description": "an http or https URL"})"},
    {.name = "secret",
     .is_secret = true,
     .schema = R"({"type": "string", "maxLength": 1000, "description": "at most 1000 characters"})"},
    {.name = "headers",
     .is_headers = true,
     .schema =
         R"({"type": "object", "maxProperties": 20,
             "description": "an object of at most 20 headers, each with a value of at most 4000 characters",
             "additionalProperties": {"type": "string", "maxLength": 4000, "writeOnly": true,
                                      "description": "at most 4000 characters"}})"},
    {.name = "template",
     .has_lines = true,
     .schema =
         R"({"type": "string", "maxLength": 10000, "description": "JSON of at most 10000 characters, with names such as {subject} in it"})"},
    {.name = "ca_file",
     .schema =
         R"({"type": "string", "maxLength": 1000, "description": "the path of a file of certificates in PEM form"})"},
};

void Check(const rapidjson::Value& settings, std::vector<FieldError>& errors) {
  if (const auto* headers = FindMember(settings, "headers"); headers != nullptr && headers->IsObject())
    for (const auto& header : headers->GetObject())
      if (!is_header_name(StringOf(header.name)) || is_framing_header(StringOf(header.name)))
        errors.push_back({"webhook.headers", "expected names of HTTP headers, and none that frames the request", ""});
  if (const auto* text = FindMember(settings, "template"); text != nullptr && text->IsString())
    if (const auto fault = FaultInTemplate(StringOf(*text))) errors.push_back({"webhook.template", *fault, ""});
}

}  // namespace

constinit const ChannelTraits kWebhookChannel = {.settings = kSettings, .check = Check};

}  // namespace linewatch
