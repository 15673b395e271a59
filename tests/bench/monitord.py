#!/usr/bin/python3
"""What monitord costs: memory of its own, and processor time of a whole cycle, by the number of hosts on loopback."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
TOP = pathlib.Path(__file__).resolve().parents[2]
MONITORD = (BUILD if BUILD.is_absolute() else TOP / BUILD) / "monitord"
CYCLES = 10


def own_memory(pid):
    """KiB, without the pages of files and libraries that are shared."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise RuntimeError("no RssAnon")


def processor_seconds(pid):
    """Of all threads, to the nanosecond."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def updated(folder):
    return json.loads((folder / "hosts.json").read_text())["updated"]


def wait_for_cycles(folder, count):
    last, deadline = updated(folder), time.monotonic() + 5 + 3 * count
    while count > 0:
        if time.monotonic() > deadline:
            sys.exit("monitord completes no cycles")
        time.sleep(0.02)
        if (now := updated(folder)) != last:
            last, count = now, count - 1


def measure(count):
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        folder = pathlib.Path(name)
        hosts = [{"id": f"h{i}", "name": f"Line {i}", "ip": f"127.{1 + i // 62500}.{i // 250 % 250}.{1 + i % 250}"}
                 for i in range(count)]
        (folder / "hosts.json").write_text(json.dumps({"format": 1, "revision": 1, "hosts": hosts}))
        (folder / "config.json").write_text('{"interval": 1, "timeout": 0.9}')
        with open(folder / "log", "w") as log:
            monitord = subprocess.Popen([MONITORD, "--data", folder], stderr=log)
        try:
            while not (folder / "hosts.json.prev").exists():
                if monitord.poll() is not None:
                    sys.exit((folder / "log").read_text())
                time.sleep(0.02)
            wait_for_cycles(folder, 3)
            before = processor_seconds(monitord.pid)
            wait_for_cycles(folder, CYCLES)
            cycle = (processor_seconds(monitord.pid) - before) / CYCLES
            summary = json.loads((folder / "hosts.json").read_text())["summary"]
            print(f"{count:6} hosts ({summary['up']} up): {own_memory(monitord.pid):6} KiB of its own, "
                  f"{cycle * 1e3:7.2f} ms of processor time a cycle, {cycle * 1e6 / count:5.1f} us a host; "
                  f"every 10 s that is {cycle * 10:.3f} % of a core")
        finally:
            monitord.send_signal(signal.SIGTERM)
            monitord.wait(5)


print("monitord: probe, rules, serialise and publish, in memory")
for number in (100, 1000, 10000):
    measure(number)
