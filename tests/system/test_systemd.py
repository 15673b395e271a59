"""What systemd learns from monitord, and what systemd makes of the unit files."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from daemon import BUILD, QUICK, TOP, Daemon, folder_in_memory, host, needs_pings, put

HERE = [host("first", "127.0.0.1"), host("second", "127.0.0.2")]
UNITS = sorted([*TOP.glob("systemd/*.service"), *TOP.glob("systemd/*.socket")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


class Manager:
    """The end of the notify socket that is systemd's. A name that begins with @ is an abstract one."""

    def __init__(self, name):
        self.name = str(name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace("@", "\0", 1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def environment(self, **more):
        return {"NOTIFY_SOCKET": self.name, **more}

    def next(self, seconds=5):
        """The next message as a dictionary."""
        self.socket.settimeout(seconds)
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def until(self, key, seconds=5):
        """Everything up to the first message with the key, that one last."""
        deadline = time.monotonic() + seconds
        messages = [self.next(seconds)]
        while key not in messages[-1]:
            messages.append(self.next(max(0.01, deadline - time.monotonic())))
        return messages


@pytest.fixture(name="manager")
def fixture_manager(folder):
    with Manager(folder / "notify") as made:
        yield made


@needs_pings
def test_ready_comes_when_the_list_is_published(folder, manager):
    with Daemon(folder / "data", HERE, environment=manager.environment()).start() as daemon:
        assert manager.until("READY")[-1] == {"READY": "1"}
        assert [h["name"] for h in daemon.published()["hosts"]] == ["first", "second"]


@needs_pings
def test_an_abstract_socket_is_notified_too(folder):
    with Manager(f"@linewatch-{os.getpid()}") as manager, \
            Daemon(folder / "data", HERE, environment=manager.environment()).start():
        manager.until("READY")


@needs_pings
def test_the_status_says_how_many_hosts_are_watched(folder, manager):
    with Daemon(folder / "data", HERE, environment=manager.environment()).start():
        assert "2 hosts" in manager.until("STATUS")[-1]["STATUS"]


@needs_pings
def test_the_watchdog_is_fed_twice_as_often_as_it_asks_for(folder, manager):
    asked = manager.environment(WATCHDOG_USEC="1000000")
    with Daemon(folder / "data", HERE, {**QUICK, "interval": 60}, environment=asked).start():
        manager.until("READY")
        begin = time.monotonic()
        fed = []
        while len(fed) < 5:
            manager.until("WATCHDOG", seconds=1)
            fed.append(time.monotonic())
        gaps = [b - a for a, b in zip([begin, *fed], fed)]
        assert max(gaps) < 0.9
        assert fed[-1] - begin < 3.5


@needs_pings
@pytest.mark.parametrize("asked", [{}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}],
                         ids=["nobody", "another process"])
def test_the_watchdog_is_not_fed_when_it_asks_for_nothing_or_for_another_process(asked, folder, manager):
    with Daemon(folder / "data", HERE, environment=manager.environment(**asked)).start_and_watch() as daemon:
        daemon.until_host("first", lambda h: len(h["trail"]) >= 2)
        daemon.stop()
        assert not [message for message in manager.until("STOPPING") if "WATCHDOG" in message]


@needs_pings
def test_systemd_knows_of_a_reload_before_it_begins_and_of_its_end(folder, manager):
    with Daemon(folder / "data", HERE, environment=manager.environment()).start() as daemon:
        manager.until("READY")
        begin = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        daemon.signal(signal.SIGHUP)
        reloading = manager.until("RELOADING")[-1]
        assert reloading["RELOADING"] == "1"
        assert begin <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        manager.until("READY")
        assert "config.json is loaded" in daemon.log()


@needs_pings
def test_systemd_knows_of_a_stop(folder, manager):
    with Daemon(folder / "data", HERE, environment=manager.environment()).start() as daemon:
        manager.until("READY")
        daemon.stop()
        manager.until("STOPPING")


@needs_pings
def test_lines_of_the_log_carry_a_level_for_the_journal_and_for_nobody_else(folder):
    daemon = Daemon(folder / "data", HERE)
    put(folder / "log", "")
    for stream, expected in (("{0.st_dev}:{0.st_ino}", r"<[3-6]>\w"), ("1:1", r"monitord: \w")):
        with open(folder / "log", "w", encoding="utf-8") as log:
            environment = {**os.environ, "JOURNAL_STREAM": stream.format(os.fstat(log.fileno()))}
            subprocess.run(daemon.command("--once"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True,
                           env=environment, timeout=30)
        lines = (folder / "log").read_text().splitlines()
        assert lines
        assert all(re.match(expected, line) for line in lines), lines


# ---- The unit files

def has_systemd_analyze():
    return shutil.which("systemd-analyze") is not None


needs_systemd_analyze = pytest.mark.skipif(not has_systemd_analyze(), reason="systemd-analyze is not installed")


@pytest.fixture(scope="module", name="installed")
def fixture_installed():
    """The units, and the programs where they say that these are."""
    with folder_in_memory() as made:
        for program in ("sbin/monitord", "lib/linewatch/api.fcgi"):
            (made / program).parent.mkdir(parents=True)
            shutil.copy(BUILD / os.path.basename(program), made / program)
        for unit in UNITS:
            (made / unit.name).write_text(unit.read_text().replace("@PREFIX@", str(made)))
        yield made


@needs_systemd_analyze
@pytest.mark.parametrize("unit", [unit.name for unit in UNITS])
def test_systemd_understands_every_line_of_the_unit(unit, installed):
    ran = subprocess.run(["systemd-analyze", "verify", "--man=no", installed / unit], capture_output=True, text=True, timeout=60)
    complaints = [line for line in ran.stderr.splitlines() if str(installed) in line or unit in line]
    assert complaints == []
    assert ran.returncode == 0, ran.stderr


@needs_systemd_analyze
@pytest.mark.parametrize("unit", [unit.name for unit in SERVICES])
def test_the_unit_leaves_little_to_whoever_breaks_into_the_program(unit, installed):
    ran = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager",
                          installed / unit], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout.splitlines()[-1:] + ran.stderr.splitlines()


def test_what_the_web_server_collects_leaves_the_memory_alone_in_which_monitord_publishes():
    folder = re.search(r'server.upload-dirs\s*= \( "(.*)" \)', (TOP / "lighttpd/lighttpd.conf").read_text())[1]
    unit = (TOP / "systemd/linewatch-web.service").read_text()
    assert re.search(rf"^TemporaryFileSystem={folder}:(.*,)?size=\d+M(,|$)", unit, re.MULTILINE)
    # A folder of the manager's for the service would be mounted over it.
    assert "RuntimeDirectory=" not in unit


@needs_pings
def test_the_settings_that_the_unit_makes_at_its_first_start_are_good_and_nobodys_are_replaced(folder):
    line = next(line for line in (TOP / "systemd/monitord.service").read_text().splitlines()
                if line.startswith("ExecStartPre="))
    script = re.fullmatch(r"ExecStartPre=/bin/sh -c '(.*)'", line)[1]
    script = script.replace("@PREFIX@/share/linewatch", str(TOP / "systemd"))

    def prepare():
        subprocess.run(["/bin/sh", "-c", script], cwd=folder / "data", check=True)
    daemon = Daemon(folder / "data", HERE, config=None)
    prepare()
    assert json.loads((daemon.data / "config.json").read_bytes()) == {
        "access": {"anonymous": "viewer", "roles": {"admin": "admin"}}}
    assert daemon.once().returncode == 0

    for left in ("config.json", "config.json.prev"):
        for path in daemon.data.glob("config.json*"):
            path.unlink()
        put(daemon.data / left, '{"interval": 7}')
        prepare()
        assert {p.name: p.read_text() for p in daemon.data.glob("config.json*")} == {left: '{"interval": 7}'}
