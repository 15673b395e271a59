#include "cgi/import_plan.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "cgi/host_edit.h"
#include "store/check_traits.h"
#include "store/host_check.h"
#include "store/host_json.h"
#include "store/json/json_members.h"

namespace linewatch::cgi {
namespace {

// By which a line that has no id finds its host: a heartbeat by its name, any other by what it asks.
std::string MatchKey(const Host& host) { return host.check == CheckKind::kPush ? "push " + host.name : TargetOf(host); }

std::string_view TargetField(const Host& host) {
  if (!host.ip.empty() || !host.service) return "ip";
  const CheckSetting* target = TraitsOf(host.check).target;
  return target != nullptr ? target->name : "name";
}

std::string_view TextMember(const rapidjson::Value& object, std::string_view name) {
  const auto* value = FindMember(object, name);
  return value != nullptr && value->IsString() ? StringOf(*value) : std::string_view();
}

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
    Identify();
    LearnNames();
    for (size_t i = 0; i < items_.size(); ++i)
      if (!items_[i].is_refused) Settle(items_[i], given_.hosts[static_cast<rapidjson::SizeType>(i)]);
    CheckTargets();
    CheckCircles();
    Collect();
    return std::move(plan_);
  }

 private:
  struct Item {
    size_t line;
    const Host* there;  // null: it is new
    std::string id;     // that it has or will have
    Host host;          // as it is to be, once it is settled
    bool is_refused = false;
    std::vector<std::string> names;  // of settings: given to a new one, or changed
  };

  void Refuse(Item& item, std::string_view field, std::string message) {
    item.is_refused = true;
    plan_.refuse.push_back({item.line, std::string(field), std::move(message)});
  }

  // Which host each line is about.
  void Identify() {
    std::unordered_map<std::string_view, size_t> lines_by_there, lines_by_given_id;
    items_.reserve(given_.lines.size());
    for (size_t i = 0; i < given_.lines.size(); ++i) {
      const auto& given = given_.hosts[static_cast<rapidjson::SizeType>(i)];
      Item& item = items_.emplace_back(Item{given_.lines[i], nullptr, "", {}, false, {}});
      const auto id = TextMember(given, "id");
      const auto* given_id = FindMember(given, "id");
      if (given_id != nullptr && !given_id->IsNull() && !is_host_id(id))
        Refuse(item, "id", "expected 1 to 32 characters of a-z and 0-9, or none");
      if (!id.empty()) {
        const auto [first, is_new] = lines_by_given_id.emplace(id, item.line);
        if (!is_new)
          Refuse(item, "id", "expected each host once: line " + std::to_string(first->second) + " has it, too");
        if (const auto found = there_by_id_.find(id); found != there_by_id_.end()) item.there = found->second;
      }
      if (item.there == nullptr) {
        const auto found = there_by_key_.find(MatchKey(ReadHost(given)));
        if (found != there_by_key_.end()) item.there = found->second;
      }
      if (item.there != nullptr) {
        item.id = item.there->id;
        const auto [first, is_new] = lines_by_there.emplace(item.there->id, item.line);
        if (!is_new && !item.is_refused)
          Refuse(item, id.empty() ? TargetField(*item.there) : "id",
                 "expected each host once: line " + std::to_string(first->second) + " is about \"" + item.there->name +
                     "\", too");
      } else if (is_host_id(id)) {
        item.id = id;
      }
    }
    for (const Item& item : items_)
      if (!item.id.empty()) taken_.emplace(item.id, &item);
    for (Item& item : items_) {
      if (!item.id.empty()) continue;
      do {
        item.id = new_id_();
      } while (there_by_id_.contains(item.id) || !taken_.emplace(item.id, &item).second);
    }
  }

  // Parents may be given by the names that hosts will have.
  void LearnNames() {
    const auto learn = [&](std::string_view name, std::string_view id) {
      const auto [known, is_new] = ids_by_name_.emplace(name, id);
      if (!is_new && known->second != id) known->second = {};
    };
    for (size_t i = 0; i < items_.size(); ++i) {
      const auto& given = given_.hosts[static_cast<rapidjson::SizeType>(i)];
      const Host* there = items_[i].there;
      auto name = TextMember(given, "name");
      if (name.empty()) name = there != nullptr ? std::string_view(there->name) : TextMember(given, "ip");
      learn(name, items_[i].id);
      ids_.emplace(TextMember(given, "id"), items_[i].id);
    }
    for (const Host& host : list_.hosts)
      if (!taken_.contains(host.id)) learn(host.name, host.id);
  }

  // Nothing if it is neither an id nor a name, or the name of several.
  std::optional<std::string_view> ParentNamed(std::string_view text) const {
    if (text.empty()) return std::nullopt;  // as the id of every line without one is
    if (const auto alias = ids_.find(text); alias != ids_.end()) return alias->second;
    if (there_by_id_.contains(text)) return text;
    const auto named = ids_by_name_.find(text);
    return named == ids_by_name_.end() || named->second.empty() ? std::nullopt : std::optional(named->second);
  }

  // `parents` with ids instead of names.
  void ResolveParents(Item& item, rapidjson::Value& settings, rapidjson::Document::AllocatorType& memory) {
    const auto place = settings.FindMember("parents");
    if (place == settings.MemberEnd() || !place->value.IsArray()) return;
    rapidjson::Value resolved(rapidjson::kArrayType);
    const auto take = [&](std::string_view text) {
      const auto id = ParentNamed(text);
      const bool is_known = id.has_value();
      const auto used = id.value_or(text);
      if (is_known)
        resolved.PushBack(rapidjson::Value(used.data(), static_cast<rapidjson::SizeType>(used.size()), memory), memory);
      return is_known;
    };
    for (const auto& parent : place->value.GetArray()) {
      if (!parent.IsString()) return;  // the check says what is expected
      auto text = StringOf(parent);
      if (take(text)) continue;
      while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.empty() || take(word)) continue;
        const bool is_shared = ids_by_name_.contains(word);
        Refuse(item, "parents",
               is_shared ? "expected an id: several hosts have the name \"" + std::string(word) + '"'
                         : "expected ids or names of hosts that are there or in this import; \"" +
                               std::string(StringOf(parent)) + "\" is neither");
        break;
      }
    }
    place->value = std::move(resolved);
  }

  // What the host will be, if it may.
  void Settle(Item& item, const rapidjson::Value& given) {
    rapidjson::Document patch;
    patch.CopyFrom(given, patch.GetAllocator());
    ResolveParents(item, patch, patch.GetAllocator());
    if (item.there == nullptr) {
      SettleNew(item, patch);
    } else {
      SettleThere(item, patch);
    }
  }

  void SettleNew(Item& item, rapidjson::Document& settings) {
    if (!settings.HasMember("name")) {
      const std::string name = AddressText(ReadHost(settings));
      if (!name.empty())
        settings.AddMember("name", rapidjson::Value(name.c_str(), settings.GetAllocator()), settings.GetAllocator());
    }
    DropIgnoredMembers(settings);
    for (const auto& error : CheckSettings(settings, config_)) Refuse(item, error.field, error.message);
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

  // Of the hosts as they will be, no two may be the same check of the same target.
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
        Refuse(*found->second, "parents",
               "expected no circle: \"" + circular.parent->name + "\" is itself reached through this host");
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
  std::vector<Item> items_;                                             // one for each that is given
  std::unordered_map<std::string_view, const Item*> taken_;             // by the id it has or will have
  std::unordered_map<std::string_view, std::string_view> ids_;          // by the id that was given
  std::unordered_map<std::string_view, std::string_view> ids_by_name_;  // empty: several hosts have it
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
    events.push_back(EditEvent{now, std::string(user), "change", changing[i]->id, std::move(plan.change[i].changed)});
  }
  for (auto& add : plan.add) {
    events.push_back(EditEvent{now, std::string(user), "add", add.host.id, std::move(add.given)});
    list.hosts.push_back(std::move(add.host));
  }
  return events;
}

}  // namespace linewatch::cgi
