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

// A given host is the one of its id, or else the one that the same check watches at the same target; heartbeats, which
// have no target, go by their name. Of a host that is there only what is given changes. One that is new keeps an id that
// is free, or gets one of `new_id`. A host without a name is called by its address. Parents are ids or names, of hosts
// that are there or given.
ImportPlan PlanImport(const GivenHosts& given, const HostList& list, const Config& config,
                      const std::function<std::string()>& new_id);

// Does in `list` what was planned for it, and answers an event for each host.
std::vector<Event> ApplyImport(ImportPlan&& plan, HostList& list, WallTime now, std::string_view user);

}  // namespace linewatch::cgi

#endif
