#!/usr/bin/python3
"""How far the round trips that monitord reports on loopback are from what the kernel's own stamps say."""

import figures
import loopback
import network

SIZES = (1000, 10000)
ROUNDS = 5


def measure(count, kind):
    errors, true = {50: [], 99: []}, {50: [], 99: []}
    with loopback.watching(count, kind, interval=1, timeout=0.9) as daemon, \
            loopback.listed(network.loopback_addresses(count)) as addresses:
        for _ in range(ROUNDS):
            daemon.until_replaced()
            reported = [h["rtt_ms"] * 1e3 for h in daemon.published()["hosts"] if h["statusCurrent"]]
            # From the stamp that a request got on its way out to the stamp that its reply got on its way in.
            stamped = loopback.limit(addresses, "--stamps", *(["--ping-socket"] if kind == "ping" else []))
            for percent in errors:
                true[percent].append(stamped[f"p{percent}_us"])
                errors[percent].append(figures.percentile([abs(r - stamped["p50_us"]) for r in reported], percent))
    for percent, most in {50: 10, 99: 20}.items():
        figures.show(f"{count} hosts, {kind} socket: p{percent} by the kernel", true[percent], "us")
        figures.show(f"  monitord's error, p{percent}", errors[percent], "us", most)


def main():
    if reason := loopback.why_not():
        print(f"Round trips were not measured: {reason}")
        return
    loopback.leave_network()
    figures.heading(f"Error of the round trips that monitord reports on loopback, {ROUNDS} rounds in turn")
    for kind in loopback.KINDS:
        for count in SIZES:
            measure(count, kind)


main()
