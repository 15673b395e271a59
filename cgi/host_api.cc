#include "cgi/host_api.h"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cgi/host_edit.h"
#include "cgi/requester.h"
#include "store/file/file_lock.h"
#include "store/host_check.h"
#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/push_token.h"
#include "store/text/ascii.h"

namespace linewatch::cgi {
namespace {

Response NoSuchHost() { return Problem(404, "There is no host of this id."); }

// `token` is shown beside the host, if there is one.
Response HostResponse(int status, const Host& host, const std::string& token = "") {
  Response response = JsonResponse(status, [&](JsonWriter& out) {
    WriteHost(out, host, [&] {
      if (!token.empty()) MemberWriter{out}("token", token);
    });
  });
  response.SetHeader("ETag", '"' + std::to_string(host.revision) + '"');
  return response;
}

std::vector<std::string> NamesOf(const rapidjson::Value& object) {
  std::vector<std::string> names;
  for (const auto& member : object.GetObject()) names.emplace_back(StringOf(member.name));
  return names;
}

// What is wrong with `host` beside the others.
std::optional<Response> FindClash(const HostList& list, const Host& host) {
  if (const auto errors = CheckParents(list, host); !errors.empty()) return FieldProblem(errors);
  const Host* same = FindSameTarget(list, host);
  if (same == nullptr) return std::nullopt;
  return Problem(409, "\"" + same->name + "\" already watches " + AddressText(*same) + " by the same check.",
                 [&](JsonWriter& out) { MemberWriter{out}("host", same->id); });
}

// Who has acknowledged an outage, and when, is for the server to say. What was read may be sent back, though: `host` is
// what the input is about, or null. Nothing when all is well.
std::optional<Response> FindForgedAcknowledgement(const rapidjson::Value& input, const Host* host) {
  const auto* given = FindMember(input, "acknowledged");
  if (given == nullptr) return std::nullopt;
  const bool as_it_is = host == nullptr ? given->IsNull() : *given == SettingsOf(*host)["acknowledged"];
  if (as_it_is) return std::nullopt;
  return FieldProblem(
      {{"acknowledged", "is set by POST /api/hosts/{id}/acknowledge and taken away by DELETE of the same path", ""}});
}

// Changes `host` in the list if the request's If-Match allows it. `edit` answers the response and, if it has changed
// something, the event.
struct Edited {
  Response response;
  std::optional<EditEvent> event;
  HostStore::Companion secrets = nullptr;  // those to come, if they change
};
using HostEdit = std::function<Edited(HostList& list, Host& host)>;

Response EditHost(Installation& installation, const Request& request, std::string_view id, const HostEdit& edit) {
  Response response;
  installation.hosts.Update([&](HostList& list, HostStore::Companion& companion) -> std::optional<EditEvent> {
    Host* host = list.Find(id);
    if (host == nullptr) {
      response = NoSuchHost();
      return std::nullopt;
    }
    const std::string tag = '"' + std::to_string(host->revision) + '"';
    if (is_of_another_version(request, tag)) {
      response = Problem(412, "Somebody else has changed this host meanwhile: it is at revision " + tag + ".");
      return std::nullopt;
    }
    Edited edited = edit(list, *host);
    response = std::move(edited.response);
    companion = std::move(edited.secrets);
    return std::move(edited.event);
  });
  return response;
}

// `settings` instead of those of `host`, which keeps what was observed of it as long as its target stays the same.
Edited ChangeSettings(const SecretStore& store, HostList& list, Host& host, const rapidjson::Value& settings,
                      std::string_view user) {
  Host changed = WithSettings(host, settings);
  if (auto clash = FindClash(list, changed)) return {*std::move(clash), std::nullopt};

  std::vector<std::string> names;
  Secrets secrets;
  std::string token;
  bool has_new_secrets = false;
  if (host.check_settings || changed.check_settings) {
    if (auto errors = FindMisledSecrets(settings, host, changed); !errors.empty())
      return {FieldProblem(errors), std::nullopt};
    secrets = store.Read();
    HostSecrets& kept = secrets[host.id];
    HostSecrets given = ReadSecrets(settings, kept);
    if (changed.check == CheckKind::kPush) given.token_hash = kept.token_hash;
    if (changed.check == CheckKind::kPush && host.check != CheckKind::kPush) {
      token = NewPushToken();
      given.token_hash = HashOf(token);
      names.emplace_back("token");
    }
    MarkSecrets(changed, given);
    if (given.password != kept.password) names.emplace_back("password");
    if (given.headers != kept.headers) names.emplace_back("headers");
    has_new_secrets = given != kept;
    kept = std::move(given);
  }
  for (auto& name : ChangedSettings(host, changed))
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  if (names.empty()) return {HostResponse(200, host), std::nullopt};

  ReplaceSettings(host, std::move(changed));
  return {HostResponse(200, host, token),
          EditEvent{WallNow(), std::string(user), EditAction::kChange, host.id, std::move(names)},
          has_new_secrets ? store.Stage(secrets, list) : nullptr};
}

// Of hosts that are there no more.
void ForgetSecrets(Installation& installation) {
  try {
    const FileLock lock(installation.hosts.folders().lock());
    if (installation.secrets.identity().exists())
      installation.secrets.Stage(installation.secrets.Read(), installation.hosts.Read())->Commit();
  } catch (const std::exception&) {
    // The host is gone, and that is what the request was about. The next secret that is set leaves these out, too.
  }
}

// Whether the host has something to acknowledge. An unknown one may have failed before it could no longer be measured.
bool can_be_acknowledged(const Host& host) {
  switch (host.seen.status) {
    case Status::kFailing:
    case Status::kDown:
    case Status::kDegraded:
    case Status::kUnreachable:
      return true;
    case Status::kUnknown:
      return host.seen.fail_count > 0;
    default:
      return false;
  }
}

// `by` and `at` are left for the handler. Without a body there is no note.
std::variant<Acknowledgement, Response> ReadAcknowledgement(const Request& request) {
  static const Schema schema(R"json({
"type": "object",
"properties": {"note": {"type": "string", "maxLength": 500, "description": "at most 500 characters, no control characters"}}
})json");
  Acknowledgement read{"", kNever, ""};
  if (request.body.empty()) return read;
  rapidjson::Document input;
  if (auto problem = ParseBody(request, schema, input)) return *std::move(problem);
  if (const auto* note = FindMember(input, "note")) read.note = StringOf(*note);
  if (has_control_characters(read.note, false)) return FieldProblem({{"note", "expected no control characters", ""}});
  return read;
}

Edited Acknowledge(Host& host, BoxedOptional<Acknowledgement> acknowledged, EditEvent event) {
  host.acknowledged = std::move(acknowledged);
  ++host.revision;
  event.host = host.id;
  event.changed = {"acknowledged"};
  return {HostResponse(200, host), std::move(event)};
}

// ASCII letters in either case: what people type into a search field.
bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return LowerCase(a) == LowerCase(b); }) != text.end();
}

struct Filter {
  std::string status, group, tag, words;

  bool empty() const { return status.empty() && group.empty() && tag.empty() && words.empty(); }

  bool admits(const Host& host) const {
    const auto in_tags = [&](auto&& is_it) { return std::any_of(host.tags.begin(), host.tags.end(), is_it); };
    return (status.empty() || NameOf(host.seen.status) == status) && (group.empty() || host.group == group) &&
           (tag.empty() || in_tags([&](const std::string& t) { return t == tag; })) &&
           (words.empty() || contains(host.name, words) || contains(AddressText(host), words) ||
            contains(host.group, words) || contains(host.customer, words) || contains(host.notes.str(), words) ||
            in_tags([&](const std::string& t) { return contains(t, words); }));
  }
};

Response ListFiltered(Installation& installation, const Request& request, const Filter& filter) {
  const bool known = std::find(kStatusNames.begin(), kStatusNames.end(), filter.status) != kStatusNames.end();
  if (!filter.status.empty() && !known) return FieldProblem({{"status", "expected the name of a status", ""}});

  Response response;
  const std::string tag = installation.published.Tag();
  if (has_tag(request.Variable("HTTP_IF_NONE_MATCH"), tag, TagComparison::kWeak)) {
    response.status = 304;
  } else {
    HostList list = installation.hosts.Read();
    std::erase_if(list.hosts, [&](const Host& host) { return !filter.admits(host); });
    response = JsonResponse(200, [&](JsonWriter& out) { WriteHostList(out, list); });
  }
  response.SetHeader("ETag", tag);
  response.SetHeader("Vary", "Accept-Encoding");
  response.SetHeader("Cache-Control", "no-cache");
  return response;
}

}  // namespace

Response ListHosts(Installation& installation, const Request& request, std::string_view) {
  const Filter filter{request.Query("status"), request.Query("group"), request.Query("tag"), request.Query("q")};
  return filter.empty() ? installation.published.Answer(request) : ListFiltered(installation, request, filter);
}

Response AddHost(Installation& installation, const Request& request, std::string_view) {
  rapidjson::Document settings;
  if (auto problem = ParseBody(request, settings)) return *std::move(problem);
  if (auto forged = FindForgedAcknowledgement(settings, nullptr)) return *std::move(forged);
  DropIgnoredMembers(settings);
  const auto errors = ValidateSettings(settings, installation.config.settings());
  if (!errors.empty()) return FieldProblem(errors);

  Host host = ReadHost(settings);
  Response response;
  installation.hosts.Update([&](HostList& list, HostStore::Companion& companion) -> std::optional<EditEvent> {
    if (list.hosts.size() >= kMaxHosts) {
      response = Problem(409, "There are " + std::to_string(kMaxHosts) + " hosts, and that is the most.");
      return std::nullopt;
    }
    do {
      host.id = NewHostId();
    } while (list.Find(host.id) != nullptr);
    if (auto clash = FindClash(list, host)) {
      response = *std::move(clash);
      return std::nullopt;
    }
    HostSecrets given = ReadSecrets(settings, {});
    MarkSecrets(host, given);
    EditEvent event{WallNow(), std::string(UserOf(request)), EditAction::kAdd, host.id, NamesOf(settings)};
    std::string token;
    if (host.check == CheckKind::kPush) {
      token = NewPushToken();
      given.token_hash = HashOf(token);
      event.changed.emplace_back("token");
    }
    response = HostResponse(201, host, token);
    response.SetHeader("Location", "/api/hosts/" + host.id);
    list.hosts.push_back(host);
    if (!given.empty()) {
      Secrets secrets = installation.secrets.Read();
      secrets[host.id] = given;
      companion = installation.secrets.Stage(secrets, list);
    }
    return event;
  });
  return response;
}

Response ShowHost(Installation& installation, const Request&, std::string_view id) {
  const auto host = installation.published.Find(id);
  return host ? HostResponse(200, *host) : NoSuchHost();
}

Response ReplaceHost(Installation& installation, const Request& request, std::string_view id) {
  rapidjson::Document settings;
  rapidjson::Document given;
  if (auto problem = ParseBody(request, given)) return *std::move(problem);
  settings.CopyFrom(given, settings.GetAllocator());
  DropIgnoredMembers(settings);
  const auto errors = ValidateSettings(settings, installation.config.settings());
  if (!errors.empty()) return FieldProblem(errors);
  return EditHost(installation, request, id, [&](HostList& list, Host& host) -> Edited {
    if (auto forged = FindForgedAcknowledgement(given, &host)) return {*std::move(forged), std::nullopt};
    return ChangeSettings(installation.secrets, list, host, settings, UserOf(request));
  });
}

Response PatchHost(Installation& installation, const Request& request, std::string_view id) {
  rapidjson::Document patch;
  if (auto problem = ParseBody(request, patch)) return *std::move(problem);
  if (!patch.IsObject()) return FieldProblem({{"", "expected an object", ""}});
  const Config& config = installation.config.settings();
  if (RoleOf(request, config.access) < Role::kAdmin && NamesOf(patch) != std::vector<std::string>{"maintenance"})
    return Problem(403, "An operator may change nothing of a host but its maintenance windows.");

  return EditHost(installation, request, id, [&](HostList& list, Host& host) -> Edited {
    if (auto forged = FindForgedAcknowledgement(patch, &host)) return {*std::move(forged), std::nullopt};
    const rapidjson::Document settings = PatchedSettings(host, patch);
    const auto errors = CheckPatched(settings, patch, config);
    if (!errors.empty()) return {FieldProblem(errors), std::nullopt};
    return ChangeSettings(installation.secrets, list, host, settings, UserOf(request));
  });
}

Response RemoveHost(Installation& installation, const Request& request, std::string_view id) {
  Response removed = EditHost(installation, request, id, [&](HostList& list, Host& host) -> Edited {
    EditEvent event{WallNow(), std::string(UserOf(request)), EditAction::kDelete, host.id, {}};
    Describe(event, host);
    for (Host& other : list.hosts)
      if (std::erase(other.parents, event.host) != 0) ++other.revision;
    std::erase_if(list.hosts, [&](const Host& other) { return other.id == event.host; });
    Response response;
    response.status = 204;
    return {std::move(response), std::move(event)};
  });
  if (removed.status == 204) ForgetSecrets(installation);
  return removed;
}

Response RenewToken(Installation& installation, const Request& request, std::string_view id) {
  return EditHost(installation, request, id, [&](HostList& list, Host& host) -> Edited {
    if (host.check != CheckKind::kPush)
      return {Problem(409, "\"" + host.name + "\" waits for no heartbeats: its check is " +
                               std::string(NameOf(host.check)) + "."),
              std::nullopt};
    const std::string token = NewPushToken();
    Secrets secrets = installation.secrets.Read();
    secrets[host.id].token_hash = HashOf(token);
    auto staged = installation.secrets.Stage(secrets, list);
    ++host.revision;
    Response response = JsonResponse(200, [&](JsonWriter& out) {
      out.StartObject();
      MemberWriter{out}("token", token);
      out.EndObject();
    });
    return {std::move(response),
            EditEvent{WallNow(), std::string(UserOf(request)), EditAction::kChange, host.id, {"token"}},
            std::move(staged)};
  });
}

Response CheckHost(Installation& installation, const Request&, std::string_view id) {
  const auto host = installation.published.Find(id);
  if (!host) return NoSuchHost();
  if (!host->enabled) return Problem(409, "\"" + host->name + "\" is paused.");
  if (!installation.requests.Append({WallNow(), linewatch::Request::Kind::kCheck, host->id}))
    return PassingProblem(503, "monitord takes no requests: it does not run, or hangs.");
  return JsonResponse(202, [&](JsonWriter& out) { WriteHost(out, *host); });
}

Response AcknowledgeHost(Installation& installation, const Request& request, std::string_view id) {
  auto read = ReadAcknowledgement(request);
  if (auto* problem = std::get_if<Response>(&read)) return std::move(*problem);
  auto& acknowledged = std::get<Acknowledgement>(read);
  acknowledged.by = UserOf(request);
  return EditHost(installation, request, id, [&](HostList&, Host& host) -> Edited {
    if (!can_be_acknowledged(host))
      return {Problem(409, "\"" + host.name + "\" is " + std::string(NameOf(host.seen.status)) +
                               ": there is nothing to acknowledge."),
              std::nullopt};
    acknowledged.at = WallNow();
    return Acknowledge(host, acknowledged, {acknowledged.at, acknowledged.by, EditAction::kAcknowledge, "", {}});
  });
}

Response UnacknowledgeHost(Installation& installation, const Request& request, std::string_view id) {
  return EditHost(installation, request, id, [&](HostList&, Host& host) -> Edited {
    Response gone;
    gone.status = 204;
    if (!host.acknowledged) return {std::move(gone), std::nullopt};
    Edited edited =
        Acknowledge(host, std::nullopt, {WallNow(), std::string(UserOf(request)), EditAction::kUnacknowledge, "", {}});
    edited.response = std::move(gone);
    return edited;
  });
}

Response ShowSummary(Installation& installation, const Request&, std::string_view) {
  const Summary summary = Summarize(installation.hosts.Read());
  return JsonResponse(200, [&](JsonWriter& out) { WriteSummary(out, summary); });
}

}  // namespace linewatch::cgi
