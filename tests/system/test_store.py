"""The data folder when programs are killed and disks fail: it is never unreadable, and nothing acknowledged is lost."""

import contextlib
import fcntl
import json
import os
import random
import shutil
import subprocess
import threading
import time

import pytest

import network
import plain_cgi
from daemon import QUICK, Daemon, copy_for_everyone, host, needs_pings, notices
from injection import needs_strace
from until import until

OPEN = {**QUICK, "access": {"anonymous": "admin"}}
HERE = [host("first", "127.0.0.1"), host("second", "127.0.0.2"), host("third", "127.0.0.3")]
NOBODY = 65534


# ---- SIGKILL at random

class Editor(threading.Thread):
    """Adds, renames and deletes hosts of its own through the API until `stopping` is set."""

    def __init__(self, daemon, number, dice):
        super().__init__()
        self.daemon_under_test, self.number, self.dice = daemon, number, dice
        self.hosts = {}     # id to name, of what was acknowledged
        self.in_doubt = {}  # id to what an unanswered request would have made of it
        self.doubtful_adds = set()
        self.acknowledged = 0
        self.added = 0
        self.request = None
        self.stopping = False
        self.fault = None

    def ask(self, method, path, content=None):
        self.request = plain_cgi.start(self.daemon_under_test, method, path, content)
        status, answer = plain_cgi.finish(self.request)
        assert status in (None, 200, 201, 204), f"{status} {answer}"
        self.acknowledged += status is not None
        return status, answer

    def run(self):
        try:
            while not self.stopping:
                self.edit()
        except AssertionError as error:
            self.fault = error

    def edit(self):
        self.added += 1
        name = f"{self.number}-{self.added}"
        if len(self.hosts) < 3 or self.dice.random() < 0.4 and len(self.hosts) < 12:
            ip = f"127.{self.number}.{self.added // 250}.{1 + self.added % 250}"
            status, answer = self.ask("POST", "/api/hosts", host(name, ip))
            if status:
                self.hosts[answer["id"]] = name
            else:
                self.doubtful_adds.add(name)
            return
        chosen = self.dice.choice(sorted(self.hosts))
        if self.dice.random() < 0.5:
            self.in_doubt[chosen] = name
            status, _ = self.ask("PATCH", f"/api/hosts/{chosen}", {"name": name})
            if status:
                self.hosts[chosen] = name
        else:
            self.in_doubt[chosen] = None
            status, _ = self.ask("DELETE", f"/api/hosts/{chosen}")
            if status:
                del self.hosts[chosen]
        if status:
            del self.in_doubt[chosen]
        else:
            self.stopping = True  # an edit in doubt is judged before the next one

    def judge(self, found):
        """Holds what is stored against what was acknowledged."""
        for id_, name in list(self.hosts.items()):
            allowed = {name, self.in_doubt.get(id_, name)}
            there = found[id_]["name"] if id_ in found else None
            assert there in allowed, f"{id_} is {there} instead of {allowed}"
            if there is None:
                del self.hosts[id_]
            else:
                self.hosts[id_] = there
        self.in_doubt.clear()
        for id_, there in found.items():
            if there["name"].startswith(f"{self.number}-") and id_ not in self.hosts:
                assert there["name"] in self.doubtful_adds, f"{there['name']} was deleted, and is back"
                self.hosts[id_] = there["name"]


@needs_pings
@pytest.mark.parametrize("live", [None, "live"], ids=["one folder", "live folder"])
def test_two_hundred_times_of_sigkill_lose_no_acknowledged_edit(live, folder):
    rounds = 100  # with either kind of folders
    dice = random.Random(20261122)
    with Daemon(folder / "data", HERE, OPEN, live=live and folder / live).start_and_watch() as daemon:
        daemon.kill()
        first = {h["id"] for h in daemon.stored()}
        editors = [Editor(daemon, number, random.Random(number)) for number in (1, 2)]
        acknowledged = killed_requests = 0
        for round_ in range(rounds):
            daemon.start()
            for editor in editors:
                editor.start()
            # The moment of the kill: a little after so many edits, however slow the machine is.
            until_edits(editors, dice.randrange(4))
            time.sleep(dice.uniform(0, 0.03))
            victims = [*editors, daemon]
            dice.shuffle(victims)
            for victim in victims:
                victim.stopping = True
                if victim is daemon:
                    daemon.kill()
                elif victim.request is not None:
                    victim.request.kill()
            for editor in editors:
                editor.join()
                assert editor.fault is None, editor.fault

            found = {h["id"]: h for h in daemon.stored()}
            assert first <= set(found), "the hosts that nobody edits are gone"
            for editor in editors:
                editor.judge(found)
                killed_requests += editor.request is not None and editor.request.returncode < 0
                acknowledged += editor.acknowledged
            if live and round_ % 10 == 9:
                shutil.rmtree(daemon.live, ignore_errors=True)  # a reboot; perhaps nothing was there yet
            editors = [successor(editor) for editor in editors]

        assert acknowledged > rounds, "hardly anything was edited"
        assert killed_requests > rounds / 4, "hardly any edit was killed"
        daemon.start_and_watch()
        assert daemon.left_overs() == []
        assert daemon.set_aside() == []
        published = {h["id"]: h["name"] for h in daemon.published()["hosts"]}
        for editor in editors:
            assert {id_: published.get(id_) for id_ in editor.hosts} == editor.hosts
        edits = [json.loads(line) for line in daemon.lines_of_events()]
        assert len([e for e in edits if e["type"] == "edit"]) >= acknowledged, "an edit is not in the record"


def until_edits(editors, count):
    """Waits until so many edits were acknowledged, or an editor has ended."""
    until(lambda: sum(editor.acknowledged for editor in editors) >= count or not all(e.is_alive() for e in editors), 20)


def successor(editor):
    """A thread starts only once."""
    next_ = Editor(editor.daemon_under_test, editor.number, editor.dice)
    next_.hosts, next_.added, next_.doubtful_adds = editor.hosts, editor.added, editor.doubtful_adds
    return next_


# ---- Disks that are full or read-only, folders that may not be written

@contextlib.contextmanager
def small_disk(folder):
    folder.mkdir()
    network.run("mount", "-t", "tmpfs", "-o", f"size=1m,uid={NOBODY},mode=0755", "tmpfs", folder)
    try:
        yield folder
    finally:
        network.run("umount", "--lazy", folder)


def fill(disk):
    with contextlib.suppress(OSError), open(disk / "filler", "wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass


def free(disk):
    (disk / "filler").unlink()


def remount(disk, how):
    command = ["mount", "-o", f"remount,{how}", disk]
    # Refused while a file is open for writing.
    until(lambda: subprocess.run(command, capture_output=True).returncode == 0, 5, f"cannot be remounted {how}")


def set_mode(disk, mode):
    for folder in [*disk.glob("*"), *disk.glob("*/events")]:
        folder.chmod(mode)


# How to damage and how to mend, the code of the notice, and how the API refuses an edit.
FAULTS = {
    "full disk": (fill, free, "disk_full", 507),
    "read-only disk": (lambda disk: remount(disk, "ro"), lambda disk: remount(disk, "rw"), "write_failed", 503),
    "folders without permission": (lambda disk: set_mode(disk, 0o555), lambda disk: set_mode(disk, 0o755),
                                   "write_failed", 503),
}


@network.needs_network
@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_takes_nothing_harms_nothing_and_all_recovers_by_itself(fault, folder):
    damage, mend, code, refusal = FAULTS[fault]
    line = "10.9.9.9/32"
    hosts = [host("line", "10.9.9.9"), host("good", "127.0.0.1")]
    config = {**OPEN, "fail_threshold": 1, "checkpoint": 1}
    with contextlib.ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk"))
        namespace = stack.enter_context(contextlib.closing(network.Namespace()))
        namespace.allow_ping_sockets()
        namespace.ip("addr", "add", line, "dev", "lo")
        program = copy_for_everyone(folder)

        def start(name, live=None):
            daemon = Daemon(disk / name, hosts, config, live=live, launcher=namespace.launcher(NOBODY), program=program)
            daemon.log_path = folder / f"{name}.log"
            for path in (daemon.data, *daemon.data.iterdir()):
                os.chown(path, NOBODY, NOBODY)
            return stack.enter_context(daemon.start_and_watch())
        # One has everything on the disk, the other one what is rewritten each cycle in another place.
        (folder / "live").mkdir()
        os.chown(folder / "live", NOBODY, NOBODY)
        one, two = start("one"), start("two", folder / "live")

        damage(disk)
        until(lambda: "cannot write" in one.log(), 5, "the fault is not noticed")
        before = (one.data / "hosts.json").read_bytes()
        namespace.ip("addr", "del", line, "dev", "lo")
        two.until_host("line", lambda h: h["status"] == "down", "the live folder is not renewed")
        two.until_notice(code, 3)
        assert (one.data / "hosts.json").read_bytes() == before
        as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        assert ask_as(as_nobody, one, "POST", "/api/hosts", host("new", "127.0.0.4"))[0] == refusal
        status, health = ask_as(as_nobody, one, "GET", "/api/health")
        assert status == 503
        assert code in [problem["code"] for problem in health["problems"]], health
        until(lambda: "DOWN line" in one.log(), 5, one.log)

        mend(disk)
        for daemon in (one, two):
            daemon.until_host("line", lambda h: h["status"] == "down", f"{daemon.data.name} does not recover")
            daemon.until_no_notice(code)
            until(lambda: daemon.events("alert"), 3, "the alert was not written afterwards")
            lines = daemon.lines_of_events()
            assert len(lines) == len(set(lines)), "an event stands twice"
            assert [e["to"] for e in daemon.events("status") if e["name"] == "line"] == ["up", "down"]
            # A message says that nothing could be written, too, before or after that of the host that went down.
            sent = [e["subject"].split()[0] for e in daemon.events("alert")]
            assert sent.count("DOWN") == 1 and set(sent) <= {"DOWN", "NOT", "RECORDING"}, sent
            assert daemon.is_running()
            assert daemon.left_overs() == []
        assert ask_as(as_nobody, one, "POST", "/api/hosts", host("new", "127.0.0.4"))[0] == 201


def ask_as(user, daemon, method, path, content=None):
    """The API as the user that monitord runs as, for whom alone a folder may be closed."""
    api = daemon.program.with_name("api.fcgi")
    if not api.exists():
        shutil.copy(plain_cgi.API, api)
    return plain_cgi.ask(daemon, method, path, content, program=api, process=user)


@needs_pings
def test_an_edit_made_while_nothing_can_be_written_is_watched_rightly(folder):
    hosts = [host(f"host {i}", f"127.0.1.{i}") for i in range(20)]
    with Daemon(folder / "data", hosts).start_and_watch() as daemon:
        events, away = daemon.data / "events", daemon.data / "away"
        events.rename(away)
        events.write_text("a file in the place of the folder")

        def edit(list_):
            del list_["hosts"][2:]
            list_["hosts"][1]["ip"] = "127.0.1.200"
        daemon.edit_by_hand(edit)
        until(lambda: "cannot write" in daemon.log(), 5, "the fault is not noticed")
        begin = time.time()
        events.unlink()
        away.rename(events)
        published = daemon.until(lambda p: len(p["hosts"]) == 2 and p["updated"] > begin + 1, "it does not go on")
        assert daemon.is_running()
        assert [(h["name"], h["ip"], h["status"]) for h in published["hosts"]] == \
               [("host 0", "127.0.1.0", "up"), ("host 1", "127.0.1.200", "up")]
        assert [e["action"] for e in daemon.events("edit")] == ["adopt"]


@network.needs_network
@pytest.mark.parametrize("live", [None, "live"], ids=["one folder", "live folder"])
def test_an_edit_that_monitord_may_not_read_is_a_notice_and_not_lost(live, folder):
    with contextlib.closing(network.Namespace()) as namespace:
        namespace.allow_ping_sockets()
        daemon = Daemon(folder / "data", HERE, OPEN, live=live and folder / live, launcher=namespace.launcher(NOBODY),
                        program=copy_for_everyone(folder))
        daemon.live.mkdir(exist_ok=True)
        for path in (daemon.data, daemon.live, *daemon.data.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        with daemon.start_and_watch():
            edited = json.loads((daemon.data / "hosts.json").read_bytes())
            edited["hosts"].append(host("new", "127.0.0.4"))
            # root, who is careful about who may read what he writes.
            with open(daemon.data / "new.json", "w", encoding="utf-8", opener=lambda *a: os.open(*a, 0o600)) as file:
                json.dump(edited, file)
            os.rename(daemon.data / "new.json", daemon.data / "hosts.json")
            until(lambda: "ermission denied" in daemon.log() or daemon.set_aside(), 3, "the edit is not noticed")
            begin = time.time()
            until(lambda: time.time() > begin + 2.2, 5)  # two cycles that might overwrite it
            kept = [p for p in daemon.data.iterdir() if p.name == "hosts.json" or ".bad-" in p.name]
            assert json.dumps(edited) in [p.read_text() for p in kept], "what was typed is lost"
            if live or daemon.set_aside():
                assert notices(daemon.published()), "there is no notice"
            assert daemon.is_running()


@needs_pings
@needs_strace
def test_an_edit_by_hand_that_falls_into_a_slow_write_is_not_lost(folder):
    # An fsync on a card may take this long, and whoever edits by hand takes no lock.
    slow = ["strace", "-D", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=200000"]
    with Daemon(folder / "data", HERE, launcher=slow).start_and_watch() as daemon:
        begin = daemon.published()
        daemon.until(lambda p: p["updated"] > begin["updated"], "no cycle ended")
        for number in range(3):
            until(lambda: daemon.left_overs(), 5, "nothing is written")
            daemon.edit_by_hand(lambda list_: list_["hosts"].append(host(f"new {number}", f"127.0.1.{number}")))
            daemon.until_host(f"new {number}", lambda h: h["status"] == "up", "the edit is lost", seconds=5)


# ---- What else may lie in the way

@contextlib.contextmanager
def lock_of(daemon):
    with open(daemon.data / "hosts.json.lock", "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@needs_pings
def test_probing_goes_on_while_somebody_holds_the_lock(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        with lock_of(daemon):
            before = daemon.host("first")
            held = time.time()
            until(lambda: time.time() > held + 2.5, 5)
            assert daemon.host("first")["last_check"] <= held + 0.2, "it was published without the lock"
        daemon.until_host("first", lambda h: len(h["trail"]) >= len(before["trail"]) + 2, seconds=0.9)


@needs_pings
def test_sigterm_ends_it_within_two_seconds_though_somebody_holds_the_lock(folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        with lock_of(daemon):
            held = time.time()
            until(lambda: time.time() > held + 1.2, 5)  # a cycle later it waits for the lock
            status, seconds = daemon.stop(20)
        assert status == 0
        assert seconds < 2


@needs_pings
def test_a_start_sweeps_what_a_crash_left(folder):
    with Daemon(folder / "data", HERE, live=folder / "live") as daemon:
        daemon.live.mkdir()
        for folder in (daemon.data, daemon.live):
            (folder / "hosts.json.tmp").write_text('{"format": 1, "ho')
        (daemon.data / "config.json.prev.tmp").write_text("{")
        daemon.start_and_watch()
        assert daemon.left_overs() == []
        assert [h["status"] for h in daemon.published()["hosts"]] == ["up"] * 3


@needs_pings
@pytest.mark.parametrize("tail", [
    b'{"t": 1795000000, "type": "sta', b"\0" * 300, b"garbage\n\n\n{}\n[1]\n", b"\xff\xfe" * 50 + b"\n",
], ids=["torn", "zeros", "garbage", "no UTF-8"])
def test_a_damaged_record_of_events_is_read_over_and_written_on(tail, folder):
    with Daemon(folder / "data", HERE).start_and_watch() as daemon:
        daemon.kill()
        record = next((daemon.data / "events").glob("*.jsonl"))
        good = record.read_bytes()
        record.write_bytes(good + tail)
        daemon.start_and_watch()
        assert [h["uptime"] for h in daemon.published()["hosts"]] == [100] * 3
        daemon.stop()
        after = record.read_bytes()
        assert after.startswith(good)
        added = [json.loads(line) for line in after[len(good + tail):].splitlines() if line]
        assert [e["state"] for e in added] == ["start", "stop"]
