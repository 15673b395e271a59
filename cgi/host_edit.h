// What an edit makes of a host's settings, whether it comes alone or as one of ten thousand.
#ifndef LINEWATCH_CGI_HOST_EDIT_H_
#define LINEWATCH_CGI_HOST_EDIT_H_

#include <rapidjson/document.h>

#include <string>
#include <vector>

#include "store/config.h"
#include "store/host.h"
#include "store/json/schema.h"

namespace linewatch::cgi {

// As the API shows them, without id and revision.
rapidjson::Document SettingsOf(const Host& host);

// Those of `host` with `patch` merged into them (RFC 7396). What another kind of check has no use for goes.
rapidjson::Document PatchedSettings(const Host& host, const rapidjson::Value& patch);

// What is wrong with them, as far as the patch has to answer for it: what a later change of config.json has made wrong
// is no reason to refuse a new name.
std::vector<FieldError> CheckPatched(const rapidjson::Value& patched, const rapidjson::Value& patch,
                                     const Config& config);

// A host with the id, the revision and the unknown members of `host`, and with `settings`. Nothing is observed of it;
// an acknowledgement stays as long as the target does.
Host WithSettings(const Host& host, const rapidjson::Value& settings);

// The names of the settings that differ.
std::vector<std::string> ChangedSettings(const Host& before, const Host& after);

// An error for each secret that `after` keeps although its URL, or the address that is asked in place of the URL's,
// leads to another server than before: whoever may write these could have the secrets sent there.
std::vector<FieldError> FindMisledSecrets(const rapidjson::Value& settings, const Host& before, const Host& after);

// Makes `host` what WithSettings has answered, one revision on. What was observed of it stays as long as the target.
void ReplaceSettings(Host& host, Host&& changed);

}  // namespace linewatch::cgi

#endif
