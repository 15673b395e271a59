"""Thousands of hosts at once: lossy ones, names and routes that are not there, a flood of foreign replies."""

import contextlib
import json
import math
import pathlib

import pytest

import network
from daemon import Daemon, failed_checks, host
from until import until

pytestmark = network.needs_network

HERE = pathlib.Path(__file__).parent
LOSS = 0.05  # of the lossy hosts behind far_end.cc
DOUBT = 1e-9  # how often a bound on what chance does may be exceeded by chance
LOSSY = {"interval": 1.2, "timeout": 1, "retries": 3}
SECOND = {"interval": 1.2, "timeout": 1, "retries": 2, "fail_threshold": 3}

# What a send is answered with here, before a packet has left.
REFUSED = {
    "10.90.1.": "cannot send: Operation not permitted",  # the firewall's answer
    "10.90.2.": "cannot send: Invalid argument",         # a blackhole's
    "10.90.3.": "cannot send: Network is unreachable",   # no route
    "10.90.4.": "cannot send: No route to host",         # these two answers the kernel gives for earlier packets, too
    "10.90.5.": "cannot send: Permission denied",
}


def hosts_at(addresses, **settings):
    return [host(address, address, **settings) for address in addresses]


def most_by_chance(count, chance):
    """How many of `count` may come true: more do with less probability than DOUBT (by Poisson's distribution)."""
    expected = count * chance
    term = not_more = math.exp(-expected)
    most = 0
    while 1 - not_more > DOUBT:
        most += 1
        term *= expected / most
        not_more += term
    return most


def far_namespace(stack, ping_sockets=False):
    namespace = stack.enter_context(contextlib.closing(network.Namespace()))
    if ping_sockets:
        namespace.allow_ping_sockets()
    namespace.reach_far_end()
    return namespace


@pytest.fixture(scope="module", autouse=True)
def watched(module_folder):
    """The daemons that need many cycles, all started before the first test reads one."""
    with contextlib.ExitStack() as stack:
        def start(name, namespace, hosts, config):
            return stack.enter_context(Daemon(module_folder / name, hosts, config, launcher=namespace.launcher()).start())

        lossy = far_namespace(stack)
        lines = network.far_addresses(network.LOSSY, 1000)
        refusing = stack.enter_context(contextlib.closing(network.Namespace()))
        refusing.ip("route", "add", "10.90.1.0/24", "dev", "lo")
        for kind, third in {"blackhole": 2, "unreachable": 4, "prohibit": 5}.items():
            refusing.ip("route", "add", kind, f"10.90.{third}.0/24")
        refusing.nft("""
            table ip refusing {
              chain out {
                type filter hook output priority 0
                ip daddr 10.90.1.0/24 drop
              }
            }
        """)
        good = hosts_at(network.loopback_addresses(1000))
        refused = hosts_at(f"{prefix}{i}" for i in range(20) for prefix in REFUSED)
        names = stack.enter_context(contextlib.closing(network.Namespace({"resolv.conf": "nameserver 127.0.0.53\n"})))
        names.start("/usr/bin/python3", HERE / "name_server.py", "127.0.0.53", until_line="ready")
        unresolved = [host(f"{kind}{i}.test", f"{kind}{i}.test") for kind in ("hang", "unknown") for i in range(50)]
        yield {
            "repeated": start("repeated", lossy, hosts_at(lines), LOSSY),
            "not repeated": start("not-repeated", lossy, hosts_at(lines[:200]), {**LOSSY, "retries": 0}),
            "refused": start("refused", refusing, [h for pair in zip(good, refused) for h in pair] + good[100:], SECOND),
            "names": start("names", names, unresolved + hosts_at(network.loopback_addresses(9900)),
                           {**SECOND, "interval": 3}),
        }


def until_checked(daemon, times, seconds=20):
    """The list in which each host was checked so often, and its hosts by address."""
    def look():
        published = daemon.published()
        if published and all(len(h.get("trail", [])) >= times for h in published["hosts"]):
            return published
        daemon.until_replaced()
        return None
    published = until(look, seconds, lambda: f"not {times} checks of each\n{daemon.log()[-3000:]}")
    return published, {h["ip"]: h for h in published["hosts"]}


@pytest.mark.parametrize("sockets", ["raw", "ping"])
def test_every_reply_of_ten_thousand_hosts_is_found(folder, sockets):
    addresses = network.far_addresses(network.DISTANT, 10000)
    listed = folder / "distant"
    listed.write_text("\n".join(addresses) + "\n")
    with contextlib.ExitStack() as stack:
        namespace = far_namespace(stack, ping_sockets=sockets == "ping")
        limit = [network.built(network.ICMP_LIMIT), *(["--ping-socket"] if sockets == "ping" else []), listed]
        assert json.loads(namespace.run(*limit))["answered"] == 10000, "the far end itself loses"
        # Not repeated, so that nothing lost here is made up for.
        config = {"interval": 10, "timeout": 1, "retries": 0}
        daemon = Daemon(folder / f"distant-{sockets}", hosts_at(addresses), config, launcher=namespace.launcher())
        ran = daemon.once()
        assert ran.returncode == 0, ran.stderr
        summary = daemon.published()["summary"]
        assert (summary["up"], summary["total"]) == (10000, 10000), summary


@pytest.mark.parametrize("sockets", ["raw", "ping"])
def test_a_flood_of_foreign_replies_makes_nobody_up_and_nobody_down(folder, sockets):
    alive = network.far_addresses(network.FLOODED, 900)
    dead = network.far_addresses(network.FLOODED_SILENT, 100)
    with contextlib.ExitStack() as stack:
        namespace = far_namespace(stack, ping_sockets=sockets == "ping")
        daemon = stack.enter_context(Daemon(folder / f"flooded-{sockets}", hosts_at(alive + dead), SECOND,
                                            launcher=namespace.launcher()))
        daemon.start()
        _, lines = until_checked(daemon, 3)
        assert failed_checks(lines[ip] for ip in alive) == 0
        assert {lines[ip]["status"] for ip in alive} == {"up"}
        assert all(set(lines[ip]["trail"]) == {None} for ip in dead)


def test_an_address_that_cannot_be_sent_to_says_why_and_touches_no_other(watched):
    _, lines = until_checked(watched["refused"], 4)
    good = [h for ip, h in lines.items() if ip.startswith("127.")]
    assert len(good) == 1000
    assert {h["status"] for h in good} == {"up"}
    assert failed_checks(good) == 0
    for prefix, reason in REFUSED.items():
        refused = [h for ip, h in lines.items() if ip.startswith(prefix)]
        assert len(refused) == 20
        assert {(h["status"], h["reason"]) for h in refused} == {("down", reason)}


def test_names_that_nobody_resolves_delay_none_of_ten_thousand(watched):
    published, lines = until_checked(watched["names"], 2)
    good = [h for ip, h in lines.items() if ip.startswith("127.")]
    assert len(good) == 9900
    assert {h["status"] for h in good} == {"up"}
    assert failed_checks(good) == 0
    # The look-ups have the timeout, and a busy machine as long again.
    assert published["monitor"]["cycle_ms"] < 2000
    first_sent, last_sent = (pick(h["last_check"] for h in published["hosts"]) for pick in (min, max))
    assert last_sent - first_sent < 0.5, "they are not all of one cycle"
    nobody_knows = "the name does not exist"
    nobody_says = {"the name was not resolved within 1 s",
                   "the name could not be resolved: Temporary failure in name resolution"}
    for kind, reasons in {"hang": nobody_says, "unknown": {nobody_knows, *nobody_says}}.items():
        unresolved = [h for ip, h in lines.items() if ip.startswith(kind)]
        assert len(unresolved) == 50
        assert all(set(h["trail"]) == {None} for h in unresolved)
        assert {h["reason"] for h in unresolved} <= reasons


def test_lossy_hosts_are_never_down_and_fail_as_often_as_chance_allows(watched):
    witnesses, _ = until_checked(watched["not repeated"], 10)
    checks = sum(len(h["trail"]) for h in witnesses["hosts"])
    deviation = math.sqrt(checks * LOSS * (1 - LOSS))
    # Eight deviations are beyond DOUBT.
    off = abs(failed_checks(witnesses["hosts"]) - checks * LOSS)
    assert off < 8 * deviation, "the network does not lose what it should"

    published, _ = until_checked(watched["repeated"], 10)
    checks = sum(len(h["trail"]) for h in published["hosts"])
    assert len(published["hosts"]) == 1000
    assert failed_checks(published["hosts"]) <= most_by_chance(checks, LOSS ** 4)
    assert {e["to"] for e in watched["repeated"].events("status")} <= {"up", "failing"}
    assert watched["repeated"].events("alert") == []
