#!/usr/bin/python3
"""GET /api/report of 1,000 lines with a month of troubles, by plain CGI and in turn with Python reading the same lines."""

import json
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from stack import API

LINES, TROUBLES, ROUNDS = 1000, 60, 5
FROM, TO = 1790812800, 1793491200  # October 2026, by UTC


def write_events(folder):
    """Each line fails twice a day, mostly for a moment; answers how many events that makes."""
    chance = random.Random(1)
    hosts = [{"id": f"h{n}", "name": f"Line {n}", "customer": f"Customer {n % 50}", "sla_percent": 99.5, "status": "up",
              "since": FROM - 60, "reason": "", "outage": False, "in_maintenance": False} for n in range(LINES)]
    events = []
    for n in range(LINES):
        for start in sorted(chance.randrange(FROM, TO - 4000) for _ in range(TROUBLES)):
            length = chance.choice((15, 15, 15, 40, 600))
            story = [("up", "failing", start, 1), ("failing", "up", start + length, 1)]
            if length > 100:
                story[1:] = [("failing", "down", start, 100), ("down", "up", start + length, 1)]
            events += [{"type": "status", "t": since + after, "host": f"h{n}", "name": f"Line {n}", "from": before, "to": to,
                        "since": since, "reason": "no answer within 1 s"} for before, to, since, after in story]
    events.sort(key=lambda event: event["t"])
    folder.mkdir(parents=True)
    with open(folder / "2026-10.jsonl", "w") as file:
        for event in [{"type": "hosts", "t": FROM, "hosts": hosts}, *events]:
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    return len(events)


def used():
    """Seconds of CPU by programs that have ended, which other work on the machine does not stretch."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    with tempfile.TemporaryDirectory() as made:
        data = pathlib.Path(made)
        count = write_events(data / "events")
        (data / "config.json").write_text('{"timezone": "UTC"}')
        environment = {**os.environ, "LINEWATCH_DATA": made, "REQUEST_METHOD": "GET", "SCRIPT_NAME": "/api/report",
                       "QUERY_STRING": "month=2026-10", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}
        ours, yardstick = [], []
        for _ in range(ROUNDS):
            begin = used()
            said = subprocess.run([API], stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=True).stdout
            ours.append(used() - begin)
            rows = json.loads(said.partition(b"\r\n\r\n")[2])["rows"]
            assert len(rows) == LINES and sum(row["outages"] for row in rows) > LINES
            begin = time.process_time()
            for line in (data / "events" / "2026-10.jsonl").read_text().splitlines():
                json.loads(line)
            yardstick.append(time.process_time() - begin)
        one, other = statistics.median(ours), statistics.median(yardstick)
        print(f"A month's report of {LINES} lines and {count:,} events: {one * 1000:.0f} ms of CPU "
              f"({one / other:.2f} of Python's json.loads of the same lines)")


if __name__ == "__main__":
    main()
