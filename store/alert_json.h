// How files name the kinds of alerts.
#ifndef LINEWATCH_STORE_ALERT_JSON_H_
#define LINEWATCH_STORE_ALERT_JSON_H_

#include "store/alert.h"
#include "store/json/json_members.h"

namespace linewatch {

inline void WriteJson(JsonWriter& out, AlertKind kind) { out.String(NameOf(kind)); }
inline bool ReadJson(const rapidjson::Value& json, AlertKind& kind) { return ReadName(json, kAlertKindNames, kind); }

}  // namespace linewatch

#endif
