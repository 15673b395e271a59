#include "store/check/shared_settings.h"

#include "store/json/json_field.h"

namespace linewatch {
void CheckField(const CheckSettings& settings, const TellWrong& wrong) {
  if (!settings.field.empty() && !is_json_field(settings.field.str()))
    wrong("field", "expected a field of JSON, such as a.b[0].c or /a/b/0/c");
  if (settings.min && settings.max && *settings.min > *settings.max) wrong("max", "expected at least min");
}

void CheckClientKey(const CheckSettings& settings, const TellWrong& wrong) {
  if (settings.client_cert.empty() && !settings.client_key.empty())
    wrong("client_cert", "expected the file of the certificate that client_key belongs to");
}

}  // namespace linewatch
