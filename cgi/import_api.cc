#include "cgi/import_api.h"

#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cgi/host_edit.h"
#include "cgi/import_plan.h"
#include "cgi/requester.h"
#include "store/json/json_members.h"

namespace linewatch::cgi {
namespace {

std::variant<GivenHosts, Response> ReadGiven(const Request& request) {
  if (request.body.empty()) return Problem(400, "The request has no body; a list of hosts is expected.");
  const auto wrong = [](const auto& fault) {
    return Problem(400, "The list cannot be read, line " + std::to_string(fault.line) + ": " + fault.what + '.');
  };
  if (request.has_body_type("application/json")) {
    auto read = ReadHostEntries(request.body);
    if (const auto* fault = std::get_if<JsonFault>(&read)) return wrong(*fault);
    return std::get<GivenHosts>(std::move(read));
  }
  auto read = ReadHostTable(request.body);
  if (const auto* fault = std::get_if<CsvFault>(&read)) return wrong(*fault);
  return std::get<GivenHosts>(std::move(read));
}

void WritePlan(JsonWriter& out, const ImportPlan& plan) {
  const MemberWriter write(out);
  out.Key("add");
  out.StartArray();
  for (const auto& add : plan.add) {
    out.StartObject();
    write("line", add.line);
    write("name", add.host.name);
    write("ip", AddressText(add.host));
    write("check", NameOf(add.host.check));
    out.EndObject();
  }
  out.EndArray();
  out.Key("change");
  out.StartArray();
  for (const auto& change : plan.change) {
    out.StartObject();
    write("line", change.line);
    write("id", change.host.id);
    write("name", change.host.name);
    write("ip", AddressText(change.host));
    write("changed", change.changed);
    out.EndObject();
  }
  out.EndArray();
  write("same", plan.same);
  out.Key("refuse");
  out.StartArray();
  for (const auto& refusal : plan.refuse) {
    out.StartObject();
    write("line", refusal.line);
    write("field", refusal.field);
    write("message", refusal.message);
    out.EndObject();
  }
  out.EndArray();
}

Response Refused(const ImportPlan& plan) {
  std::string detail = std::to_string(plan.refuse.size()) + (plan.refuse.size() == 1 ? " fault" : " faults");
  detail += " in the list: nothing was imported. Correct it, and send all of it again.";
  std::vector<FieldError> errors;
  for (const auto& refusal : plan.refuse)
    errors.push_back({refusal.field, "line " + std::to_string(refusal.line) + ": " + refusal.message, ""});
  return Problem(422, detail, [&](JsonWriter& out) {
    WriteErrors(out, errors);
    WritePlan(out, plan);
  });
}

// The secrets without those of hosts whose check is to be of another kind: what the one before kept secret is of no use
// to it. Nothing if there are none.
HostStore::Companion WithoutSecrets(const SecretStore& store, const ImportPlan& plan, const HostList& list) {
  std::optional<Secrets> secrets;
  for (const auto& change : plan.change) {
    const Host* before = list.Find(change.host.id);
    if (before->check == change.host.check) continue;
    if (!secrets) secrets = store.Read();
    secrets->erase(change.host.id);
  }
  return secrets ? store.Stage(*secrets, list) : nullptr;
}

// Of today, by UTC.
std::string FileName(std::string_view ending) {
  const std::time_t now = ToTimeT(WallNow());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char name[64];
  const size_t length = std::strftime(name, sizeof name, "linewatch-hosts-%Y-%m-%d.", &utc);
  return std::string(name, length).append(ending);
}

}  // namespace

Response ImportHosts(Installation& installation, const Request& request, std::string_view) {
  const std::string dry_run = request.Query("dry_run");
  if (!dry_run.empty() && dry_run != "0" && dry_run != "1")
    return FieldProblem({{"dry_run", "expected 1 to try it, 0 to do it", ""}});
  auto read = ReadGiven(request);
  if (auto* problem = std::get_if<Response>(&read)) return std::move(*problem);
  const auto& given = std::get<GivenHosts>(read);
  const Config& config = installation.config.settings();

  Response response;
  const auto plan_for = [&](const HostList& list) {
    ImportPlan plan = PlanImport(given, list, config, NewHostId);
    response = plan.refuse.empty() || dry_run == "1" ? JsonResponse(200,
                                                                    [&](JsonWriter& out) {
                                                                      out.StartObject();
                                                                      WritePlan(out, plan);
                                                                      out.EndObject();
                                                                    })
                                                     : Refused(plan);
    return plan;
  };
  // What cannot be done is found out without the lock.
  const bool is_possible = plan_for(installation.hosts.Read()).refuse.empty();
  if (dry_run == "1" || !is_possible) return response;
  installation.hosts.UpdateMany([&](HostList& list, HostStore::Companion& companion) -> std::vector<Event> {
    ImportPlan plan = plan_for(list);
    if (!plan.refuse.empty()) return {};
    companion = WithoutSecrets(installation.secrets, plan, list);
    return ApplyImport(std::move(plan), list, WallNow(), UserOf(request));
  });
  return response;
}

Response ExportHosts(Installation& installation, const Request& request, std::string_view) {
  const std::string format = request.Query("format");
  if (!format.empty() && format != "csv" && format != "json")
    return FieldProblem({{"format", "expected csv or json", ""}});
  const HostList list = installation.hosts.Read();
  const bool is_json = format == "json";
  Response response;
  response.type = is_json ? "application/json" : "text/csv; charset=utf-8";
  response.body = is_json ? HostEntries(list) : HostTable(list);
  response.SetHeader("Content-Disposition", "attachment; filename=\"" + FileName(is_json ? "json" : "csv") + '"');
  return response;
}

}  // namespace linewatch::cgi
