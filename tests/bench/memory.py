#!/usr/bin/python3
"""Memory of monitord's own, by the number of hosts with full trails."""

import figures
import loopback

SIZES = (100, 1000, 10000)
CYCLES = 5


def measure(count):
    with loopback.watching(count, interval=1, timeout=0.9) as daemon:
        for _ in range(CYCLES):
            daemon.until_replaced()
        if not all(len(h["trail"]) == loopback.lists.CHECKS for h in daemon.published()["hosts"]):
            raise RuntimeError("the trails are not full")
        return loopback.own_memory(daemon.process.pid)


def main():
    if reason := loopback.why_not():
        print(f"Memory was not measured: {reason}")
        return
    figures.heading(f"Memory of monitord's own (RssAnon) after {CYCLES} cycles")
    used = {count: measure(count) for count in SIZES}
    for count in SIZES:
        figures.show(f"{count} hosts", [used[count]], "KiB", 4096 if count == SIZES[0] else None)
    first, last = SIZES[0], SIZES[-1]
    figures.show("  each further host", [(used[last] - used[first]) / (last - first)], "KiB", 1)


main()
