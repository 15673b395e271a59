// Hosts as JSON: the format of hosts.json and of the API, described in host_json.cc.
#ifndef LINEWATCH_STORE_HOST_JSON_H_
#define LINEWATCH_STORE_HOST_JSON_H_

#include <functional>
#include <optional>
#include <string_view>

#include "store/host_list.h"
#include "store/json/json.h"

namespace linewatch {

// Never fails: a member that is missing or of a wrong type leaves the default in place, unknown ones go into
// unknown_members. What came from outside is checked first, by host_check.h.
Host ReadHost(const rapidjson::Value& object);
// `write_more` writes members of its own.
void WriteHost(JsonWriter& out, const Host& host, const std::function<void()>& write_more = nullptr);

// The settings alone, without id and revision: what a merge patch is applied to.
void WriteSettings(JsonWriter& out, const Host& host);

// A member that monitord or the store writes: `id`, `revision` and everything observed.
bool is_observed_member(std::string_view name);
bool is_setting_member(std::string_view name);
// A setting of some kinds of check alone, and whether `check` is one of them.
bool is_service_member(std::string_view name);
bool has_service_member(CheckKind check, std::string_view name);

// Reads hosts one at a time, so that ten thousand cost no more than the list itself. `accept` sees each entry as it
// stands there, with its place counted from 1, and may refuse it. A bare array, the file of the system that came before
// this one, is read as well; `was_array` says so.
using AcceptHost = std::function<bool(const rapidjson::Value& entry, size_t place)>;
std::optional<JsonFault> ReadHostList(std::string_view text, const AcceptHost& accept, HostList& list, bool& was_array);

// What a program's own file needs: an object with a name and, where its check needs one, an address.
bool is_host_entry(const rapidjson::Value& entry);

// Only what stands before the hosts: revision, updated, interval and monitor.
std::optional<JsonFault> ReadHostListHeader(std::string_view text, HostList& header);

// Whether members are written whose value is the default that ReadHost gives a missing one.
enum class Defaults : uint8_t { kWritten, kLeftOut };
void WriteHostList(JsonWriter& out, const HostList& list, Defaults defaults = Defaults::kWritten);

// For other files and answers that carry them.
void WriteJson(JsonWriter& out, Status status);
bool ReadJson(const rapidjson::Value& json, Status& status);
void WriteMembers(JsonWriter& out, const MaintenanceWindow& window);  // of an object that has others, too
bool ReadJson(const rapidjson::Value& json, MaintenanceWindow& window);
void WriteJson(JsonWriter& out, const VoidedChecks& voided);
void WriteJson(JsonWriter& out, const SecretMark& mark);
void WriteJson(JsonWriter& out, const Notice& notice);
void WriteSummary(JsonWriter& out, const Summary& summary);

}  // namespace linewatch

#endif
