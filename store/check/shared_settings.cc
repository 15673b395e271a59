#include "store/check/shared_settings.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "store/json/json_field.h"

namespace linewatch {
namespace {

// Leads to no other folder, and to no hidden file.
bool is_key_file(std::string_view name) {
  return !name.starts_with('.') && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace

void CheckField(const CheckSettings& settings, const TellWrong& wrong) {
  if (!settings.field.empty() && !is_json_field(settings.field.str()))
    wrong("field", "expected a field of JSON, such as a.b[0].c or /a/b/0/c");
  if (settings.min && settings.max && *settings.min > *settings.max) wrong("max", "expected at least min");
}

void CheckKeyFiles(const CheckSettings& settings, const TellWrong& wrong) {
  constexpr const char* kExpected = "expected the name of a file in the folder keys, of letters, digits, dots, - and _";
  if (!is_key_file(settings.client_cert.str())) wrong("client_cert", kExpected);
  if (!is_key_file(settings.client_key.str())) wrong("client_key", kExpected);
  if (settings.client_cert.empty() && !settings.client_key.empty())
    wrong("client_cert", "expected the certificate that client_key belongs to");
}

}  // namespace linewatch
