// What a host's settings must be: the one place where input about hosts is checked, for both programs.
#ifndef LINEWATCH_STORE_HOST_CHECK_H_
#define LINEWATCH_STORE_HOST_CHECK_H_

#include <rapidjson/fwd.h>

#include <string_view>
#include <vector>

#include "store/config.h"
#include "store/host_list.h"
#include "store/json/field_error.h"

namespace linewatch {

// The JSON Schema of a host's settings, as openapi.json shows it.
std::string_view HostSchemaText();

// Removes what input may carry without meaning anything: observed members, id and revision are ignored, and null means
// "the default", so those members go.
void DropIgnoredMembers(rapidjson::Value& settings);

// Each field by itself, and against config.json. `settings` is complete: what it omits is the default.
std::vector<FieldError> ValidateSettings(const rapidjson::Value& settings, const Config& config);

// What `host` sets for itself must fit the cycle of config.json: its interval a whole multiple; and its timeout must be
// shorter than the interval in force for it, so that no two checks of a host overlap.
std::vector<FieldError> CheckPace(const Host& host, const Config& config);

// An entry of a hosts.json that somebody may have edited by hand: each field by itself. Fields that this version does
// not know are no errors, because the store keeps them; nor is what only a later change of config.json made wrong.
std::vector<FieldError> CheckEntry(const rapidjson::Value& entry);

// `host` among the others of `list` (itself, found by id, left out): its parents exist and do not lead back to it.
std::vector<FieldError> CheckParents(const HostList& list, const Host& host);

// The other host that the same check watches at the same target, or null.
const Host* FindSameTarget(const HostList& list, const Host& host);

}  // namespace linewatch

#endif
