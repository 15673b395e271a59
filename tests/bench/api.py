#!/usr/bin/python3
"""GET /api/hosts and its 304, in turn with a static file of the same bytes and lighttpd; memory of api.fcgi."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import lists
from stack import Web

CONNECTIONS = 16
SECONDS = 1
ROUNDS = 5
SIZES = (100, 1000, 10000)  # the last for memory alone


def published(count):
    """A list as monitord publishes it."""
    now = time.time()
    addresses = [f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in range(count)]
    summary = {"total": count, "up": count, "degraded": 0, "failing": 0, "down": 0, "unreachable": 0, "unknown": 0,
               "paused": 0, "pending": 0, "uptime": 99.5}
    monitor = {"state": "watching", "since": int(now), "version": "0", "notices": [], "cycle_ms": 1012}
    return json.dumps({"format": 1, "updated": round(now, 3), "interval": 10, "revision": 57, "monitor": monitor,
                       "summary": summary, "hosts": lists.hosts(addresses)}, separators=(",", ":"))


def rate(web, path, header=None):
    """Requests a second, and the 99th percentile of their milliseconds."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", f"http://127.0.0.1:{web.port}{path}"]
    command += ["-H", header] if header else []
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Socket errors" in said or "Non-2xx or 3xx" in said:
        sys.exit(f"{path}: {said}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    per_second = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return per_second, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def memory(web):
    """The largest worker's own memory, in KiB: anonymous, and compressed lists, which are shared memory."""
    def of(worker):
        status = pathlib.Path(f"/proc/{worker}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("RssAnon", "RssShmem")]
    return max(map(of, web.workers()))


def measure(count):
    with Web(config={"access": {"anonymous": "admin"}}) as web:
        text = published(count)
        for path in (web.data / "hosts.json", web.folder / "htdocs" / "hosts.json"):
            path.write_text(text)
        answer = web.get("/api/hosts", headers={"Accept-Encoding": "gzip"})
        if web.get("/api/hosts").body != text.encode():
            sys.exit("The API does not answer the published file.")
        tag, static_tag = answer.headers["ETag"], web.get("/hosts.json").headers["ETag"]
        print(f"\n{count} hosts, {len(text)} bytes, {len(answer.body)} compressed")

        cases = {
            "static file": ("/hosts.json", None), "GET": ("/api/hosts", None),
            "GET, compressed": ("/api/hosts", "Accept-Encoding: gzip"),
            "static file, 304": ("/hosts.json", f"If-None-Match: {static_tag}"),
            "GET, 304": ("/api/hosts", f"If-None-Match: {tag}"),
        }
        if count <= 1000:
            rounds = [{name: rate(web, *how) for name, how in cases.items()} for _ in range(ROUNDS)]
            for name in cases:
                yardstick = "static file, 304" if "304" in name else "static file"
                per_second = statistics.median(result[name][0] for result in rounds)
                tail = statistics.median(result[name][1] for result in rounds)
                ratio = statistics.median(result[name][0] / result[yardstick][0] for result in rounds)
                print(f"  {name:18} {per_second:8.0f}/s  p99 {tail:7.2f} ms  {ratio:5.2f} x {yardstick}")

        print("  memory of api.fcgi after GETs: %d KiB anonymous, %d KiB shared" % tuple(memory(web)))
        for i in range(4):
            web.send("PATCH", f"/api/hosts/{i:010x}", {"name": "changed"})
        print("  after edits:                   %d KiB anonymous, %d KiB shared" % tuple(memory(web)))


def main():
    print(f"GET /api/hosts, {CONNECTIONS} connections, {os.cpu_count()} cores shared with wrk, {ROUNDS} rounds in turn")
    for count in SIZES:
        measure(count)


main()
