#!/usr/bin/python3
"""GET /api/hosts/{id}/history: a host's chart among 1,000 hosts with a year behind them, and what a year weighs."""

import json
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import figures
import lists
import loopback
from daemon import BUILD
from stack import Web

LINES, DAYS, ROUNDS, REQUESTS = 1000, 366, 5, 20
RANGES = ("24h", "7d", "30d", "1y")


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def most_memory(web):
    """Of the largest worker at any time, with the pages of files that it shares, in MiB."""
    statuses = [pathlib.Path(f"/proc/{worker}/status").read_text() for worker in web.workers()]
    return max(int(re.search(r"VmHWM:\s+(\d+)", status)[1]) for status in statuses) / 1024


def milliseconds(web, path):
    """Of the processor that api.fcgi takes for one answer."""
    begin = sum(map(loopback.processor_seconds, web.workers()))
    for _ in range(REQUESTS):
        assert web.get(path).status == 200
    return (sum(map(loopback.processor_seconds, web.workers())) - begin) / REQUESTS * 1000


def main():
    with Web(config={"access": {"anonymous": "viewer"}}) as web:
        print(f"\nA year of {LINES} hosts is being written (a minute or two)", flush=True)
        now = time.time()
        subprocess.run([BUILD / "tests" / "past", web.data, str(LINES), str(DAYS), str(now)], check=True)
        published = {"format": 1, "updated": now, "hosts": lists.hosts(["127.0.0.1"] * LINES)}
        # In the form in which monitord publishes it: another would be read whole and written anew.
        (web.data / "hosts.json").write_text(json.dumps(published, separators=(",", ":")))
        subprocess.run(["chown", "-R", f"--reference={web.data}", web.data], check=True)
        figures.heading(f"One host's chart among {LINES} hosts, CPU of api.fcgi")
        assert web.get("/api/me").status == 200
        before = most_memory(web)
        for name in RANGES:
            path = f"/api/hosts/{LINES // 2:010x}/history?range={name}"
            points = web.get(path).json()["points"]
            figures.show(f"{name}, {len(points)} points", [milliseconds(web, path) for _ in range(ROUNDS)], "ms", 50)
        figures.show("most memory of a worker, all told", [most_memory(web)], "MiB", 8)
        figures.show("  before the first chart", [before], "MiB")
        figures.show("history/ on the disk", [size(web.data / "history") / 1e6], "MB")
        figures.show("events/ on the disk", [size(web.data / "events") / 1e6], "MB")


main()
