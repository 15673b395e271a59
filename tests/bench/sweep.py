#!/usr/bin/python3
"""How long a cycle takes when hosts lose packets or are dead, and what a hundred such cycles say of them."""

import contextlib

import figures
import loopback
import network
from daemon import Daemon, folder_in_memory, host

CYCLES = 100
ROUNDS = 5
SIZES = (1000, 10000)
TIMEOUT_MS = 1000


@contextlib.contextmanager
def behind_far_end(folder, name, addresses, **config):
    """A monitord that watches hosts 20 ms away, after its first cycle."""
    with contextlib.closing(network.Namespace()) as namespace:
        namespace.reach_far_end()
        daemon = Daemon(folder / name, [host(address, address) for address in addresses],
                        {"timeout": TIMEOUT_MS / 1000, **config}, launcher=namespace.launcher())
        with daemon.start_and_watch():
            yield daemon, namespace


def is_silent(address):
    return address.startswith(f"10.{network.SILENT}.")


def one_in_ten_silent(place, count):
    return network.far_addresses(place, count * 9 // 10) + network.far_addresses(network.SILENT, count // 10)


def from_first_send_to_publishing(daemon):
    """Milliseconds, as a reader of the list sees it: cycle_ms ends where the writing begins."""
    renamed = (daemon.live / "hosts.json").stat().st_ctime
    return (renamed - min(h["last_check"] for h in daemon.published()["hosts"])) * 1000


def measure_lossy(folder):
    figures.heading(f"1000 hosts behind 20 ms and 5 % loss, timeout 1 s, 3 retries, {CYCLES} cycles")
    cases = {"all alive": (network.far_addresses(network.LOSSY, 1000), 350),
             "one in ten silent": (one_in_ten_silent(network.LOSSY, 1000), TIMEOUT_MS + 30)}
    lengths = {name: [] for name in cases}
    failed = dict.fromkeys(cases, 0)
    with contextlib.ExitStack() as stack:
        daemons = {name: stack.enter_context(behind_far_end(folder, name, addresses, interval=1.2, retries=3))[0]
                   for name, (addresses, _) in cases.items()}
        for _ in range(CYCLES):
            for name, daemon in daemons.items():
                daemon.until_replaced()
                published = daemon.published()
                lengths[name].append(published["monitor"]["cycle_ms"])
                failed[name] += sum(h["trail"][-1] is None for h in published["hosts"] if not is_silent(h["ip"]))
        for name, daemon in daemons.items():
            figures.show(f"{name}: a cycle", lengths[name], "ms", cases[name][1])
            wrongly = {e["host"] for e in daemon.events("status") if e["to"] == "down" and not is_silent(e["name"])}
            checks = CYCLES * sum(not is_silent(ip) for ip in cases[name][0])
            print(f"    failed checks of living hosts: {failed[name]} of {checks}, by chance {checks * 0.05 ** 4:.1f}; "
                  f"called down: {len(wrongly)}", flush=True)


def measure_overhead(folder):
    for count, most in zip(SIZES, (8, 40)):
        figures.heading(f"{count} hosts at 20 ms, one in ten silent: time beyond the timeout, {ROUNDS} rounds in turn")
        beyond, limits = [], []
        addresses = one_in_ten_silent(network.DISTANT, count)
        with loopback.listed(addresses) as file, \
                behind_far_end(folder, f"sweep{count}", addresses, interval=4) as (daemon, namespace):
            for _ in range(ROUNDS):
                daemon.until_replaced()
                beyond.append(from_first_send_to_publishing(daemon) - TIMEOUT_MS)
                measured = loopback.limit(file, "--timeout", str(TIMEOUT_MS), launcher=namespace.launcher())
                limits.append(measured["seconds"] * 1000 - TIMEOUT_MS)
            figures.show("limit, raw socket and filter, without repeats", limits, "ms")
            figures.show("monitord, its list published", beyond, "ms", most)
            figures.show("  to the limit", [a / b for a, b in zip(beyond, limits)], "x")


def main():
    if reason := loopback.why_not():
        print(f"Sweeps were not measured: {reason}")
        return
    with folder_in_memory() as folder:
        measure_lossy(folder)
        measure_overhead(folder)


main()
