// What an import would do: of many given hosts, which are new, which change, which are there already and which cannot
// be. The rules are those by which a host is added and changed alone; nothing is ever deleted.
#ifndef LINEWATCH_CGI_IMPORT_PLAN_H_
#define LINEWATCH_CGI_IMPORT_PLAN_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cgi/host_table.h"
#include "store/config.h"
#include "store/event_log.h"
#include "store/host_list.h"

namespace linewatch::cgi {

struct ImportPlan {
  struct Add {
    size_t line;
    Host host;
    std::vector<std::string> given;  // names of the settings
  };
  struct Change {
    size_t line;
    Host host;                         // as it is to be, by WithSettings
    std::vector<std::string> changed;  // names of the settings
  };
  std::vector<Add> add;
  std::vector<Change> change;
  size_t same = 0;
  std::vector<ImportRefusal> refuse;  // in the order of lines; while there are any, nothing may be done
};

// A given host is the one in `list` that has its id, or else the same check of the same target; heartbeats, which have
// no target, are found by their name. What is not given of a host in the list stays. A new host keeps its id if that is
// free, else gets one of `new_id`; without a name it is called by its address. Parents are given by ids or names, of
// hosts in the list or in the import.
ImportPlan PlanImport(const GivenHosts& given, const HostList& list, const Config& config,
                      const std::function<std::string()>& new_id);

// Carries out in `list` a plan that was made for it and refuses nothing. Answers an event for each host.
std::vector<Event> ApplyImport(ImportPlan&& plan, HostList& list, WallTime now, std::string_view user);

}  // namespace linewatch::cgi

#endif
