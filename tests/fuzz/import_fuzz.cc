// Any text as a list of hosts to import, as a table and as JSON; and what is imported, exported and imported again.
#include "cgi/host_table.h"
#include "cgi/import_plan.h"
#include "store/host_check.h"
#include "store/host_json.h"
#include "tests/fuzz/property.h"

namespace linewatch::cgi {
namespace {

// Into these hosts everything is imported.
HostList ListOfTwo() {
  HostList list;
  for (const char* name : {"a", "b"}) {
    Host& host = list.hosts.emplace_back();
    host.id = name;
    host.name = name;
    host.ip = std::string("192.0.2.") + (name[0] == 'a' ? '1' : '2');
  }
  return list;
}

template <class Read>
void RequireSameAgain(const Read& read, const HostList& list) {
  const auto plan = PlanImport(std::get<GivenHosts>(read), list, Config(), NewHostId);
  Require(plan.refuse.empty() && plan.add.empty() && plan.change.empty(), "what is exported is the same again");
  Require(plan.same == list.hosts.size(), "all of it is exported");
}

void Import(const GivenHosts& given) {
  Require(given.hosts.Size() == given.lines.size(), "each host has its line");
  HostList list = ListOfTwo();
  auto plan = PlanImport(given, list, Config(), NewHostId);
  Require(plan.add.size() + plan.change.size() + plan.same <= given.lines.size(), "a line is about one host");
  if (!plan.refuse.empty()) return;
  Require(plan.add.size() + plan.change.size() + plan.same == given.lines.size(), "what is not refused is planned");
  const size_t events = plan.add.size() + plan.change.size();
  Require(ApplyImport(std::move(plan), list, WallNow(), "").size() == events, "each host has its event");
  for (const Host& host : list.hosts) {
    Require(is_host_id(host.id), "each host has an id");
    Require(CheckParents(list, host).empty(), "parents are there, and lead to no circle");
    Require(FindSameTarget(list, host) == nullptr, "no target is watched twice");
  }
  // Heartbeats go by their name; two of one name cannot be told apart by it, but by their ids.
  RequireSameAgain(ReadHostTable(HostTable(list)), list);
  RequireSameAgain(ReadHostEntries(HostEntries(list)), list);
}

void Try(std::string_view text) {
  const auto table = ReadHostTable(text);
  if (const auto* given = std::get_if<GivenHosts>(&table)) Import(*given);
  const auto entries = ReadHostEntries(text);
  if (const auto* given = std::get_if<GivenHosts>(&entries)) Import(*given);
}

}  // namespace
}  // namespace linewatch::cgi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::cgi::Try(linewatch::TextOf(data, size));
  return 0;
}
