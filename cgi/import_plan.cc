#include "cgi/import_plan.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "cgi/host_edit.h"
#include "store/check_traits.h"
#include "store/host_check.h"
#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/parents.h"

namespace linewatch::cgi {
namespace {

// By which a line without an id finds its host: for a heartbeat the name, for any other check its target.
std::string MatchKey(const Host& host) { return host.check == CheckKind::kPush ? "push " + host.name : TargetOf(host); }

std::string_view TargetField(const Host& host) {
  if (!host.ip.empty() || !host.check_settings) return "ip";
  const CheckSetting* target = TraitsOf(host.check).target;
  return target != nullptr ? target->name : "name";
}

std::string_view TextMember(const rapidjson::Value& object, std::string_view name) {
  const auto* value = FindMember(object, name);
  return value != nullptr && value->IsString() ? StringOf(*value) : std::string_view();
}

// What a host may be called by as somebody's parent: its id, or the name that it will have.
class ParentNames {
 public:
  // What is learned first counts.
  void LearnId(std::string_view called, std::string_view id) {
    if (!called.empty()) ids_.emplace(called, id);
  }
  // A name that several hosts have is known, and says nothing.
  void LearnName(std::string_view name, std::string_view id) {
    const auto [known, is_new] = ids_by_name_.emplace(name, id);
    if (!is_new && known->second != id) known->second = {};
  }

  // Nothing if it is neither an id nor the name of one host.
  std::optional<std::string_view> Find(std::string_view called) const {
    if (called.empty()) return std::nullopt;
    if (const auto id = ids_.find(called); id != ids_.end()) return id->second;
    const auto named = ids_by_name_.find(called);
    return named == ids_by_name_.end() || named->second.empty() ? std::nullopt : std::optional(named->second);
  }
  bool knows_name(std::string_view name) const { return ids_by_name_.contains(name); }

 private:
  std::unordered_map<std::string_view, std::string_view> ids_;
  std::unordered_map<std::string_view, std::string_view> ids_by_name_;  // empty: several hosts have it
};

// Makes the plan in steps. A line that one of them refuses takes no part in those after it.
class Planner {
 public:
  Planner(const GivenHosts& given, const HostList& list, const Config& config,
          const std::function<std::string()>& new_id)
      : given_(given), list_(list), config_(config), new_id_(new_id) {
    for (const Host& host : list.hosts) {
      there_by_id_.emplace(host.id, &host);
      there_by_key_.emplace(MatchKey(host), &host);
    }
    plan_.refuse = given.refused;
  }

  ImportPlan Run() {
    for (size_t i = 0; i < given_.lines.size(); ++i) items_.push_back({given_.lines[i], GivenAt(i)});
    for (Item& item : items_) Identify(item);
    GiveIds();
    LearnParentNames();
    for (Item& item : items_)
      if (!item.is_refused) Settle(item);
    CheckTargets();
    CheckCircles();
    Collect();
    return std::move(plan_);
  }

 private:
  struct Item {
    size_t line;
    const rapidjson::Value& given;
    const Host* there = nullptr;  // which host of the list the line is about; null: a new one
    std::string id{};             // that it has or will have
    Host host{};                  // as it is to be, once it is settled
    bool is_refused = false;
    std::vector<std::string> names{};  // of settings: given to a new one, or changed
  };

  const rapidjson::Value& GivenAt(size_t place) const { return given_.hosts[static_cast<rapidjson::SizeType>(place)]; }

  void Refuse(Item& item, std::string_view field, std::string message) {
    item.is_refused = true;
    plan_.refuse.push_back({item.line, std::string(field), std::move(message)});
  }

  // ---- Which host each line is about.

  void Identify(Item& item) {
    CheckGivenId(item);
    item.there = FindThere(item.given);
    if (item.there != nullptr) {
      item.id = item.there->id;
      CheckMeantOnce(item);
    } else if (const auto id = TextMember(item.given, "id"); is_host_id(id)) {
      item.id = id;
    }
  }

  void CheckGivenId(Item& item) {
    const auto* given = FindMember(item.given, "id");
    const auto id = TextMember(item.given, "id");
    if (given != nullptr && !given->IsNull() && !is_host_id(id))
      Refuse(item, "id", "expected 1 to 32 characters of a-z and 0-9, or none");
    if (id.empty()) return;
    const auto [first, is_new] = lines_by_given_id_.emplace(id, item.line);
    if (!is_new) Refuse(item, "id", "expected each host once: line " + std::to_string(first->second) + " has it, too");
  }

  const Host* FindThere(const rapidjson::Value& given) const {
    if (const auto found = there_by_id_.find(TextMember(given, "id")); found != there_by_id_.end())
      return found->second;
    const auto found = there_by_key_.find(MatchKey(ReadHost(given)));
    return found == there_by_key_.end() ? nullptr : found->second;
  }

  void CheckMeantOnce(Item& item) {
    const auto [first, is_new] = lines_by_there_.emplace(item.there->id, item.line);
    if (is_new || item.is_refused) return;
    Refuse(item, TextMember(item.given, "id").empty() ? TargetField(*item.there) : "id",
           "expected each host once: line " + std::to_string(first->second) + " is about \"" + item.there->name +
               "\", too");
  }

  void GiveIds() {
    for (const Item& item : items_)
      if (!item.id.empty()) taken_.insert(item.id);
    for (Item& item : items_) {
      if (!item.id.empty()) continue;
      do {
        item.id = new_id_();
      } while (there_by_id_.contains(item.id) || !taken_.insert(item.id).second);
    }
  }

  // ---- What each host will be, if it may.

  void LearnParentNames() {
    for (const Item& item : items_) {
      auto name = TextMember(item.given, "name");
      if (name.empty())
        name = item.there != nullptr ? std::string_view(item.there->name) : TextMember(item.given, "ip");
      parent_names_.LearnName(name, item.id);
      parent_names_.LearnId(TextMember(item.given, "id"), item.id);
    }
    for (const Host& host : list_.hosts) {
      if (!taken_.contains(host.id)) parent_names_.LearnName(host.name, host.id);
      parent_names_.LearnId(host.id, host.id);
    }
  }

  void Settle(Item& item) {
    rapidjson::Document settings;
    settings.CopyFrom(item.given, settings.GetAllocator());
    ResolveParents(item, settings);
    if (item.there == nullptr) {
      SettleNew(item, settings);
    } else {
      SettleThere(item, settings);
    }
  }

  // Makes `parents` ids instead of names.
  void ResolveParents(Item& item, rapidjson::Document& settings) {
    const auto parents = settings.FindMember("parents");
    if (parents == settings.MemberEnd() || !parents->value.IsArray()) return;
    auto& memory = settings.GetAllocator();
    rapidjson::Value resolved(rapidjson::kArrayType);
    for (const auto& parent : parents->value.GetArray()) {
      if (!parent.IsString()) return;  // the check says what is expected
      for (const auto id : ParentsIn(item, StringOf(parent)))
        resolved.PushBack(rapidjson::Value(id.data(), static_cast<rapidjson::SizeType>(id.size()), memory), memory);
    }
    parents->value = std::move(resolved);
  }

  // The ids of the parents that a text names: one, by a name that may have blanks in it, or several with blanks between
  // them, as a cell of a table has them.
  std::vector<std::string_view> ParentsIn(Item& item, std::string_view text) {
    if (const auto id = parent_names_.Find(text)) return {*id};
    std::vector<std::string_view> ids;
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      if (word.empty()) continue;
      if (const auto id = parent_names_.Find(word)) {
        ids.push_back(*id);
        continue;
      }
      Refuse(item, "parents",
             parent_names_.knows_name(word) ? "expected an id: several hosts have the name \"" + std::string(word) + '"'
                                            : "expected ids or names of hosts that are there or in this import; \"" +
                                                  std::string(text) + "\" is neither");
      break;
    }
    return ids;
  }

  void SettleNew(Item& item, rapidjson::Document& settings) {
    if (!settings.HasMember("name")) {
      const std::string name = AddressText(ReadHost(settings));
      if (!name.empty())
        settings.AddMember("name", rapidjson::Value(name.c_str(), settings.GetAllocator()), settings.GetAllocator());
    }
    DropIgnoredMembers(settings);
    for (const auto& error : ValidateSettings(settings, config_)) Refuse(item, error.field, error.message);
    item.host = ReadHost(settings);
    item.host.id = item.id;
    for (const auto& member : settings.GetObject()) item.names.emplace_back(StringOf(member.name));
  }

  void SettleThere(Item& item, const rapidjson::Value& patch) {
    const auto settings = PatchedSettings(*item.there, patch);
    for (const auto& error : CheckPatched(settings, patch, config_)) Refuse(item, error.field, error.message);
    item.host = WithSettings(*item.there, settings);
    if (item.is_refused) return;
    for (const auto& error : FindMisledSecrets(settings, *item.there, item.host))
      Refuse(item, error.field, "expected the same server: its secrets do not follow to another one");
    item.names = ChangedSettings(*item.there, item.host);
  }

  // ---- Whether the hosts may be so beside each other.

  // No two may be the same check of the same target.
  void CheckTargets() {
    struct Owner {
      const Host* host;
      const Item* item;  // null: not part of the import
    };
    std::unordered_map<std::string, Owner> owners;
    for (const Host& host : list_.hosts)
      if (!taken_.contains(host.id)) owners.emplace(TargetOf(host), Owner{&host, nullptr});
    for (Item& item : items_) {
      if (item.is_refused) continue;
      const auto [owner, is_new] = owners.emplace(TargetOf(item.host), Owner{&item.host, &item});
      if (is_new) continue;
      const Owner& other = owner->second;
      Refuse(item, TargetField(item.host),
             other.item != nullptr
                 ? "expected each target once: line " + std::to_string(other.item->line) + " is the same check of it"
                 : "expected another target: \"" + other.host->name + "\" already watches it by the same check");
    }
  }

  void CheckCircles() {
    std::vector<const Host*> hosts;
    std::unordered_map<const Host*, Item*> by_host;
    for (const Host& host : list_.hosts)
      if (!taken_.contains(host.id)) hosts.push_back(&host);
    for (Item& item : items_) {
      if (item.is_refused) continue;
      hosts.push_back(&item.host);
      by_host.emplace(&item.host, &item);
    }
    for (const Circular& circular : FindCircles(hosts))
      if (const auto found = by_host.find(circular.host); found != by_host.end())
        Refuse(*found->second, "parents", ExpectedNoCircle(*circular.parent));
  }

  void Collect() {
    size_t count = list_.hosts.size();
    for (Item& item : items_) {
      if (item.there == nullptr && ++count > kMaxHosts && !item.is_refused) {
        Refuse(item, "", "expected at most " + std::to_string(kMaxHosts) + " hosts in all");
        break;
      }
      if (item.is_refused) continue;
      if (item.there == nullptr) {
        plan_.add.push_back({item.line, std::move(item.host), std::move(item.names)});
      } else if (item.names.empty()) {
        ++plan_.same;
      } else {
        plan_.change.push_back({item.line, std::move(item.host), std::move(item.names)});
      }
    }
    std::stable_sort(plan_.refuse.begin(), plan_.refuse.end(),
                     [](const ImportRefusal& a, const ImportRefusal& b) { return a.line < b.line; });
  }

  const GivenHosts& given_;
  const HostList& list_;
  const Config& config_;
  const std::function<std::string()>& new_id_;

  std::unordered_map<std::string_view, const Host*> there_by_id_;
  std::unordered_map<std::string, const Host*> there_by_key_;
  std::vector<Item> items_;                                                          // one for each line
  std::unordered_map<std::string_view, size_t> lines_by_given_id_, lines_by_there_;  // the first of each
  std::unordered_set<std::string_view> taken_;                                       // the ids of the items
  ParentNames parent_names_;
  ImportPlan plan_;
};

}  // namespace

ImportPlan PlanImport(const GivenHosts& given, const HostList& list, const Config& config,
                      const std::function<std::string()>& new_id) {
  return Planner(given, list, config, new_id).Run();
}

std::vector<Event> ApplyImport(ImportPlan&& plan, HostList& list, WallTime now, std::string_view user) {
  std::unordered_map<std::string_view, Host*> by_id;
  for (Host& host : list.hosts) by_id.emplace(host.id, &host);
  std::vector<Host*> changing;
  for (const auto& change : plan.change) changing.push_back(by_id.at(change.host.id));

  std::vector<Event> events;
  for (size_t i = 0; i < changing.size(); ++i) {
    ReplaceSettings(*changing[i], std::move(plan.change[i].host));
    events.push_back(
        EditEvent{now, std::string(user), EditAction::kChange, changing[i]->id, std::move(plan.change[i].changed)});
  }
  for (auto& add : plan.add) {
    events.push_back(EditEvent{now, std::string(user), EditAction::kAdd, add.host.id, std::move(add.given)});
    list.hosts.push_back(std::move(add.host));
  }
  return events;
}

}  // namespace linewatch::cgi
