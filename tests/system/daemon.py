"""Runs monitord on folders of its own, edits its files by hand, and reads what it publishes as its readers do."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("BUILD", "build")
MONITORD = BUILD / "monitord"

# Quick enough for tests; a busy machine still answers a ping within the timeout.
QUICK = {"interval": 1, "timeout": 0.4, "retries": 2, "fail_threshold": 3, "digest_window": 0}


def until(condition, seconds=20, otherwise="the condition did not come true"):
    """Waits until the condition is true and returns its value. `otherwise` may be a function."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(otherwise() if callable(otherwise) else otherwise)
        time.sleep(0.004)


@contextlib.contextmanager
def folder_in_memory():
    """A folder that every user may enter, and where writing does not wait for a busy disk."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(prefix="linewatch-", dir=memory if os.access(memory, os.W_OK) else None) as made:
        os.chmod(made, 0o755)
        yield pathlib.Path(made)


def pings_are_allowed():
    """Whether this process may send a ping, and so may a monitord that it starts."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
            return True
        except PermissionError:
            pass
    return False


needs_pings = pytest.mark.skipif(not pings_are_allowed(),
                                 reason="needs root, or net.ipv4.ping_group_range to allow pings")


def put(path, text):
    """Replaces a file as an editor does that writes a new one and renames it."""
    path = pathlib.Path(path)
    new = path.with_name(path.name + ".edited")
    new.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.chmod(new, 0o644)
    new.rename(path)


def host(name, ip, **settings):
    return {"name": name, "ip": ip, **settings}


class Daemon:
    """A monitord with its folders. Close it, or use it in a `with`: it then ends, however the test does."""

    def __init__(self, data, hosts=None, config=QUICK, live=None, launcher=(), program=MONITORD, environment=None):
        self.data = pathlib.Path(data)
        self.live = pathlib.Path(live) if live else self.data
        self.data.mkdir(parents=True, exist_ok=True)
        if config is not None:
            put(self.data / "config.json", json.dumps(config))
        if hosts is not None:
            put(self.data / "hosts.json", json.dumps({"format": 1, "hosts": hosts}))
        self.launcher = list(launcher)
        self.program = program
        self.environment = environment or {}
        self.log_path = self.data.with_name(self.data.name + ".log")
        self.process = None
        self.put_by_hand = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def command(self, *options):
        folders = ["--data", str(self.data)] + (["--live", str(self.live)] if self.live != self.data else [])
        return [*map(str, self.launcher), str(self.program), *folders, *options]

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **self.environment})
        return self

    def start_and_watch(self):
        """Starts, and waits for the end of the first cycle."""
        begin = time.time()
        self.start()
        try:
            self.until(lambda p: (p["updated"] or 0) > begin, "no cycle ended")
        except BaseException:
            self.close()
            raise
        return self

    def once(self, prefix=()):
        """Runs one cycle to its end, with `prefix` before the command."""
        return subprocess.run([*map(str, prefix), *self.command("--once")], capture_output=True, text=True, timeout=30,
                              env={**os.environ, **self.environment})

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=10):
        """Ends it with SIGTERM, and returns its exit status and how long it took."""
        begin = time.monotonic()
        self.signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        self.process = None
        return status, time.monotonic() - begin

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        if self.process is not None:
            self.kill()

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def published(self):
        """What readers find in the live folder. None while it is not monitord that has written it."""
        try:
            text = (self.live / "hosts.json").read_bytes()
        except FileNotFoundError:
            return None
        if text == self.put_by_hand:
            return None
        found = json.loads(text)
        return found if "monitor" in found else None

    def until_replaced(self, seconds=10):
        """Waits for the next list without reading it: to read a long one costs the machine more than to make it."""
        def identity():
            found = (self.live / "hosts.json").stat()
            return found.st_ino, found.st_mtime_ns
        before = identity()
        until(lambda: identity() != before, seconds, lambda: f"no new list\n{self.log()[-3000:]}")

    def host(self, name):
        published = self.published()
        return next((h for h in published["hosts"] if h["name"] == name), None) if published else None

    def until(self, condition, otherwise="", seconds=10):
        """Waits until the published list satisfies the condition, and returns the list."""
        def look():
            published = self.published()
            return published if published and condition(published) else None

        def story():
            state = json.dumps(self.published(), indent=1) if self.is_running() else "monitord has ended"
            return f"{otherwise}\n{state[:6000]}\n{self.log()[-3000:]}"
        return until(look, seconds, story)

    def until_host(self, name, condition, otherwise="", seconds=10):
        """The same for one host; waits for it to appear, too."""
        def look(published):
            # Until monitord has adopted it, a host that was added by hand has settings alone.
            found = [h for h in published["hosts"] if h["name"] == name and "status" in h]
            return found and condition(found[0])
        self.until(look, otherwise or f"waited for {name}", seconds)
        return self.host(name)

    def until_notice(self, code, seconds=10):
        published = self.until(lambda p: code in notices(p), f"no notice {code}", seconds)
        return notices(published)[code]

    def until_no_notice(self, code, seconds=10):
        return self.until(lambda p: code not in notices(p), f"notice {code} does not go", seconds)

    def put_hosts(self, content, folder=None):
        """Replaces hosts.json by whatever people and disks make of it."""
        content = content if isinstance(content, bytes) else content.encode()
        if folder in (None, self.live):
            self.put_by_hand = content
        put((folder or self.live) / "hosts.json", content)

    def edit_by_hand(self, change, folder=None):
        """Changes hosts.json as a person does who saves with an editor: no lock, the revision as it was."""
        published = json.loads(((folder or self.live) / "hosts.json").read_bytes())
        change(published)
        self.put_hosts(json.dumps(published), folder)

    def events(self, *types):
        """All events, in the order of writing; a line that does not parse fails the test."""
        found = []
        for path in sorted((self.data / "events").glob("*.jsonl")):
            found += [json.loads(line) for line in path.read_text().splitlines()]
        return [event for event in found if not types or event["type"] in types]

    def lines_of_events(self):
        files = sorted((self.data / "events").glob("*.jsonl"))
        return [line for path in files for line in path.read_text().splitlines()]

    def stored(self):
        """The hosts of the data folder. Fails when the file does not parse."""
        return json.loads((self.data / "hosts.json").read_bytes())["hosts"]

    def left_overs(self):
        return sorted(path.name for folder in {self.data, self.live} if folder.exists() for path in folder.iterdir()
                      if path.name.endswith(".tmp"))

    def set_aside_texts(self):
        """Of those still there when they are read: the oldest go when there are many."""
        texts = []
        for name in self.set_aside():
            with contextlib.suppress(FileNotFoundError):
                texts.append((self.data / name).read_text())
        return texts

    def set_aside(self):
        return sorted(p.name for p in {*self.data.iterdir(), *self.live.iterdir()} if ".bad-" in p.name)


def named(published, start):
    return [h for h in published["hosts"] if h["name"].startswith(start)]


def checked(hosts, times):
    return all(len(h.get("trail", [])) >= times for h in hosts)


def failed_checks(hosts):
    return sum(h["trail"].count(None) for h in hosts)


def notices(published):
    return {notice["code"]: notice["message"] for notice in published["monitor"]["notices"]}


def copy_for_everyone(folder):
    """monitord where a user without rights may run it, whatever the rights of the build folder are."""
    program = pathlib.Path(folder) / "monitord"
    shutil.copy(MONITORD, program)
    program.chmod(0o755)
    return program
