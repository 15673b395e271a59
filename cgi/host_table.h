// Hosts as text that people and spreadsheets write: the settings of many, read without judging them, and written so
// that they can be read again. A column is a setting by its name; what is secret or observed has none.
#ifndef LINEWATCH_CGI_HOST_TABLE_H_
#define LINEWATCH_CGI_HOST_TABLE_H_

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/host_list.h"
#include "store/json/json.h"
#include "store/text/csv.h"

namespace linewatch::cgi {

struct ImportRefusal {
  size_t line;
  std::string field, message;
};

struct GivenHosts {
  // Objects of what is given for each host: settings, with null for the default, and perhaps its id. `parents` may be
  // names.
  rapidjson::Document hosts{rapidjson::kArrayType};
  std::vector<size_t> lines;           // of each: the line it begins in, or its place in a list of JSON; from 1
  std::vector<ImportRefusal> refused;  // what cannot be understood
};

// A table whose first row names the columns, or lines of "name, address" and of addresses alone.
std::variant<GivenHosts, CsvFault> ReadHostTable(std::string_view text);

// An array of hosts, or an object with `hosts`, as GET /api/hosts answers it.
std::variant<GivenHosts, JsonFault> ReadHostEntries(std::string_view text);

std::string HostTable(const HostList& list);
std::string HostEntries(const HostList& list);

}  // namespace linewatch::cgi

#endif
