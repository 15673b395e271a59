"""monitord as a program: its options, its settings, the list that people edit under it, and what a start finds."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import network
import plain_cgi
from daemon import MONITORD, QUICK, Daemon, host, needs_pings, notices, put
from until import until


OPEN = {**QUICK, "access": {"anonymous": "admin"}}
HERE = [host("first", "127.0.0.1"), host("second", "127.0.0.2"), host("third", "127.0.0.3")]
DEEP = "[" * 100_000 + "]" * 100_000


def run(*options):
    return subprocess.run([MONITORD, *map(str, options)], capture_output=True, text=True, timeout=30)


def names_of(published):
    return [h["name"] for h in published["hosts"]]


# ---- Options

def test_version_says_which_program_this_is():
    ran = run("--version")
    assert ran.returncode == 0
    assert re.fullmatch(r"monitord \d+\.\d+\.\d+\n", ran.stdout)


def test_help_names_every_option():
    ran = run("--help")
    assert ran.returncode == 0
    for option in ("--config", "--data", "--live", "--once", "--check-config", "--version", "--help"):
        assert option in ran.stdout


@pytest.mark.parametrize("options, complaint", [
    (["--nonsense"], "--nonsense"),
    (["--data"], "--data"),
    (["--once=yes"], "--once"),
    (["-x"], "x"),
    (["extra"], "extra"),
])
def test_an_option_that_does_not_exist_is_refused(options, complaint):
    ran = run(*options)
    assert ran.returncode == 2
    assert complaint in ran.stderr


# ---- config.json

BAD_CONFIGS = {
    "unknown key": ('{"intervall": 5}', ["intervall"]),
    "unknown key within": ('{"smtp": {"hostname": "x"}}', ["smtp", "hostname"]),
    "text for a number": ('{"interval": "ten"}', ["interval", "ten", "number of seconds"]),
    "fraction for a whole number": ('{"retries": 1.5}', ["retries", "1.5", "whole number"]),
    "list for an object": ('{"smtp": []}', ["smtp", "object"]),
    "too small": ('{"interval": 0.5}', ["interval", "0.5", "from 1"]),
    "too short a timeout": ('{"timeout": 0.01}', ["timeout", "0.01", "0.05"]),
    "no threshold": ('{"fail_threshold": 0}', ["fail_threshold", "0", "from 1"]),
    "beyond any number": ('{"interval": 1e999}', []),
    "timeout as long as the interval": ('{"interval": 2, "timeout": 2}', ["timeout", "2", "interval"]),
    "no time zone": ('{"timezone": "Mars/Olympus"}', ["timezone", "Mars/Olympus"]),
    "no address": ('{"uplinks": ["300.1.2.3"]}', ["uplinks", "300.1.2.3"]),
    "cut off": ('{"interval": 10, "time', ["line 1"]),
    "second line": ('{"interval": 10,\n timeout: 1}', ["line 2"]),
    "two objects": ('{"interval": 10} {"timeout": 1}', []),
    "empty": ("", []),
    "only zeros": ("\0" * 500, []),
    "bad UTF-8": (b'{"title": "\xff\xfe"}', []),
    "no object": ("[1, 2]", ["object"]),
    "deep": (DEEP, []),
}


@pytest.mark.parametrize("fault", BAD_CONFIGS)
def test_a_bad_setting_is_named_with_its_file_key_value_and_what_was_expected(fault, folder):
    text, words = BAD_CONFIGS[fault]
    daemon = Daemon(folder / "data", HERE)
    put(daemon.data / "config.json", text)
    hosts = (daemon.data / "hosts.json").read_bytes()
    checked = run("--check-config", "--data", daemon.data)
    started = daemon.once()
    for ran in (checked, started):
        assert ran.returncode == 2
        assert "config.json" in ran.stderr
        for word in words:
            assert word in ran.stderr
        assert len(ran.stderr) < 1000
    put(daemon.data / "expected", text)
    assert (daemon.data / "config.json").read_bytes() == (daemon.data / "expected").read_bytes()
    assert (daemon.data / "hosts.json").read_bytes() == hosts


def test_check_config_accepts_a_good_file_wherever_it_lies(folder):
    put(folder / "settings.json", json.dumps(QUICK))
    assert run("--check-config", "--config", folder / "settings.json").returncode == 0


def test_a_missing_config_json_is_said_to_be_missing(folder):
    for option in ("--check-config", "--once"):
        ran = run(option, "--data", folder)
        assert ran.returncode == 2
        assert "config.json cannot be read: No such file or directory" in ran.stderr


def test_a_secret_of_the_wrong_type_is_not_shown(folder):
    put(folder / "config.json", '{"smtp": {"password": ["hunter2"]}, "webhook": {"secret": 8472946}}')
    ran = run("--check-config", "--data", folder)
    assert ran.returncode == 2
    assert "password" in ran.stderr
    assert "hunter2" not in ran.stderr
    assert "8472946" not in ran.stderr


@needs_pings
def test_a_bad_edit_of_config_json_keeps_the_old_settings_and_is_shown_until_it_is_mended(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        config = daemon.data / "config.json"
        for text, words in BAD_CONFIGS.values():
            put(config, text)
            message = daemon.until_notice("config_broken", 3)
            until(lambda: all(w in notices(daemon.published()).get("config_broken", "") for w in words), 3, message)
            assert config.read_bytes() == (text if isinstance(text, bytes) else text.encode())
        config.unlink()
        daemon.until(lambda p: "No such file" in notices(p).get("config_broken", ""), "no notice of the missing file")
        config.mkdir()
        daemon.until(lambda p: "Is a directory" in notices(p).get("config_broken", ""), "no notice of the folder")
        before = daemon.published()
        daemon.until(lambda p: p["updated"] > before["updated"], "watching does not go on")
        assert daemon.published()["interval"] == 1
        assert "config_broken" in notices(daemon.published())

        config.rmdir()
        put(config, json.dumps({**QUICK, "interval": 2}))
        daemon.until(lambda p: p["interval"] == 2 and not notices(p), "the mended file is not used", 3)
        assert not [name for name in daemon.set_aside() if name.startswith("config")]


@needs_pings
def test_a_start_with_a_bad_config_json_uses_the_last_good_one_and_says_so(folder):
    daemon = Daemon(folder / "data", HERE, {**QUICK, "interval": 3})
    assert daemon.once().returncode == 0
    put(daemon.data / "config.json", '{"interval": "often"}')
    with daemon.start_and_watch():
        assert daemon.published()["interval"] == 3
        assert "often" in daemon.until_notice("config_broken")
        put(daemon.data / "config.json", json.dumps(QUICK))
        daemon.until(lambda p: p["interval"] == 1 and not notices(p), "the mended file is not used", 3)


@needs_pings
def test_sighup_loads_config_json_again_and_stops_nothing(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        for times in (1, 2):
            daemon.signal(signal.SIGHUP)
            until(lambda: daemon.log().count("config.json is loaded") == times, 3, daemon.log)
        for _ in range(50):
            daemon.signal(signal.SIGHUP)
        before = daemon.published()["updated"]
        daemon.until(lambda p: p["updated"] > before, "watching does not go on")


@needs_pings
def test_a_host_may_be_checked_at_a_multiple_of_the_interval(folder):
    hosts = [HERE[0], host("rarely", "127.0.0.2", interval=2)]
    with Daemon(folder / "data", hosts).start_and_watch() as daemon:
        daemon.until_host("first", lambda h: len(h["trail"]) == 4)
        assert len(daemon.host("rarely")["trail"]) == 2


# ---- Starting, stopping

@needs_pings
def test_events_that_cannot_be_read_keep_nobody_from_watching(folder):
    (folder / "data" / "events" / "2025-10.jsonl").mkdir(parents=True)
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        notice = daemon.until_notice("events_unreadable")
        assert "2025-10.jsonl: Is a directory" in notice
        assert str(folder) not in notice
        daemon.until_host("first", lambda seen: seen["status"] == "up")


@needs_pings
def test_once_runs_one_whole_cycle(folder):
    daemon = Daemon(folder / "data", HERE)
    assert daemon.once().returncode == 0
    published = daemon.published()
    assert [(h["status"], len(h["trail"])) for h in published["hosts"]] == [("up", 1)] * 3
    assert published["summary"]["up"] == published["summary"]["total"] == 3
    assert published["monitor"]["state"] == "stopped"
    assert [e["state"] for e in daemon.events("monitor")] == ["start", "stop"]


@needs_pings
def test_once_without_a_host_ends_too(folder):
    daemon = Daemon(folder / "data", hosts=None)
    assert daemon.once().returncode == 0
    assert daemon.published()["hosts"] == []


@needs_pings
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_two_seconds(number, folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        begin = time.monotonic()
        daemon.signal(number)
        assert daemon.process.wait(10) == 0
        assert time.monotonic() - begin < 2
        assert daemon.published()["monitor"]["state"] == "stopped"


@needs_pings
def test_a_clean_restart_and_one_after_sigkill_keep_what_was_seen(folder):
    with Daemon(folder / "data", HERE) as daemon:
        for end in (daemon.stop, daemon.kill):
            daemon.start_and_watch()
            daemon.until_host("first", lambda h: len(h["trail"]) % 2 == 0)
            before = daemon.published()
            end()
            daemon.start_and_watch()
            for old, new in zip(before["hosts"], daemon.published()["hosts"], strict=True):
                assert new["trail"][:len(old["trail"])] == old["trail"]
                assert (new["status"], new["uptime"], new["last_change"]) == ("up", 100, old["last_change"])
            daemon.stop()
        assert len(daemon.events("status")) == 3, "a restart is no change of status"


# ---- hosts.json, as people and the API edit it

@needs_pings
def test_a_host_added_through_the_api_is_up_within_a_second(folder):
    with Daemon(folder / "data", HERE, OPEN).start_and_watch() as daemon:
        begin = time.monotonic()
        status, added = plain_cgi.ask(daemon, "POST", "/api/hosts", host("new", "127.0.0.4"))
        assert status == 201
        assert daemon.until_host("new", lambda h: h["status"] == "up", seconds=3)["id"] == added["id"]
        assert time.monotonic() - begin < 1


@needs_pings
@pytest.mark.parametrize("write", [put, lambda path, text: path.write_text(text)], ids=["renamed", "in place"])
def test_a_host_added_by_hand_is_up_within_a_second_and_gets_an_id_and_a_revision(write, folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        before = daemon.published()
        edited = {**before, "hosts": [*before["hosts"], host("new", "127.0.0.4", room="cellar")]}
        begin = time.monotonic()
        write(daemon.data / "hosts.json", json.dumps(edited))
        new = daemon.until_host("new", lambda h: h["status"] == "up", seconds=3)
        assert time.monotonic() - begin < 1
        assert re.fullmatch("[a-z0-9]{10}", new["id"])
        assert new["room"] == "cellar", "a field that nobody knows is kept"
        published = daemon.published()
        assert published["revision"] > before["revision"]
        assert names_of(published) == ["first", "second", "third", "new"]
        assert [e["action"] for e in daemon.events("edit")] == ["adopt"]


@needs_pings
@pytest.mark.parametrize("revision", [0, 1, 1000], ids=["lower", "the same", "higher"])
def test_an_edit_by_hand_counts_whatever_revision_it_carries(revision, folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        before = daemon.published()

        def rename(list_):
            list_["revision"] = revision
            list_["hosts"][0]["name"] = "renamed"
        daemon.edit_by_hand(rename)
        renamed = daemon.until_host("renamed", lambda h: h["id"] == before["hosts"][0]["id"])
        assert daemon.published()["revision"] > before["revision"]
        if revision < 1000:
            assert renamed["revision"] == 2
            assert [h["revision"] for h in daemon.published()["hosts"]] == [2, 1, 1]


@needs_pings
def test_an_edit_by_hand_cannot_say_what_was_observed(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        def lie(list_):
            list_["hosts"][0].update(status="down", fail_count=99, last_alert_time=1, name="liar")
            list_["summary"]["down"] = 1
        daemon.edit_by_hand(lie)
        liar = daemon.until_host("liar", lambda h: True)
        assert (liar["status"], liar["fail_count"], liar["last_alert_time"]) == ("up", 0, None)
        assert daemon.published()["summary"]["down"] == 0


# An answer that no host on loopback gives.
SLOW = 111


@needs_pings
def test_a_new_name_keeps_what_was_seen_and_a_new_target_does_not(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        daemon.until_host("first", lambda h: len(h["trail"]) >= 2)

        def edit(list_):
            list_["hosts"][0]["name"] = "renamed"
            list_["hosts"][1].update(ip="127.0.0.9", trail=[SLOW] * 60)
        daemon.edit_by_hand(edit)
        moved = daemon.until_host("second", lambda h: h["ip"] == "127.0.0.9" and h["status"] == "up", seconds=3)
        assert SLOW not in moved["trail"]
        assert len(daemon.host("renamed")["trail"]) >= 2


@needs_pings
@pytest.mark.parametrize("keeps_id", [False, True], ids=["without its id", "with its id"])
def test_a_copied_entry_is_a_host_of_its_own(keeps_id, folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        original = daemon.host("first")

        def edit(list_):
            copy = {**list_["hosts"][0], "name": "copy", "ip": "127.0.0.4", "status": "down", "fail_count": 7,
                    "fail_since": 1, "last_alert_time": 2, "trail": [SLOW] * 60}
            if not keeps_id:
                del copy["id"]
            list_["hosts"].append(copy)
        daemon.edit_by_hand(edit)
        copy = daemon.until_host("copy", lambda h: h["status"] == "up", seconds=3)
        assert copy["id"] != original["id"]
        assert daemon.host("first")["id"] == original["id"]
        assert SLOW not in copy["trail"]
        assert copy["last_alert_time"] is None
        assert not daemon.events("alert")


@needs_pings
def test_a_paused_host_is_not_checked_and_a_deleted_one_is_gone(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        def edit(list_):
            list_["hosts"][0]["enabled"] = False
            del list_["hosts"][1]
        daemon.edit_by_hand(edit)
        paused = daemon.until_host("first", lambda h: h["status"] == "paused")
        before = daemon.host("third")
        daemon.until_host("third", lambda h: len(h["trail"]) >= len(before["trail"]) + 2)
        assert daemon.host("first")["trail"] == paused["trail"]
        assert daemon.host("first")["statusCurrent"] is True, "frozen, not forgotten"
        assert names_of(daemon.published()) == ["first", "third"]
        daemon.edit_by_hand(lambda list_: list_["hosts"][0].update(enabled=True))
        daemon.until_host("first", lambda h: h["status"] == "up" and len(h["trail"]) > len(paused["trail"]), seconds=3)


@needs_pings
def test_a_bad_entry_of_an_edit_by_hand_is_refused_alone_with_a_notice(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        def edit(list_):
            list_["hosts"][0]["ip"] = "300.1.2.3"
            list_["hosts"][1]["name"] = "renamed"
            list_["hosts"] += [host("", "127.0.0.4"), {"name": "nameless"}, 7, host("new", "127.0.0.5")]
        daemon.edit_by_hand(edit)
        daemon.until_host("new", lambda h: h["status"] == "up", seconds=3)
        assert sorted(names_of(daemon.published())) == ["first", "new", "renamed", "third"]
        assert daemon.host("first")["ip"] == "127.0.0.1", "what was refused stays as it was"
        message = daemon.until_notice("file_set_aside")
        assert "300.1.2.3" in message or "host 1 (first)" in message
        kept = daemon.set_aside()
        assert len(kept) == 1
        assert b"300.1.2.3" in (daemon.data / kept[0]).read_bytes()
        (daemon.data / kept[0]).unlink()
        daemon.until_no_notice("file_set_aside")


BAD_HOSTS = {
    "garbage": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "cut off": json.dumps({"format": 1, "hosts": HERE}).encode()[:-20],
    "only zeros": bytes(3000),
    "empty": b"",
    "deep": DEEP.encode(),
    "deep within a host": (b'{"format": 1, "hosts": [{"name": "x", "ip": "127.0.0.1", "x": ' + DEEP.encode() + b"}]}"),
    "a number": b"42",
    "a text": b'"hosts"',
    "no list of hosts": b'{"format": 1, "hosts": 5}',
    "no hosts at all": b'{"format": 1}',
    "two documents": json.dumps({"format": 1, "hosts": HERE}).encode() * 2,
    "bad UTF-8": b'{"format": 1, "hosts": [{"name": "\xff\xfe", "ip": "127.0.0.1"}]}',
    "beyond any number": b'{"format": 1, "revision": 1e999, "hosts": []}',
}


@needs_pings
def test_a_broken_hosts_json_is_set_aside_and_watching_goes_on(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        for fault, content in BAD_HOSTS.items():
            before = daemon.published()
            daemon.put_hosts(content)
            kept = until(daemon.set_aside, 3, fault)
            assert re.fullmatch(r"hosts\.json\.bad-\d{8}T\d{6}(\.\d+)?Z", kept[0])
            assert (daemon.data / kept[0]).read_bytes() == content, fault
            assert kept[0] in daemon.until_notice("file_set_aside", 3)
            after = daemon.published()
            assert [(h["id"], h["name"], h["status"]) for h in after["hosts"]] == \
                   [(h["id"], h["name"], h["status"]) for h in before["hosts"]], fault
            for name in kept:
                (daemon.data / name).unlink()
            daemon.until_no_notice("file_set_aside", 3)
        daemon.until(lambda p: p["updated"] > after["updated"], "watching does not go on")
        assert {len(h["trail"]) >= 2 for h in daemon.published()["hosts"]} == {True}


@needs_pings
@pytest.mark.parametrize("fault", BAD_HOSTS)
def test_a_start_with_a_broken_hosts_json_uses_the_generation_before(fault, folder):
    with Daemon(folder / "data", HERE) as daemon:
        assert daemon.once().returncode == 0
        daemon.put_hosts(BAD_HOSTS[fault])
        daemon.start()
        published = daemon.until(lambda p: [h["status"] for h in p["hosts"]] == ["up"] * 3, fault, 3)
        assert names_of(published) == ["first", "second", "third"]
        assert "generation before" in daemon.until_notice("file_set_aside")
        kept = daemon.set_aside()
        assert len(kept) == 1
        assert (daemon.data / kept[0]).read_bytes() == BAD_HOSTS[fault]


@needs_pings
def test_a_start_with_nothing_but_a_broken_hosts_json_watches_nothing_and_says_so(folder):
    with Daemon(folder / "data") as daemon:
        daemon.put_hosts(BAD_HOSTS["cut off"])
        daemon.start_and_watch()
        assert daemon.published()["hosts"] == []
        assert "hosts.json.bad-" in daemon.until_notice("file_set_aside")


@needs_pings
def test_a_script_that_breaks_hosts_json_again_and_again_does_not_fill_the_disk(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        for number in range(30):
            content = f"broken for the {number}. time"
            daemon.put_hosts(content)
            until(lambda: content in daemon.set_aside_texts(), 3, content)
        until(lambda: len(daemon.set_aside()) <= 20, 3, daemon.set_aside)
        daemon.until(lambda p: [h["status"] for h in p["hosts"]] == ["up"] * 3, "the list is lost")


@needs_pings
def test_fields_that_nobody_knows_are_kept_through_edits_and_restarts(folder):
    with Daemon(folder / "data", HERE, OPEN).start_and_watch() as daemon:
        def edit(list_):
            list_["site"] = {"rack": [1, None, "a\u0000b"]}
            list_["hosts"][0]["room"] = {"floor": 3.5, "doors": [True, 10 ** 15]}
        daemon.edit_by_hand(edit)
        known = daemon.until_host("first", lambda h: "room" in h)
        assert plain_cgi.ask(daemon, "PATCH", f"/api/hosts/{known['id']}", {"name": "renamed"})[0] == 200
        daemon.until_host("renamed", lambda h: h["status"] == "up")
        daemon.stop()
        daemon.start_and_watch()
        assert daemon.published()["site"] == {"rack": [1, None, "a\u0000b"]}
        assert daemon.host("renamed")["room"] == {"floor": 3.5, "doors": [True, 10 ** 15]}


@needs_pings
def test_what_it_writes_is_closed_to_strangers_whatever_the_umask(folder):
    daemon = Daemon(folder / "data", HERE, live=folder / "live", launcher=["sh", "-c", 'umask 0; exec "$@"', "-"])
    given = {"config.json", "hosts.json.prev"}  # by the test
    assert daemon.once().returncode == 0
    for path in [*daemon.data.rglob("*"), *daemon.live.rglob("*")]:
        if path.is_file() and path.name not in given:
            assert path.stat().st_mode & 0o007 == 0, path.name


# The file of the system that this one replaces.
SEED = [
    {"name": "Server A", "ip": "127.0.0.1", "fail_count": 0, "statusCurrent": True, "last_alert_time": 0},
    {"name": "Server B", "ip": "127.0.0.2", "fail_count": 12, "statusCurrent": False, "last_alert_time": 1760000000.5,
     "room": {"floor": 3}},
    {"name": "Server C", "ip": "127.0.0.3"},
]


@needs_pings
def test_a_bare_list_of_hosts_is_upgraded_and_kept_beside(folder):
    with Daemon(folder / "data") as daemon:
        text = json.dumps(SEED, indent=4)
        daemon.put_hosts(text)
        daemon.start_and_watch()
        assert (daemon.data / "hosts.json.seed").read_text() == text
        published = daemon.published()
        assert published["format"] == 1
        assert [(h["name"], h["ip"], h["status"]) for h in published["hosts"]] == \
               [(h["name"], h["ip"], "up") for h in SEED]
        assert len({h["id"] for h in published["hosts"]}) == 3
        assert published["hosts"][1]["room"] == {"floor": 3}
        assert not notices(published)


@network.needs_network
def test_a_host_that_was_down_in_a_bare_list_is_down_since_a_time(folder):
    with contextlib.closing(network.Namespace()) as namespace:
        hosts = [{"name": "Server D", "ip": "192.0.2.1", "fail_count": 12, "statusCurrent": False,
                  "last_alert_time": time.time() - 600}]
        with Daemon(folder / "data", launcher=namespace.launcher()) as daemon:
            daemon.put_hosts(json.dumps(hosts))
            begin = time.time()
            daemon.start_and_watch()
            down = daemon.host("Server D")
            assert (down["status"], down["fail_count"]) == ("down", 13)
            assert down["last_alert_time"] == pytest.approx(hosts[0]["last_alert_time"], abs=0.01)
            assert down["fail_since"] is not None
            assert down["fail_since"] <= begin + 1
            assert not daemon.events("alert"), "it was notified already"


# ---- requests.jsonl

@needs_pings
def test_check_now_is_made_within_a_second_and_the_request_is_gone(folder):
    with Daemon(folder / "data", HERE, {**OPEN, "interval": 60}).start_and_watch() as daemon:
        requests = daemon.data / "requests.jsonl"
        for name in ("first", "third"):
            begin = time.monotonic()
            status, _ = plain_cgi.ask(daemon, "POST", f"/api/hosts/{daemon.host(name)['id']}/check")
            assert status == 202
            daemon.until_host(name, lambda h: len(h["trail"]) == 2, seconds=3)
            assert time.monotonic() - begin < 1
            until(lambda: requests.stat().st_size == 0, 2, "the request is still there")
        assert len(daemon.host("second")["trail"]) == 1


@needs_pings
def test_requests_that_make_no_sense_are_dropped(folder):
    with Daemon(folder / "data", HERE, {**QUICK, "interval": 60}).start_and_watch() as daemon:
        known = daemon.host("first")["id"]
        requests = daemon.data / "requests.jsonl"
        lines = [b"garbage", b"\xff\0\xfe", b'{"t":1,"type":"dance","host":"x"}',
                 b'{"t":1,"type":"check","host":"unknown0"}', b'{"t":1,"type":"check","host":7}',
                 b"[" * 50_000, b"x" * 200_000,
                 json.dumps({"t": 1, "type": "check", "host": known}).encode(), b'{"t":1,"type":"che']
        with requests.open("ab") as file:
            file.write(b"\n".join(lines))
        daemon.until_host("first", lambda h: len(h["trail"]) == 2, seconds=3)
        assert requests.stat().st_size == 0
        assert not notices(daemon.published())


# ---- A live folder in memory

@needs_pings
def test_with_a_live_folder_the_disk_is_written_only_at_edits_checkpoints_and_the_end(folder):
    daemon = Daemon(folder / "data", HERE, {**OPEN, "checkpoint": 3600}, live=folder / "live")
    durable = daemon.data / "hosts.json"
    with daemon.start_and_watch():
        def generation():
            return durable.stat().st_ino, durable.stat().st_mtime_ns

        def passes(cycles):
            begin = daemon.published()["updated"]
            daemon.until(lambda p: p["updated"] > begin + cycles - 0.5, "no cycle ended")
        written = generation()
        passes(2)
        assert generation() == written, "a cycle is not written to the disk"

        assert plain_cgi.ask(daemon, "POST", "/api/hosts", host("by the API", "127.0.0.4"))[0] == 201
        assert generation() != written, "an acknowledged edit is on the disk"
        daemon.until_host("by the API", lambda h: h["status"] == "up")

        daemon.edit_by_hand(lambda list_: list_["hosts"].append(host("by hand", "127.0.0.5")))
        daemon.until_host("by hand", lambda h: h["status"] == "up")
        assert names_of(json.loads(durable.read_bytes()))[-2:] == ["by the API", "by hand"]

        daemon.edit_by_hand(lambda list_: list_["hosts"].append(host("on the disk", "127.0.0.6")), daemon.data)
        daemon.until_host("on the disk", lambda h: h["status"] == "up")

        written = generation()
        passes(1)
        assert generation() == written
        put(daemon.data / "config.json", json.dumps({**OPEN, "checkpoint": 1}))
        until(lambda: generation() != written, 4, "no checkpoint is written")
        daemon.until_host("first", lambda h: len(h["trail"]) >= 2)
        daemon.stop()
    at_the_end = json.loads(durable.read_bytes())
    # What is as by default does not stand there.
    published = daemon.published()["hosts"]
    assert [h["id"] for h in at_the_end["hosts"]] == [h["id"] for h in published]
    assert [{**live, **kept} for live, kept in zip(published, at_the_end["hosts"])] == published
    assert all({"name", "ip", "status", "last_check", "trail"} <= set(kept) for kept in at_the_end["hosts"])
    assert at_the_end["monitor"]["state"] == "stopped"


@needs_pings
@pytest.mark.parametrize("where", ["data", "live"])
def test_an_edit_by_hand_of_either_folder_counts_though_monitord_does_not_run(where, folder):
    with Daemon(folder / "data", HERE, live=folder / "live").start_and_watch() as daemon:
        daemon.stop()
        daemon.edit_by_hand(lambda list_: list_["hosts"].append(host("new", "127.0.0.4")), getattr(daemon, where))
        daemon.start_and_watch()
        assert daemon.host("new") is not None
        daemon.until_host("new", lambda h: h["status"] == "up")
        assert "new" in names_of(json.loads((daemon.data / "hosts.json").read_bytes()))


@needs_pings
def test_an_edit_that_reached_the_disk_but_not_the_live_folder_counts(folder):
    # What a crash between the two replacements of an edit leaves.
    with Daemon(folder / "data", HERE, live=folder / "live").start_and_watch() as daemon:
        daemon.kill()
        durable = json.loads((daemon.data / "hosts.json").read_bytes())
        durable["revision"] += 1
        durable["hosts"].append(host("new", "127.0.0.4"))
        put(daemon.data / "hosts.json", json.dumps(durable))
        before = daemon.published()
        daemon.start_and_watch()
        daemon.until_host("new", lambda h: h["status"] == "up")
        after = daemon.published()
        assert after["revision"] >= durable["revision"]
        assert after["hosts"][0]["trail"][:1] == before["hosts"][0]["trail"][:1], "what the live folder knew is kept"


@network.needs_network
def test_what_is_known_of_an_outage_survives_the_loss_of_the_live_folder(folder):
    address = "10.9.9.9/32"
    with contextlib.closing(network.Namespace()) as namespace:
        namespace.ip("addr", "add", address, "dev", "lo")
        hosts = [host("line", "10.9.9.9"), host("good", "127.0.0.1")]
        with Daemon(folder / "data", hosts, live=folder / "live", launcher=namespace.launcher()) as daemon:
            daemon.start_and_watch()
            daemon.until_host("line", lambda h: len(h["trail"]) >= 2)
            namespace.ip("addr", "del", address, "dev", "lo")
            daemon.until_host("line", lambda h: h["status"] == "down")
            before = daemon.published()
            daemon.kill()
            shutil.rmtree(daemon.live)

            daemon.start()
            after = daemon.until(lambda p: True, "nothing is published")
            kept = ("id", "name", "status", "statusCurrent", "fail_since", "last_alert_time", "reason")
            for old, new in zip(before["hosts"], after["hosts"], strict=True):
                assert {key: new[key] for key in kept} == {key: old[key] for key in kept}
                # An event is written when the batch of the check has ended.
                assert new["last_change"] == pytest.approx(old["last_change"], abs=1)
            daemon.until(lambda p: p["updated"] and p["updated"] > before["updated"], "no cycle ended")
            line = daemon.host("line")
            assert line["fail_count"] >= QUICK["fail_threshold"], "down, but with too few failed checks"
            assert line["uptime"] == pytest.approx(before["hosts"][0]["uptime"], abs=8)
            assert daemon.host("good")["uptime"] == 100

            namespace.ip("addr", "add", address, "dev", "lo")
            daemon.until_host("line", lambda h: h["status"] == "up")
            subjects = [e["subject"].split()[0] for e in daemon.events("alert")]
            assert subjects == ["DOWN", "UP"], "once each, across the restart"
            assert [e["to"] for e in daemon.events("status") if e["name"] == "line"] == ["up", "failing", "down", "up"]


@needs_pings
def test_a_secrets_json_that_cannot_be_read_stops_no_ping_and_fails_no_website(folder):
    website = host("site", "", check="http", url="http://127.0.0.1:9/", username="me", password={"set": True})
    daemon = Daemon(folder / "data", [*HERE, website], QUICK)
    secrets = daemon.data / "secrets.json"
    secrets.mkdir()
    with daemon.start_and_watch():
        daemon.until_host("first", lambda h: h["status"] == "up")
        daemon.until(lambda p: {"secrets_broken", "secrets_missing"} <= {n["code"] for n in p["monitor"]["notices"]},
                     "both are notified")
        assert daemon.until_host("site", lambda h: h["status"] != "failing")["fail_count"] == 0
        secrets.rmdir()
        put(secrets, '{"format":1,"hosts":{"' + daemon.published()["hosts"][3]["id"] + '":{"password":"x"}}}')
        assert daemon.until_host("site", lambda h: h["status"] == "failing")["reason"] == "connection refused"


# ---- What it costs

@needs_pings
def test_five_hundred_quick_edits_leave_no_descriptor_open(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        def descriptors():
            return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
        before = descriptors()
        original = daemon.published()
        for number in range(500):
            original["hosts"][0]["name"] = f"name {number}"
            put(daemon.data / "hosts.json", json.dumps(original))
        daemon.until_host("name 499", lambda h: h["status"] == "up")
        until(lambda: descriptors() <= before, 3, lambda: f"{before} descriptors became {descriptors()}")
        assert daemon.published()["hosts"][1]["revision"] == 1


def memory_of(pid):
    """KiB of its own, without what it shares with other programs."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1))


def processor_time_of(pid):
    """Seconds."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@needs_pings
def test_memory_grows_by_little_more_than_what_is_known_of_a_host(folder, capsys):
    hosts = [host(f"host {i}", f"127.0.{1 + i // 250}.{1 + i % 250}") for i in range(1000)]
    with contextlib.ExitStack() as stack:
        daemons = {count: stack.enter_context(Daemon(folder / str(count), hosts[:count]).start_and_watch())
                   for count in (100, 1000)}
        begin = {count: (time.monotonic(), processor_time_of(d.process.pid)) for count, d in daemons.items()}
        memory = {}
        for count, daemon in daemons.items():
            daemon.until_host("host 0", lambda h: len(h["trail"]) >= 4)
            memory[count] = memory_of(daemon.process.pid)
            since, used = begin[count]
            load = (processor_time_of(daemon.process.pid) - used) / (time.monotonic() - since)
            with capsys.disabled():
                print(f"\n{count} hosts each second: {load:.1%} of a core, RssAnon {memory[count]} KiB")
    assert memory[100] < 8 * 1024
    assert (memory[1000] - memory[100]) / 900 < 4


@needs_pings
def test_edits_of_a_long_list_leave_no_memory_behind(folder):
    hosts = [host(f"a line with a long name {i}", f"127.0.{1 + i // 250}.{1 + i % 250}", trail=[12.3] * 60)
             for i in range(3000)]
    with Daemon(folder / "data", hosts).start_and_watch() as daemon:
        def rename(number):
            edited = daemon.published()
            edited["hosts"][0]["name"] = f"name {number}"
            put(daemon.data / "hosts.json", json.dumps(edited))
            daemon.until_host(f"name {number}", lambda h: h["revision"] > number)
        rename(1)
        before = memory_of(daemon.process.pid)
        for number in range(2, 8):
            rename(number)
        grown = memory_of(daemon.process.pid) - before
        assert grown < 1024, f"{before} KiB became {before + grown}"
