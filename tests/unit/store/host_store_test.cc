#include "store/host_store.h"

#include <unistd.h>

#include <algorithm>

#include "store/host_json.h"
#include "store/text/plain_text.h"
#include "tests/unit/catch.h"
#include "tests/unit/processes.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

Host Named(const std::string& id, const std::string& ip) {
  Host host;
  host.id = host.name = id;
  host.ip = ip;
  return host;
}

HostStore::Change Adding(const std::string& id, const std::string& ip = "10.0.0.1") {
  return [=](HostList& list, auto&) -> std::optional<EditEvent> {
    list.hosts.push_back(Named(id, ip));
    return EditEvent{WallNow(), "alice", EditAction::kAdd, id, {}};
  };
}
HostStore::Change Renaming(const std::string& id, const std::string& name) {
  return [=](HostList& list, auto&) -> std::optional<EditEvent> {
    list.Find(id)->name = name;
    return EditEvent{WallNow(), "alice", EditAction::kChange, id, {"name"}};
  };
}

// `hosts`, each of which alice has acknowledged.
HostStore::Change Acknowledging(const std::vector<Host>& hosts, WallTime written) {
  return [=](HostList& list, auto&) -> std::optional<EditEvent> {
    list.hosts = hosts;
    for (Host& host : list.hosts) host.acknowledged = Acknowledgement{"alice", written, ""};
    return EditEvent{written, "alice", EditAction::kChange, "", {"acknowledged"}};
  };
}
// Gives the first host in the file another name, as an editor does.
void RenameByHand(const std::filesystem::path& file, const std::string& name) {
  constexpr std::string_view kMember = "\"name\":\"";
  std::string text = Contents(file);
  const size_t begin = text.find(kMember) + kMember.size();
  text.replace(begin, text.find('"', begin) - begin, name);
  WriteInPlace(file, text);
}

// Whether other settings were found.
bool Published(HostStore& store, HostList& mine, Findings& findings, HostStore::Depth depth = HostStore::Depth::kLive,
               const IsOver& is_over = {}) {
  HostStore::TakenOver taken;
  store.Publish(mine, depth, taken, is_over);
  findings.insert(findings.end(), taken.findings.begin(), taken.findings.end());
  return taken.is_edited;
}

size_t EditsIn(const Folders& folders) {
  size_t edits = 0;
  EventLog(folders.events()).Read(kNever, [&](const Event& e) {
    edits += std::holds_alternative<EditEvent>(e) ? 1 : 0;
  });
  return edits;
}

// The two arrangements that an installation may have.
struct Installation {
  explicit Installation(bool is_split)
      : folders{folder.path() / "data", is_split ? folder.path() / "live" : folder.path() / "data"} {
    std::filesystem::create_directories(folders.data);
    std::filesystem::create_directories(folders.live);
  }
  TempDir folder;
  Folders folders;
};

#define FOR_BOTH_ARRANGEMENTS                                \
  const bool is_split = GENERATE(false, true);               \
  INFO((is_split ? "live and data apart" : "live is data")); \
  const Installation installation(is_split);                 \
  const Folders& folders = installation.folders

TEST_CASE("several processes that add hosts at once lose none", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  constexpr int kProcesses = 4, kEach = 25;
  // More patience than a program has: whether the lock is fair on a busy machine is not what this is about.
  CHECK(RunInProcesses(kProcesses, [&](int number) {
          HostStore store(folders, std::chrono::seconds(60));
          for (int i = 0; i < kEach; ++i) store.Update(Adding("p" + std::to_string(number) + "n" + std::to_string(i)));
        }) == kProcesses);
  const HostList list = HostStore(folders).Read();
  CHECK(list.hosts.size() == kProcesses * kEach);
  CHECK(list.revision == kProcesses * kEach);
  CHECK(EditsIn(folders) == kProcesses * kEach);
}

TEST_CASE("a change that answers nothing writes nothing", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore store(folders);
  store.Update([](HostList&, auto&) { return std::nullopt; });
  CHECK_FALSE(std::filesystem::exists(folders.hosts()));
  CHECK(EditsIn(folders) == 0);
}

TEST_CASE("what monitord publishes never undoes an edit made meanwhile", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore editor(folders), daemon(folders);
  editor.Update(Adding("a"));
  Findings findings;
  HostList mine = daemon.Load(findings);
  mine.hosts[0].seen.fail_count = 3;

  editor.Update(Renaming("a", "New name"));
  editor.Update(Adding("b", "10.0.0.2"));
  CHECK(daemon.changed());
  CHECK(Published(daemon, mine, findings));
  CHECK(mine.hosts.size() == 2);
  CHECK(mine.Find("a")->name == "New name");
  CHECK(mine.Find("a")->seen.fail_count == 3);
  CHECK_FALSE(daemon.changed());
  CHECK(editor.Read().Find("a")->name == "New name");
  CHECK(editor.Read().Find("a")->seen.fail_count == 3);
  CHECK_FALSE(Published(daemon, mine, findings));
  CHECK(findings.empty());
}

TEST_CASE("an acknowledgement that monitord has ended does not come back from the disk, a newer one counts",
          "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore api(folders), monitord(folders);
  const WallTime written = WallNow();
  api.Update(Acknowledging({Named("ended", "10.0.0.1"), Named("newer", "10.0.0.2"), Named("on", "10.0.0.3")}, written));
  Findings findings;
  HostList mine = monitord.Load(findings);
  for (const char* id : {"ended", "newer"}) {
    mine.Find(id)->acknowledged.reset();
    mine.Find(id)->seen.status = Status::kDown;  // again
  }
  const IsOver is_over = [&](size_t host, const Acknowledgement& acknowledgement) {
    return host < 2 && acknowledgement.at <= written + std::chrono::seconds(60);
  };
  // The API edits what it found before the end was published.
  api.Update([&](HostList& list, auto&) -> std::optional<EditEvent> {
    list.Find("ended")->name = "renamed";
    list.Find("newer")->acknowledged = Acknowledgement{"bob", written + std::chrono::seconds(90), ""};
    return EditEvent{written, "bob", EditAction::kChange, "", {"acknowledged"}};
  });
  CHECK(Published(monitord, mine, findings, HostStore::Depth::kLive, is_over));
  for (const HostList& list : {mine, api.Read()}) {
    CHECK(list.Find("ended")->name == "renamed");
    CHECK_FALSE(list.Find("ended")->acknowledged);
    REQUIRE(list.Find("newer")->acknowledged);
    CHECK(list.Find("newer")->acknowledged->by == "bob");
    CHECK(list.Find("on")->acknowledged);
  }
}

TEST_CASE("an acknowledgement that monitord has ended is no edit by hand", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore api(folders), monitord(folders);
  const WallTime written = WallNow();
  api.Update(Acknowledging({Named("a", "10.0.0.1")}, written));
  Findings findings;
  HostList mine = monitord.Load(findings);
  const int64_t revision = mine.revision;
  mine.hosts[0].acknowledged.reset();
  mine.hosts[0].seen.status = Status::kUp;
  mine.hosts[0].seen.last_good = mine.updated = written + std::chrono::seconds(1);
  // Somebody saves the file as it was.
  const std::string text = ReadFile(folders.hosts(), 1 << 20);
  ReplaceFile(folders.hosts(), text, 0640);
  CHECK_FALSE(Published(monitord, mine, findings, HostStore::Depth::kDurable));
  CHECK_FALSE(api.Read().hosts[0].acknowledged);
  CHECK(api.Read().revision == revision);
}

TEST_CASE("what was observed of the old target says nothing of the new one", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore editor(folders), daemon(folders);
  editor.Update(Adding("a"));
  Findings findings;
  HostList mine = daemon.Load(findings);
  mine.hosts[0].seen.fail_count = 3;
  editor.Update([](HostList& list, auto&) -> std::optional<EditEvent> {
    list.Find("a")->ip = "10.0.0.99";
    return EditEvent{WallNow(), "", EditAction::kChange, "a", {"ip"}};
  });
  REQUIRE(Published(daemon, mine, findings));
  CHECK(mine.Find("a")->seen.fail_count == 0);
}

TEST_CASE("whoever keeps something beside the list learns where each host of an edited one stood before",
          "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore editor(folders), daemon(folders);
  for (const char* id : {"gone", "moved", "retargeted", "kept"}) editor.Update(Adding(id));
  Findings findings;
  HostList mine = daemon.Load(findings);
  HostStore::TakenOver none;
  daemon.Publish(mine, HostStore::Depth::kLive, none);
  CHECK_FALSE(none.is_edited);
  editor.Update([](HostList& list, auto&) -> std::optional<EditEvent> {
    list.hosts.erase(list.hosts.begin());
    list.Find("retargeted")->ip = "10.0.0.99";
    list.hosts.insert(list.hosts.begin(), Named("added", "10.0.0.98"));
    std::swap(list.hosts[1], list.hosts[3]);
    return EditEvent{WallNow(), "", EditAction::kChange, "", {"ip"}};
  });
  HostStore::TakenOver taken;
  SECTION("of one edit") {
    daemon.Publish(mine, HostStore::Depth::kLive, taken);
    CHECK(taken.origins == HostOrigins{kNewHost, 3, kNewHost, 1});
  }
  SECTION("of two, the second while the first is taken over") {
    // monitord asks about an acknowledgement when it has read the list: then somebody replaces the file by hand.
    editor.Update([](HostList& list, auto&) -> std::optional<EditEvent> {
      list.Find("kept")->acknowledged = Acknowledgement{"alice", WallNow(), ""};
      return EditEvent{WallNow(), "", EditAction::kChange, "kept", {"acknowledged"}};
    });
    std::vector<size_t> asked;
    daemon.Publish(mine, HostStore::Depth::kLive, taken, [&](size_t host, const Acknowledgement&) {
      asked.push_back(host);
      if (asked.size() > 1) return false;
      HostList by_hand = editor.Read();
      std::swap(by_hand.hosts[0], by_hand.hosts[1]);
      std::swap(by_hand.hosts[2], by_hand.hosts[3]);
      ReplaceFile(folders.hosts(), JsonText([&](JsonWriter& out) { WriteHostList(out, by_hand); }), 0640);
      return false;
    });
    CHECK(asked == std::vector<size_t>{3, 3});
    CHECK(taken.origins == HostOrigins{3, kNewHost, 1, kNewHost});
  }
  std::vector<std::string> kept = {"gone", "moved", "retargeted", "kept"};
  FollowHosts(kept, taken.origins);
  for (size_t i = 0; i < mine.hosts.size(); ++i) {
    const std::string& id = mine.hosts[i].id;
    CHECK(kept[i] == (id == "moved" || id == "kept" ? id : ""));
  }
}

TEST_CASE("the data folder is written at edits and checkpoints, the live one each cycle", "[host_store]") {
  const Installation installation(true);
  HostStore daemon(installation.folders);
  Findings findings;
  HostList mine = daemon.Load(findings);
  mine.hosts.push_back(Named("a", "10.0.0.1"));
  Published(daemon, mine, findings, HostStore::Depth::kDurable);
  const auto durable = IdentityOf(installation.folders.durable_hosts());
  const auto live = IdentityOf(installation.folders.hosts());
  Published(daemon, mine, findings);
  CHECK(IdentityOf(installation.folders.durable_hosts()) == durable);
  CHECK_FALSE(IdentityOf(installation.folders.hosts()) == live);
}

TEST_CASE("after a power cut the durable settings count, and the live observations if they are left", "[host_store]") {
  const Installation installation(true);
  const Folders& folders = installation.folders;
  Findings findings;
  {
    HostStore editor(folders);
    editor.Update(Adding("a"));
    HostList mine = editor.Load(findings);
    mine.updated = WallNow();
    mine.hosts[0].seen.fail_count = 5;
    Published(editor, mine, findings);
  }
  SECTION("the cut came between the durable and the live replacement") {
    const std::string live_before = Contents(folders.hosts());
    HostStore(folders).Update(Adding("b", "10.0.0.2"));
    WriteInPlace(folders.hosts(), live_before);
    const HostList list = HostStore(folders).Load(findings);
    CHECK(list.hosts.size() == 2);
    CHECK(list.Find("a")->seen.fail_count == 5);
  }
  SECTION("the live folder is empty after a boot") {
    std::filesystem::remove(folders.hosts());
    CHECK(HostStore(folders).Load(findings).hosts.size() == 1);
    CHECK(HostStore(folders).Read().hosts.size() == 1);
  }
  CHECK(findings.empty());
}

TEST_CASE("a file that does not parse is set aside, and the generation before is used", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore editor(folders);
  editor.Update(Adding("a"));
  editor.Update(Adding("b", "10.0.0.2"));
  const std::string garbage = GENERATE(as<std::string>{}, "", "{\"hosts\":[", std::string(500, '\0'), "<html>");
  if (is_split) std::filesystem::remove(folders.hosts());
  WriteInPlace(folders.durable_hosts(), garbage);

  HostStore daemon(folders);
  Findings findings;
  const HostList list = daemon.Load(findings);
  CHECK(list.hosts.size() == 1);  // the edit that added b is the one that was damaged
  REQUIRE(daemon.SetAside().size() == 1);
  CHECK(Contents(folders.data / daemon.SetAside()[0]) == garbage);
  REQUIRE(findings.size() == 2);
  CHECK_THAT(findings[0], Catch::Matchers::ContainsSubstring("was set aside as hosts.json.bad-"));
}

TEST_CASE("garbage written while monitord runs costs nothing: it writes what it has in memory", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore daemon(folders);
  Findings findings;
  daemon.Update(Adding("a"));
  HostList mine = daemon.Load(findings);
  WriteInPlace(folders.durable_hosts(), "garbage");
  CHECK(daemon.changed());
  Published(daemon, mine, findings);
  CHECK(findings.size() == 1);
  CHECK(mine.hosts.size() == 1);
  CHECK(HostStore(folders).Read().hosts.size() == 1);
  CHECK(Contents(folders.durable_hosts()).starts_with("{\"format\":1"));
}

TEST_CASE("an edit by hand is adopted and gets a revision", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore daemon(folders);
  daemon.Update(Adding("a"));
  Findings findings;
  HostList mine = daemon.Load(findings);
  Published(daemon, mine, findings, HostStore::Depth::kDurable);
  const auto revision = mine.revision;

  RenameByHand(folders.durable_hosts(), "by hand");
  CHECK(Published(daemon, mine, findings));
  CHECK(mine.Find("a")->name == "by hand");
  CHECK(mine.revision == revision + 1);
  CHECK(mine.Find("a")->revision == 2);
  CHECK(HostStore(folders).Read().revision == revision + 1);
  CHECK(findings.empty());

  SECTION("what did not change is not taken for an edit") {
    WriteInPlace(folders.durable_hosts(), Contents(folders.durable_hosts()));
    CHECK_FALSE(Published(daemon, mine, findings));
    CHECK(mine.revision == revision + 1);
  }
}

TEST_CASE("edits by hand that fall into the writing are all taken over, if they come to an end", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore monitord(folders);
  monitord.Update(Acknowledging({Named("a", "10.0.0.1")}, WallNow()));
  Findings findings;
  HostList mine = monitord.Load(findings);
  int edits = 0, most = 0;
  const auto edit = [&] { RenameByHand(folders.hosts(), std::string(static_cast<size_t>(++edits), 'x')); };
  // monitord asks about the acknowledgement when it has read the list, and has not written it yet.
  const IsOver edited_meanwhile = [&](size_t, const Acknowledgement&) {
    if (edits < most) edit();
    return false;
  };
  SECTION("a few") {
    most = HostStore::kMostWrites;
    edit();
    CHECK(Published(monitord, mine, findings, HostStore::Depth::kLive, edited_meanwhile));
    CHECK(edits == most);
    CHECK_FALSE(monitord.changed());
  }
  SECTION("one after the other, without end") {
    most = 1000;
    edit();
    CHECK_THROWS_AS(Published(monitord, mine, findings, HostStore::Depth::kLive, edited_meanwhile), std::system_error);
    CHECK(edits < 20);
    CHECK(Contents(folders.hosts()).find(std::string(static_cast<size_t>(edits), 'x')) != std::string::npos);
    CHECK(Published(monitord, mine, findings));  // nobody edits any more
  }
  CHECK(mine.hosts[0].name.size() == static_cast<size_t>(edits));
  CHECK(HostStore(folders).Read().hosts[0].name == mine.hosts[0].name);
  CHECK(findings.empty());
}

TEST_CASE("an edit is taken over even when writing fails", "[host_store]") {
  const Installation installation(false);
  const Folders& folders = installation.folders;
  HostStore daemon(folders);
  daemon.Update(Adding("a"));
  Findings findings;
  HostList mine = daemon.Load(findings);
  WriteInPlace(folders.hosts(), R"({"hosts":[{"id":"b","name":"b","ip":"10.0.0.2"}]})");
  std::filesystem::create_directory(folders.hosts().string() + ".tmp");  // in the way of every replacement
  HostStore::TakenOver taken;
  CHECK_THROWS_AS(daemon.Publish(mine, HostStore::Depth::kLive, taken), std::system_error);
  CHECK(taken.is_edited);
  REQUIRE(taken.events.size() == 1);
  CHECK(std::get<EditEvent>(taken.events[0]).action == EditAction::kAdopt);
  CHECK(mine.hosts.at(0).id == "b");
  std::filesystem::remove(folders.hosts().string() + ".tmp");
  CHECK_FALSE(Published(daemon, mine, findings));
  CHECK(HostStore(folders).Read().revision == mine.revision);
}

TEST_CASE("an edit by hand of the durable file counts, also when monitord did not run", "[host_store]") {
  const Installation installation(true);
  const Folders& folders = installation.folders;
  Findings findings;
  HostStore daemon(folders);
  daemon.Update(Adding("a"));
  HostList mine = daemon.Load(findings);
  mine.updated = WallNow();
  Published(daemon, mine, findings, HostStore::Depth::kDurable);
  RenameByHand(folders.durable_hosts(), "by hand");

  CHECK(HostStore(folders).Read().hosts[0].name == "by hand");
  const HostList list = HostStore(folders).Load(findings);
  CHECK(list.hosts[0].name == "by hand");
  CHECK(list.revision == mine.revision + 1);
}

TEST_CASE("of an edit by hand only what is wrong is refused, and nothing typed is lost", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore daemon(folders);
  daemon.Update(Adding("a"));
  Findings findings;
  HostList mine = daemon.Load(findings);
  const std::string edited = R"({"hosts":[{"id":"a","name":"a","ip":"10.0.0.999"},
      {"name":"new","ip":"10.0.0.3"},{"name":"no address"},{"name":"twin","ip":"10.0.0.4","id":"Not an id"}]})";
  WriteInPlace(folders.durable_hosts(), edited);
  REQUIRE(Published(daemon, mine, findings));
  REQUIRE(mine.hosts.size() == 3);
  CHECK(mine.Find("a")->ip == "10.0.0.1");
  for (const Host& host : mine.hosts) CHECK(host.id.find_first_of(" N") == std::string::npos);
  REQUIRE(findings.size() == 2);
  CHECK_THAT(findings[0], Catch::Matchers::StartsWith("host 1 (a) of hosts.json was refused: ip is \"10.0.0.999\"") ||
                              Catch::Matchers::StartsWith("host 1 (a) of hosts.json was refused: ip: expected"));
  REQUIRE(daemon.SetAside().size() == 1);
  CHECK(Contents(folders.data / daemon.SetAside()[0]) == edited);
}

TEST_CASE("a host that an edit by hand broke while nothing ran stays as it was", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  const bool is_live_left = GENERATE(true, false);
  HostStore before(folders);
  for (const std::string id : {"a", "b", "c"}) before.Update(Adding(id, "10.0.0." + std::to_string(id[0] - 'a' + 1)));
  before.Update(Renaming("a", "first"));
  if (is_split && !is_live_left) std::filesystem::remove(folders.hosts());
  const std::string edited = R"({"revision":4,"hosts":[{"id":"a","name":"by hand","ip":"10.0.0.1"},
      {"id":"b","name":"b","ip":"10.0.0.999"},{"id":"a","name":"copied","ip":""},{"id":"new","name":"new","ip":"nowhere to be found"}]})";
  WriteInPlace(folders.durable_hosts(), edited);

  const auto check = [](const HostList& list) {
    REQUIRE(list.Find("b") != nullptr);
    CHECK(list.Find("b")->ip == "10.0.0.2");
    CHECK(list.Find("a")->name == "by hand");
    CHECK(std::count_if(list.hosts.begin(), list.hosts.end(), [](const Host& h) { return h.id == "a"; }) == 1);
    CHECK(list.Find("c") == nullptr);  // taken out by hand
    CHECK(list.Find("new") == nullptr);
  };
  HostStore store(folders);
  SECTION("and monitord is started") {
    Findings findings;
    HostList mine = store.Load(findings);
    check(mine);
    CHECK(findings.size() == 3);
    Published(store, mine, findings);
  }
  SECTION("and something else is changed") { store.Update(Adding("d", "10.0.0.4")); }
  check(HostStore(folders).Read());
  REQUIRE(store.SetAside().size() == 1);
  CHECK(Contents(folders.data / store.SetAside()[0]) == edited);
}

TEST_CASE("what is said of a refused host is valid text, however long its name is", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  std::string name = "x";
  for (int i = 0; i < 120; ++i) name += "ä";
  WriteInPlace(folders.durable_hosts(), R"({"format":1,"hosts":[{"name":")" + name + R"(","ip":"10.0.0.999"}]})");
  Findings findings;
  HostStore(folders).Load(findings);
  REQUIRE(findings.size() == 1);
  CHECK(is_utf8(findings[0]));
}

TEST_CASE("a host that is broken in every copy is refused", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  for (const auto& name : {"hosts.json", "hosts.json.prev"})
    WriteInPlace(folders.data / name, R"({"hosts":[{"id":"a","name":"a","ip":""},{"name":"b","ip":"10.0.0.2"}]})");
  Findings findings;
  const HostList list = HostStore(folders).Load(findings);
  REQUIRE(list.hosts.size() == 1);
  CHECK(list.hosts[0].name == "b");
}

TEST_CASE("a host that an edit by hand broke is taken from the other folder, if only that knows it", "[host_store]") {
  const Installation installation(true);
  const Folders& folders = installation.folders;
  const auto& broken = GENERATE_COPY(values({folders.hosts(), folders.durable_hosts()}));
  HostStore(folders).Update(Adding("a"));
  WriteInPlace(broken, R"({"revision":1,"hosts":[{"id":"a","name":"a","ip":""}]})");
  Findings findings;
  const HostList list = HostStore(folders).Load(findings);
  REQUIRE(list.hosts.size() == 1);
  CHECK(list.hosts[0].ip == "10.0.0.1");
}

TEST_CASE("the file of the earlier Python system is taken over, and a copy kept", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  const std::string seed = R"([{"name":"A","ip":"10.0.0.1","fail_count":2},{"name":"B","ip":"10.0.0.2"}])";
  WriteInPlace(folders.durable_hosts(), seed);
  HostStore daemon(folders);
  Findings findings;
  HostList mine = daemon.Load(findings);
  Published(daemon, mine, findings, HostStore::Depth::kDurable);
  const HostList list = HostStore(folders).Read();
  REQUIRE(list.hosts.size() == 2);
  CHECK(list.hosts[0].id.size() == 10);
  CHECK(list.hosts[0].id != list.hosts[1].id);
  CHECK(list.hosts[0].seen.fail_count == 2);
  CHECK(Contents(folders.durable_hosts().string() + ".seed") == seed);
  CHECK(findings.empty());
}

TEST_CASE("hosts that share an id each get their own", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  WriteInPlace(folders.durable_hosts(),
               R"({"hosts":[{"id":"a","name":"A","ip":"10.0.0.1"},{"id":"a","name":"B","ip":"10.0.0.2"}]})");
  Findings findings;
  const HostList list = HostStore(folders).Load(findings);
  CHECK(list.hosts[0].id == "a");
  CHECK(list.hosts[1].id != "a");
}

TEST_CASE("an edit by hand of an address, and a copied entry, are new hosts of which nothing was seen",
          "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore daemon(folders);
  daemon.Update(Adding("a"));
  Findings findings;
  HostList mine = daemon.Load(findings);
  mine.hosts[0].seen.status = Status::kDown;
  mine.hosts[0].seen.fail_count = 12;
  Published(daemon, mine, findings, HostStore::Depth::kDurable);

  rapidjson::Document document;
  REQUIRE_FALSE(ParseJson(Contents(folders.durable_hosts()), document));
  auto& hosts = document["hosts"];
  rapidjson::Value copy(hosts[0], document.GetAllocator());
  if (GENERATE(false, true)) {
    copy["ip"].SetString("10.0.0.77");
    hosts[0].Swap(copy);
  } else {
    copy["ip"].SetString("10.0.0.77");
    hosts.PushBack(copy, document.GetAllocator());
  }
  WriteInPlace(folders.durable_hosts(), JsonText([&](JsonWriter& out) { document.Accept(out); }));
  REQUIRE(Published(daemon, mine, findings));
  const Host& changed = mine.hosts.back();
  CHECK(changed.ip == "10.0.0.77");
  CHECK(changed.seen.status == Status::kPending);
  CHECK(changed.seen.fail_count == 0);
  if (mine.hosts.size() == 2) CHECK(mine.hosts[0].seen.fail_count == 12);
}

TEST_CASE("an edit while the live folder is not there goes to the durable file alone", "[host_store]") {
  const Installation installation(true);
  const Folders& folders = installation.folders;
  std::filesystem::remove_all(folders.live);
  HostStore(folders).Update(Adding("a"));
  CHECK(HostStore(folders).Read().hosts.size() == 1);
  CHECK_FALSE(std::filesystem::exists(folders.live));
}

TEST_CASE("a broken file that monitord has not seen to yet is read as the generation before", "[host_store]") {
  FOR_BOTH_ARRANGEMENTS;
  HostStore editor(folders);
  editor.Update(Adding("a"));
  editor.Update(Adding("b", "10.0.0.2"));
  if (is_split) std::filesystem::remove(folders.hosts());
  WriteInPlace(folders.durable_hosts(), "garbage");
  const HostList list = HostStore(folders).Read();
  CHECK(list.hosts.size() == 1);
  REQUIRE(list.monitor.notices.size() == 1);
  CHECK(list.monitor.notices[0].code == "file_broken");
  CHECK(Contents(folders.durable_hosts()) == "garbage");
}

TEST_CASE("two ways to write one folder are one folder", "[host_store]") {
  const TempDir folder;
  std::filesystem::create_directory_symlink(folder.path(), folder / "link");
  CHECK(LocateFolders(folder.path(), folder.path().string() + "/").live_is_data());
  CHECK(LocateFolders(folder.path(), folder / "link").live_is_data());
  CHECK_FALSE(LocateFolders(folder.path(), folder / "other").live_is_data());
  std::filesystem::remove(folder / "link");
}

TEST_CASE("files set aside do not fill the disk", "[host_store]") {
  const Installation installation(false);
  HostStore daemon(installation.folders);
  Findings findings;
  HostList mine = daemon.Load(findings);
  for (int i = 0; i < 40; ++i) {
    WriteInPlace(installation.folders.hosts(), "garbage " + std::to_string(i));
    Published(daemon, mine, findings);
  }
  const auto kept = daemon.SetAside();
  CHECK(kept.size() <= 20);
  CHECK(Contents(installation.folders.data / kept.back()) == "garbage 39");
}

}  // namespace
}  // namespace linewatch
