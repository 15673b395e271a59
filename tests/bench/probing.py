#!/usr/bin/python3
"""What probing 10,000 hosts every 10 s costs the whole of monitord, in turn with a limit program and with fping."""

import contextlib
import os
import subprocess
import sys
import time

import figures
import loopback
import network

HOSTS = 10000
INTERVAL = 10
ROUNDS = 7
FPING = {"fping -r0 -i0": ["-r0", "-i0"], "fping -c1 -i0": ["-c1", "-r0", "-i0"]}


def limit(addresses, *options):
    measured = loopback.limit(addresses, *options)
    if measured["answered"] != HOSTS:
        sys.exit(f"The limit program lost replies: {measured}")
    return measured["cpu_seconds"], measured["seconds"]


def fping(addresses, *options):
    """Of the whole program, which tells nothing of its parts."""
    begin = time.monotonic()
    process = subprocess.Popen(["fping", "-q", "-t1000", *options, "-f", addresses], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: not all have answered
        sys.exit(f"fping ended with status {process.returncode}")
    return used.ru_utime + used.ru_stime, time.monotonic() - begin


def yardsticks(addresses):
    """Processor seconds and seconds of each, one after the other."""
    return {"limit, raw socket and filter": limit(addresses), "limit, ping socket": limit(addresses, "--ping-socket"),
            **{name: fping(addresses, *options) for name, options in FPING.items()}}


def settle():
    """What monitord does after its list can be read belongs to the cycle, too."""
    time.sleep(0.3)


def main():
    if reason := loopback.why_not():
        print(f"Probing was not measured: {reason}")
        return
    loopback.leave_network()
    figures.heading(f"Processor time of {HOSTS} hosts on loopback every {INTERVAL} s, {ROUNDS} rounds in turn")
    rounds = {kind: [] for kind in loopback.KINDS}  # of (monitord's seconds, its echo requests, yardsticks)
    with contextlib.ExitStack() as stack:
        addresses = stack.enter_context(loopback.listed(network.loopback_addresses(HOSTS)))
        daemons, last = {}, {}
        for kind in loopback.KINDS:
            daemons[kind] = stack.enter_context(loopback.watching(HOSTS, kind, interval=INTERVAL))
            # Half an interval apart from the other, so that neither is measured beside a cycle of the other.
            time.sleep(INTERVAL / len(loopback.KINDS))
        for number in range(ROUNDS + 1):
            for kind, daemon in daemons.items():
                daemon.until_replaced(2 * INTERVAL)
                settle()
                pid = daemon.process.pid
                before, last[kind] = last.get(kind), (loopback.processor_seconds(pid), loopback.echo_requests(pid))
                if number > 0:
                    rounds[kind].append((*(b - a for a, b in zip(before, last[kind])), yardsticks(addresses)))

    measured = [yardstick for kind in loopback.KINDS for _, _, yardstick in rounds[kind]]
    for name in measured[0]:
        figures.show(name, [m[name][0] * 1e3 for m in measured], "ms")
        figures.show("", [HOSTS / m[name][1] / 1e3 for m in measured], "thousand probes/s")
    for kind in loopback.KINDS:
        print()
        figures.show(f"monitord, {kind} socket", [used * 1e3 for used, _, _ in rounds[kind]], "ms")
        figures.show("  repeats, where the machine kept it waiting", [sent - HOSTS for _, sent, _ in rounds[kind]], "")
        figures.show("  of one core", [used / INTERVAL * 100 for used, _, _ in rounds[kind]], "%", 0.5)
        figures.show("  to the limit, raw socket and filter",
                     [used / m["limit, raw socket and filter"][0] for used, _, m in rounds[kind]], "x", 1.3)
        figures.show("  to the cheaper of the two modes of fping",
                     [used / min(m[name][0] for name in FPING) for used, _, m in rounds[kind]], "x", 0.6)


main()
